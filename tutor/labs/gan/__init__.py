"""The labs of chapter 13: a generator against a discriminator."""
