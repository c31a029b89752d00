"""`dltutor`: the command line. Nothing else stands here: its modules `list` and `open` would hide the builtins."""

from __future__ import annotations

from tutor.cli.entry import COMMANDS, main

__all__ = ["COMMANDS", "main"]
