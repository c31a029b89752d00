"""Keys that act in the order in which they were typed.

Textual inserts a letter at once, but lets a key with a binding (backspace, an arrow) rise to the app first. On a slow link keys
come in bunches: of "tee", backspace, "h" it would be the wrong letter that goes.
"""

from __future__ import annotations

from textual.events import Key
from textual.widget import Widget


async def does_own(widget: Widget, event: Key) -> bool:
    """Let a widget that one types in do at once what a key of its own means; whether it was one. For its `_on_key`."""
    if event.is_printable:
        return False
    for binding in widget._bindings.key_to_bindings.get(event.key, ()):
        if await widget.app.run_action(binding.action, widget):
            event.stop()
            event.prevent_default()
            return True
    return False
