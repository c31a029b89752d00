"""The labs of deep nets: `depth`, `resnet` and `init`."""
