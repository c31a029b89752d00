"""Rows of cells on Textual's side: what changed, what fits, what wraps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.draw.cells import Ink, Row, Span, row_width
from tutor.tui.strips import changed_regions, changed_spans, fit, to_strip, wrap

RED, BLUE = Ink(fg=0xFF0000), Ink(fg=0x0000FF)


def test_equal_rows_have_no_change_however_they_are_cut() -> None:
    assert changed_spans((Span("abc", RED), Span("def", RED)), (Span("abcdef", RED),)) == []
    assert changed_spans((), ()) == []


def test_only_what_differs_is_changed() -> None:
    old = (Span("loss ", BLUE), Span("0.123", RED), Span(" end", BLUE))
    assert changed_spans(old, (old[0], Span("0.129", RED), old[2])) == [(9, 10)]
    assert changed_spans(old, (old[0], Span("0.123", BLUE), old[2])) == [(5, 10)]


def test_two_changes_far_apart_are_two() -> None:
    old, new = (Span("a" + "." * 20 + "b"),), (Span("A" + "." * 20 + "B"),)
    assert changed_spans(old, new) == [(0, 1), (21, 22)]
    assert changed_spans((Span("a..b"),), (Span("A..B"),)) == [(0, 4)]


def test_what_follows_a_longer_text_is_changed_too() -> None:
    assert changed_spans((Span("ab", RED), Span("z", BLUE)), (Span("abc", RED), Span("z", BLUE))) == [(2, 4)]


def test_wide_characters_count_twice() -> None:
    assert changed_spans((Span("日本a"),), (Span("日本b"),)) == [(4, 5)]
    assert changed_spans((Span("日x"),), (Span("本x"),)) == [(0, 2)]


def test_missing_rows_are_blank_ones_and_nothing_is_wider_than_the_view() -> None:
    regions = changed_regions([(Span("abcdef"),)], [(Span("abcdXY"),), (Span("new"),)], 5)
    assert [tuple(region) for region in regions] == [(4, 0, 1, 1), (0, 1, 3, 1)]


spans = st.builds(Span, st.text("ab日é ", max_size=4), st.sampled_from((RED, BLUE)))
rows = st.lists(spans, max_size=4).map(tuple)


@given(rows, rows)
def test_outside_the_changed_runs_both_rows_show_the_same(old: Row, new: Row) -> None:
    runs = changed_spans(old, new)
    a, b = (_columns(row) for row in (old, new))
    size = max(len(a), len(b))
    a += [None] * (size - len(a))
    b += [None] * (size - len(b))
    changed = {x for start, end in runs for x in range(start, end)}
    assert all(a[x] == b[x] for x in range(size) if x not in changed)
    assert all(a[x] != b[x] for start, end in runs for x in (start, end - 1))


def _columns(row: Row) -> list[object]:
    return [cell for text, ink in row for c in text for cell in ((c, ink), (c, ink, 2))[: row_width((Span(c),))]]


@given(rows, st.integers(0, 12))
def test_a_row_is_made_to_fit(row: Row, width: int) -> None:
    assert row_width(fit(row, width)) == width


def test_text_wraps_between_words_and_says_where_it_is_cut() -> None:
    assert [row[0].text for row in wrap("one two three", 7, 3)] == ["one two", "three"]
    assert [row[0].text for row in wrap("one two three", 7, 1)] == ["one tw…"]
    assert wrap("one two", 7, 0) == []


def test_a_strip_keeps_its_ink() -> None:
    strip = to_strip((Span("a", RED), Span("b")))
    assert strip.text == "ab"
    styles = [segment.style for segment in strip]
    assert styles[0] is not None
    assert styles[0].color is not None
    assert styles[0].color.name == "#ff0000"
    assert styles[1] is None
