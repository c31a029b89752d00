"""The lab `adversarial`: digits moved so little that nobody minds, and a net that is fooled by them."""

from __future__ import annotations

from tutor.labs.adversarial.lab import LAB

__all__ = ["LAB"]
