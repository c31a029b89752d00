"""The lab `inception`: branches side by side, outputs on the way, and a plain net of as many parameters."""

from __future__ import annotations

from tutor.labs.inception.lab import LAB

__all__ = ["LAB"]
