"""`dltutor export`: web pages and Markdown for paper, the same each time, with pictures of runs made now."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli_samples import Call

LESSON = """---
title: Votes & <weights>
minutes: 5
sources: ["A source 1943"]
---
It takes 18<!--{{run: perceptron?data=and&order=cyclic, mistakes, 0}}--> mistakes.

A sum $w^\\top x$, [as before](02-next.md#after), [a lab](lab:neuron), <script>alert(1)</script> and
[a trap](javascript:alert(1)).

$$
y = \\varphi(z)
$$

```predict mistakes
ask: How many mistakes?
kind: number
lab: perceptron?data=and&order=cyclic
measure: mistakes
within: 1
because: Each mends one row.
```

```lab perceptron
knobs: {data: and, order: cyclic}
show: [boundary]
goal: errors == 0
say: Run it.
```

```quiz sum
ask: What is $1 + 1$?
kind: choice
options:
  - {say: Two, right: true, because: Count.}
  - {say: Three, because: One too many.}
```

```aside
title: By the way
text: A remark.
```
"""
NEXT = "---\ntitle: Next\nminutes: 5\n---\nWords.\n\n## After\n\nMore.\n"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    chapter = tmp_path / "mine" / "01-first"
    chapter.mkdir(parents=True)
    (tmp_path / "mine" / "course.yaml").write_text("title: My course\n")
    (chapter / "index.md").write_text("---\ntitle: Beginning\nsummary: What it holds.\n---\nSome words.\n")
    (chapter / "01-votes.md").write_text(LESSON)
    (chapter / "02-next.md").write_text(NEXT)
    return tmp_path / "mine"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_pages_hold_the_lessons_with_pictures_and_are_the_same_each_time(call: Call, mine: Path, tmp_path: Path) -> None:
    done = call("export", str(mine), "--html", str(tmp_path / "a"), "--answers", "--json")
    assert json.loads(done.out) == {"folder": str(tmp_path / "a"), "files": 5, "pictures": 2, "failed": []}
    call("export", str(mine), "--html", str(tmp_path / "b"), "--answers")
    pages = contents(tmp_path / "a")
    assert pages == contents(tmp_path / "b")
    page = pages["01-first/votes.html"].decode()
    assert "<title>Votes &amp; &lt;weights&gt;</title>" in page
    assert '<a href="../01-first/next.html#after">as before</a>' in page
    assert "id='after'" in pages["01-first/next.html"].decode()
    assert "wᵀx" in page
    assert "φ(z)" in page
    assert "In the run: mistakes 18." in page
    pictures = re.findall(r"<img src='\.\./(pictures/[^']+\.svg)' alt='([^']+)'", page)
    assert len(pictures) == 1
    assert "errors 0" in pictures[0][1]
    assert pictures[0][0] in pages


def test_nothing_that_an_author_writes_becomes_a_script(call: Call, mine: Path, tmp_path: Path) -> None:
    call("export", str(mine), "--html", str(tmp_path / "out"), "--no-pictures")
    page = (tmp_path / "out/01-first/votes.html").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "It takes 18 mistakes." in page
    assert 'href="javascript' not in page


def test_without_answers_the_pages_tell_none(call: Call, mine: Path, tmp_path: Path) -> None:
    call("export", str(mine), "--html", str(tmp_path / "out"), "--no-pictures")
    page = (tmp_path / "out/01-first/votes.html").read_text("utf-8")
    assert "Two" in page
    assert "Count." not in page
    assert "In the run" not in page


def test_a_picture_is_whole_xml_of_a_run(call: Call, mine: Path, tmp_path: Path) -> None:
    call("export", str(mine), "--html", str(tmp_path / "out"))
    for file in (tmp_path / "out/pictures").iterdir():
        root = ElementTree.fromstring(file.read_text("utf-8"))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.find("{http://www.w3.org/2000/svg}title") is not None


def test_markdown_for_paper_is_one_file_with_formulas_as_tex(call: Call, mine: Path, tmp_path: Path) -> None:
    done = call("export", str(mine), "--pdf-ready-markdown", str(tmp_path / "book"), "--no-pictures", "--answers")
    assert done.status == 0
    text = (tmp_path / "book/course.md").read_text("utf-8")
    assert text.startswith('---\ntitle: "My course"\n---\n')
    for said in (
        "# Beginning",
        "## Votes & <weights>",
        "A sum $w^\\top x$, as before, a lab,",
        "(a) Two",
        "*Answer:* Two Count.",
    ):
        assert said in text
    assert "### After" in text


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["export"], "export needs one of --html FOLDER and --pdf-ready-markdown FOLDER"),
        (["export", "--html", "x", "--only", "01-nuron"], "there is no chapter '01-nuron'; did you mean '01-neuron'?"),
        (["export", "--html", "{full}"], "is there already; name a new folder, or empty this one"),
    ],
)
def test_what_cannot_be_exported_is_said(call: Call, tmp_path: Path, argv: list[str], said: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    extra = ["--no-pictures", "--only", "01-neuron"] if "{full}" in argv else []
    done = call(*(word.format(full=tmp_path / "full") for word in argv), *extra)
    assert done.status == 2
    assert said in done.err
