"""The labs of the chapter on convolutional nets."""
