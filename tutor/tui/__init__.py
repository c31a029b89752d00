"""The screen: the app, its screens and widgets. The only package that imports textual, and it never imports numba."""
