"""What to ask again and when, and what there is to show for it all."""

from __future__ import annotations

from tutor.review.asked import Item, asked, due_now, when_text

__all__ = ["Item", "asked", "due_now", "when_text"]
