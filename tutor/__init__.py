"""dltutor: deep learning, learnt in a terminal."""

import os

__version__ = "0.1.0"

# NumPy's products are small here. Shared among threads they wait for each other (on a busy machine 20 times as long), and how
# many threads there are would show in the last bits. It is read when NumPy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
