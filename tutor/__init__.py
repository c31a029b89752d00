"""dltutor: deep learning, learnt in a terminal."""

__version__ = "0.1.0"
