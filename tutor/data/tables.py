"""Figures that come with the course: YAML files beside the lessons that tell of them."""

from __future__ import annotations

from typing import Any

import yaml

from tutor.errors import BadData
from tutor.paths import lessons_folder

_MEND = "install the program again"


def table(chapter: str, name: str) -> Any:
    """What lessons/CHAPTER/NAME.yaml holds: mappings, lists, numbers and text. Raises BadData."""
    file = lessons_folder() / chapter / f"{name}.yaml"
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadData(f"{file.name} of {chapter} cannot be read: {error.strerror}", _MEND) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise BadData(f"{file.name} of {chapter} is not as it was shipped: it is no YAML", _MEND) from None
