"""Data sets, read as data and verified before use."""

from tutor.data.digits import Digits, digits

__all__ = ["Digits", "digits"]
