"""What the tests of the command line share: a small course, and what a command did."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CHAPTER = """---
title: First things
summary: What comes first.
---
"""
LESSON = """---
title: One idea
minutes: 5
needs: []
sources: ["Nobody 1900"]
---
Here $w = 2$ is a number.

```quiz sum
ask: What is 1 + 1?
kind: choice
options:
  - {say: "two", right: true, because: "Count them."}
  - {say: "three", because: "One too many."}
```

```exercise twice
file: exercises/twice.py
ask: Double it.
hints: ["Add it to itself.", {when: halved, say: "You halved it."}]
why: Doubling is adding twice.
```
"""


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Done]
