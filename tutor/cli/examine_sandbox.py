"""What `dltutor doctor` says of the processes that run the code of learners and courses: what this system keeps from them."""

from __future__ import annotations

import json
import subprocess
import sys

from tutor.engine.process import environment

_WORDS = {
    "network": ("no network", "the network"),
    "files": ("no files but the program's", "the user's files"),
    "signals": ("no other processes", "signals to the user's other processes"),
}
_ALWAYS = "limits on memory, processor time, files written and open, and an environment without secrets"


def sandbox() -> tuple[str, str, str]:
    """(state, what is so, what to do), tried out in a process of its own."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "tutor.engine.sandbox"],
            capture_output=True, text=True, timeout=30, env=environment(), check=True,
        )  # fmt: skip
        held = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        held = {}
    kept = [kept for name, (kept, _) in _WORDS.items() if held.get(name)]
    open_ = [reach for name, (_, reach) in _WORDS.items() if not held.get(name)]
    says = f"code of learners and courses has {', '.join(kept)}; {_ALWAYS}" if kept else f"only {_ALWAYS}"
    if not open_:
        return "ok", says, ""
    return "warning", f"{says}. It can reach {' and '.join(open_)}", "trust only courses whose code you would run yourself"
