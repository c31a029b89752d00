"""The labs of the chapter on small data: `small-data`, `overfit` and `regularizers`."""
