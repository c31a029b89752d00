"""The labs of sequences."""
