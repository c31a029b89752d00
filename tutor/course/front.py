"""The YAML in a Markdown file: the front matter, and whatever stands in fences. Both with their places in the file."""

from __future__ import annotations

from pathlib import Path

from tutor.course.model import Place
from tutor.course.problems import Problems
from tutor.course.source import Source
from tutor.course.yamltree import BadYaml, Node, Table, read_yaml


def front_matter(source: Source, problems: Problems) -> tuple[Table | None, int]:
    """The YAML between the first two lines `---`, and how many lines it takes with them. None: reported."""
    lines = source.lines
    place = Place(source.file)
    if lines[0].rstrip() != "---":
        problems.add(place, "front-matter", "the file has no front matter", "begin it with ---, title: …, minutes: …, ---")
        return None, 0
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        problems.add(place, "front-matter", "the front matter is not closed", "end it with a line ---")
        return None, 0
    node = yaml_at("\n".join(lines[1:end]), source.file, 2, [0] * end, problems)
    if node is None:
        return None, end + 1
    if not isinstance(node, Table):
        problems.add(Place(source.file, 2), "front-matter", "the front matter is not a mapping", "write one key: value a line")
        return None, end + 1
    return node, end + 1


def yaml_at(text: str, file: Path, line: int, indents: list[int], problems: Problems) -> Node | None:
    """A YAML text that begins in this line of the file; an empty one is an empty mapping. None: reported."""

    def at(row: int, column: int) -> Place:
        # The parser points behind the last line where something is missing at the end.
        row = min(row, max(len(indents) - 1, 0))
        return Place(file, line + row, column + 1 + (indents[row] if indents else 0))

    try:
        node = read_yaml(text, at)
    except BadYaml as error:
        problems.add(error.place, error.rule, error.message, error.mend)
        return None
    return Table((), Place(file, max(line - 1, 1))) if node is None else node
