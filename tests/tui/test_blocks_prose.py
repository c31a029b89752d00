"""Prose: Markdown as pieces, pieces as lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from tutor.draw.cells import Look
from tutor.tui.blocks.code import highlight
from tutor.tui.blocks.flow import Gap, Grid, Lines, Para, Piece, lay_out
from tutor.tui.blocks.inline import Links, inline
from tutor.tui.blocks.markdown import Code, Formula, parse_markdown

LOOK = Look()


def lines(text: str, width: int = 40, look: Look = LOOK) -> list[str]:
    parts = parse_markdown(text, look)
    return [line.plain for line in lay_out([p for p in parts if not isinstance(p, Formula | Code)], width)]


def test_paragraphs_are_wrapped_and_parted() -> None:
    assert lines("one two three\nfour\n\nfive", 9) == ["one two", "three", "four", "", "five"]


def test_lists_hang() -> None:
    text = "- a line that is too long\n- two\n  1. deep and deeper and deeper\n  2. next\n\nafter"
    assert lines(text, 20) == [
        " • a line that is",
        "   too long",
        " • two",
        "    1. deep and",
        "       deeper and",
        "       deeper",
        "    2. next",
        "",
        "after",
    ]


def test_a_list_that_begins_at_three() -> None:
    assert lines("3. a\n4. b") == [" 3. a", " 4. b"]


def test_loose_items_keep_their_second_paragraph() -> None:
    assert lines("- a\n\n  b\n\n- c") == [" • a", "", "   b", "", " • c"]


def test_quotes_and_code_in_lists() -> None:
    assert lines("> a quote\n> goes on") == ["▏ a quote goes on"]
    assert lines("- a\n\n  ```\n  x = 1\n  ```") == [" • a", "", "   x = 1"]


def test_tables() -> None:
    text = "| a | b |\n|---|--:|\n| one | 2 |\n| $x^2$ | **4** |"
    assert lines(text) == ["a    b", "──────", "one  2", "x²   4"]


def test_tables_that_do_not_fit_wrap_their_widest_column() -> None:
    text = "| a | b |\n|---|---|\n| one | a sentence that is long |"
    assert lines(text, 18) == ["a    b", "─" * 18, "one  a sentence", "     that is long"]


def test_ragged_tables() -> None:
    assert lines("| a | b |\n|---|---|\n| one |") == ["a    b", "──────", "one"]


def test_top_level_formulas_and_listings_are_parts_of_their_own() -> None:
    parts = parse_markdown("a\n\n$$\nx\n$$\n\n```python\ny\n```\n\nb", LOOK)
    assert [type(p) for p in parts if not isinstance(p, Gap)] == [Para, Formula, Code, Para]


def test_inline() -> None:
    links = Links()
    content = inline("**b** *i* `c` $w_1$ [here](#a) and [there](#b) and [here](#a)", LOOK, links)
    assert content.plain == "b i c w₁ here[1] and there[2] and here[1]"
    assert links.targets == ["#a", "#b"]
    assert links.target(2) == "#b"
    assert links.target(3) is None


def test_nothing_is_lost() -> None:
    assert inline("a lone $ and <b>x</b>", LOOK).plain == "a lone $ and <b>x</b>"


def test_a_formula_that_cannot_be_read_is_shown_as_written() -> None:
    assert inline(r"$\nosuchcommand{x}$", LOOK).plain == r"\nosuchcommand{x}"


@pytest.mark.parametrize("text", ["α → “β” … $\\sum_i w_i$", "- • ▸", "> a – b", "| é |\n|---|\n| ü |"])
def test_ascii(text: str) -> None:
    for line in lines(text, 30, Look(unicode=False)):
        assert line.replace("─", "-").isascii()


def test_highlight() -> None:
    code = 'def f(x):\n    """Two\n    lines."""\n    return x  # why'
    spans = highlight(code)
    assert (0, 3, "primary") in spans[0]
    assert (4, 5, "warning") in spans[0]
    assert [role for *_, role in spans[1]] == ["success"]
    assert [role for *_, role in spans[2]] == ["success"]
    assert spans[3][-1][2] == "muted"
    assert highlight("x = 1\ny", "no such language") == [[], []]


pieces = st.one_of(
    st.builds(Para, st.text("ab cé日", max_size=60).map(Content)),
    st.builds(lambda t: Para(Content(t), Content(" 1. "), Content("    ")), st.text("ab c", max_size=60)),
    st.builds(lambda t: Lines((Content(t),)), st.text("ab c", max_size=60)),
    st.builds(
        lambda rows: Grid(tuple(rows), ("left", "right")),
        st.lists(st.tuples(*[st.text("ab c", max_size=20).map(Content)] * 2), min_size=1),
    ),
    st.just(Gap()),
)


@given(st.lists(pieces, max_size=5), st.integers(12, 90))
def test_lines_never_exceed_the_width(found: list[Piece], width: int) -> None:
    laid = lay_out(found, width)
    assert all(line.cell_length <= width for line in laid)
    assert not laid or laid[-1].plain
