"""The lab `machines`: one training step, made in five ways."""

from __future__ import annotations

from tutor.labs.machines.lab import LAB

__all__ = ["LAB"]
