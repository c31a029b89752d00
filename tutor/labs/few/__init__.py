"""The labs of the chapter on few labels: `transfer`, `fine-tune` and `tune-text`."""
