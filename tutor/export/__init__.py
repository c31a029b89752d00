"""A course on paper and on the web: its lessons with pictures of their labs, made by running them."""
