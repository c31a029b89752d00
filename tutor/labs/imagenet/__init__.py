"""The lab `imagenet`: who won, and how large the nets were, counted from their layers."""

from __future__ import annotations

from tutor.labs.imagenet.lab import LAB

__all__ = ["LAB"]
