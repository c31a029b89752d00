"""The thrifty stream paints the same cells as the original, in fewer bytes."""

from __future__ import annotations

import random
import re

from tutor.tui.thrift import Thrift

_PIECE = re.compile(r"\x1b\[([0-9;]*)m|\x1b\[([0-9]+);([0-9]+)H|(\r)|(\n)|(.)", re.S)


def paint(data: str) -> dict[tuple[int, int], tuple[str, str]]:
    """A small terminal: (row, column) → (character, how it is painted); a blank shows only its paper and its lines."""
    cells: dict[tuple[int, int], tuple[str, str]] = {}
    row = column = 0
    pen: dict[str, str] = {}
    for sgr, to_row, to_column, back, down, char in _PIECE.findall(data):
        if to_row:
            row, column = int(to_row) - 1, int(to_column) - 1
        elif back:
            column = 0
        elif down:
            row += 1
        elif char:
            shown = {k: v for k, v in pen.items() if char != " " or k in ("paper", "4", "7") or (k == "ink" and "7" in pen)}
            cells[row, column] = (char, str(sorted(shown.items())))
            column += 1
        else:
            pen = apply(pen, sgr)
    return cells


def apply(pen: dict[str, str], sgr: str) -> dict[str, str]:
    codes = sgr.split(";")
    pen = dict(pen)
    while codes:
        code = codes.pop(0)
        if code in ("", "0"):
            pen = {}
        elif code in ("38", "48"):
            rest = [codes.pop(0) for _ in range(2 if codes[0] == "5" else 4)]
            pen["ink" if code == "38" else "paper"] = ";".join(rest)
        else:
            pen[code] = "on"
    return pen


def stream(rng: random.Random, runs: int) -> str:
    """Runs of cells as Textual writes them: all their colours, the text, a reset."""
    out = []
    for _ in range(runs):
        codes = [c for c in ("1", "2", "4", "7") if rng.random() < 0.15]
        if rng.random() < 0.9:
            codes += ["38", "5", str(rng.choice([25, 94, 231]))]
        if rng.random() < 0.9:
            codes += ["48", "2", "0", str(rng.choice([1, 2])), "9"]
        text = rng.choice(["   ", "abc", "▀", " x ", "\x1b[3;7H ", "\r\n"])
        out.append(f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if codes else text)
    return "".join(out)


def test_the_same_cells_are_painted_however_the_stream_is_cut() -> None:
    rng = random.Random(1)
    for _ in range(200):
        thrift, whole, sent = Thrift(), "", ""
        for _ in range(6):
            data = stream(rng, 25)
            cut = rng.randrange(len(data))
            whole += data
            sent += thrift(data[:cut]) + thrift(data[cut:])
        assert paint(sent) == paint(whole)
        assert len(sent) < 0.9 * len(whole)


def test_what_is_owed_is_paid_and_then_the_same_cells_are_painted() -> None:
    rng = random.Random(2)
    for _ in range(100):
        thrift, whole, sent = Thrift(), "", ""
        for _ in range(8):
            data = stream(rng, 25)
            whole += data
            thrift.left = rng.choice([None, 0, 40, 400])
            allowed = thrift.left
            sent += (piece := thrift(data))
            assert allowed is not None or not thrift.owes
            assert allowed is None or len(piece.encode()) < max(allowed, 256) + 256 + 128
        while thrift.owes:
            thrift.left = 100
            sent += (piece := thrift(""))
            assert 0 < len(piece.encode()) < 250
        assert paint(sent) == paint(whole)


def test_a_word_does_not_wait_for_a_picture() -> None:
    thrift = Thrift()
    thrift.left = 500
    picture = "".join(f"\x1b[{row};1H\x1b[38;5;{16 + row}m" + "▀x" * 40 for row in range(1, 20))
    assert len(thrift(picture).encode()) < 1000
    assert thrift.owes
    assert "typed" in thrift("\x1b[23;1Htyped")
    # Both in one write: the row of which little is owed goes first.
    other = Thrift()
    other.left = 500
    assert "typed" in other(picture + "\x1b[23;1Htyped")


def test_an_update_that_changes_nothing_sends_nothing() -> None:
    thrift = Thrift()
    update = ("\x1b[?2026h", "\x1b[2;2Hsame", "\x1b[?2026l")
    assert "".join(map(thrift, update)) == "\x1b[?2026h\x1b[2;2Hsame\x1b[?2026l"
    assert "".join(map(thrift, update)) == ""


def test_colours_are_said_only_when_they_change() -> None:
    data = "\x1b[1;1H" + "".join(f"\x1b[38;5;94;48;5;130m▀\x1b[0m\x1b[38;5;94;48;5;{p}m   \x1b[0m" for p in (94, 94, 58))
    short = Thrift()(data)
    assert paint(short) == paint(data)
    assert len(short) < 0.6 * len(data)


def test_cells_are_sent_only_when_they_change() -> None:
    thrift = Thrift()
    line = "\x1b[5;1H\x1b[48;5;17m" + "a" * 30 + "{}" + "b" * 30 + "\x1b[0m"
    thrift(line.format("x"))
    assert thrift(line.format("x")) == ""
    assert thrift(line.format("y")) == "\x1b[5;31Hy"
    thrift("\x1b[?1049l\x1b[?1049h")
    assert "a" * 30 in thrift(line.format("y"))


def test_after_wide_characters_the_row_is_not_known() -> None:
    thrift = Thrift()
    thrift("\x1b[1;1H語abc")
    assert thrift("\x1b[1;3Habc").endswith("abc")
    assert thrift("\x1b[1;3Habc") == ""


def test_what_is_no_text_finds_the_terminal_as_it_should_be() -> None:
    thrift = Thrift()
    assert thrift("\x1b[1;31mred\x1b[0m") == "\x1b[1;1H\x1b[1;31mred"
    assert thrift("\x1b[?1049l") == "\x1b[0m\x1b[?1049l"
    assert thrift("\x1b[6") == ""
    assert thrift("n").endswith("\x1b[6n")
