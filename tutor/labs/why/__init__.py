"""The labs of chapter 0: what deep learning can do, and how it got here."""
