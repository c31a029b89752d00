"""How the exercise screen is laid out, and its keys."""

from __future__ import annotations

from textual.binding import Binding

CSS = """
ExerciseScreen { background: $background; }
ExerciseScreen #bar { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; text-overflow: clip; }
ExerciseScreen #body { height: 1fr; layout: vertical; }
ExerciseScreen CodeEditor { height: 1fr; min-height: 6; }
ExerciseScreen Side { height: 42%; }
ExerciseScreen.-wide #body { layout: horizontal; }
ExerciseScreen.-wide CodeEditor { width: 1fr; }
ExerciseScreen.-wide Side { width: 44%; height: 1fr; padding: 1 2; }
"""

KEYS = [
    Binding("ctrl+s,f5", "check", "Check", key_display="^s", id="exercise.check"),
    Binding("ctrl+t,f2", "hint", "Hint", key_display="^t", id="exercise.hint"),
    Binding("ctrl+l,f9", "lab", "Run it in the lab", key_display="^l", id="exercise.lab"),
    Binding("ctrl+o,f4", "outside", "Your editor", key_display="^o", id="exercise.editor"),
    Binding("ctrl+r,f3", "solution", "Solution", key_display="^r", id="exercise.solution"),
    Binding("ctrl+n", "scroll_side(1)", "Scroll the text down", show=False, id="exercise.down"),
    Binding("ctrl+p", "scroll_side(-1)", "Scroll the text up", show=False, id="exercise.up"),
    Binding("escape", "side", "To the text", show=False),
    Binding("ctrl+q", "leave", "Back", key_display="^q", id="exercise.leave"),
]
