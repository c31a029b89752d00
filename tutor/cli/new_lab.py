"""`dltutor new lab`: a lab in Python for a course, with its kernels and its tests."""

from __future__ import annotations

import keyword
import shlex
from pathlib import Path

from tutor.cli.new_files import course_above, quoted, start, title_of, write_new
from tutor.cli.parser import BadUsage, Wanted
from tutor.errors import UserError
from tutor.labs import built_in_ids


def make(kind: str, path: Path, arguments: Wanted) -> tuple[list[Path], str]:
    """Write the lab into the folder `labs` of its course. Returns its files, and what to do next. Raises UserError."""
    if arguments.lesson:
        raise BadUsage("--lesson goes with an exercise", "leave it out")
    name = path.name.removesuffix(".py").replace("-", "_")
    lab = name.replace("_", "-")
    if not name.isidentifier() or keyword.iskeyword(name) or not name.isascii() or name != name.lower() or name[0] == "_":
        raise UserError(f"{path.name!r} cannot be the name of a lab", "use a-z, 0-9 and -, such as my-line")
    if name.startswith("test_") or lab in built_in_ids():
        raise UserError(f"{lab!r} is taken: it is a lab of the program, or looks like a test", "take another name")
    folder = path.parent if path.parent.name == "labs" else path.parent / "labs"
    root = course_above(folder)
    words = {
        "ID": lab,
        "NAME": name,
        "CLASS": "".join(word.capitalize() for word in name.split("_")),
        "TITLE": quoted(arguments.title or title_of(lab)),
    }
    files = write_new(
        {
            folder / f"{name}.py": start("lab.py.txt", **words),
            folder / f"{name}_kernels.py": start("lab_kernels.py.txt", **words),
            folder / f"test_{name}.py": start("lab_test.py.txt", **words),
        }
    )
    where = shlex.quote(str(root))
    block = f"```lab {lab}\nknobs: {{rate: 0.3}}\ngoal: loss < 0.1\n```"
    return files, (
        f"Try it: dltutor run {lab} --course {where}\nTest it: dltutor course test {where}\nPut it into a lesson:\n\n{block}"
    )
