"""Whatever is in a picture's arrays: exact size, no exception, no abort, no hang."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest
from pictures_for_draw import everything

from tutor.draw import Look, _draw, draw, row_width
from tutor.pictures import (
    Bars,
    Cells,
    Columns,
    Edge,
    Field,
    Guide,
    Histogram,
    Histograms,
    Images,
    Lines,
    Network,
    Node,
    Picture,
    Points,
    Segment,
    Series,
    Surface,
    Text,
)

CASES = 1000
ODD = (float("nan"), float("inf"), -float("inf"), 1e300, -1e300, 1.7e308, 5e-324, 1e-300, 0.0, -0.0, 5.0)
WORDS = ("", "loss", "Σ", "φ(z) ≥ 0", "a\tb\nc", "\x1b[31mred", "漢字", "ŷ w\u0305", "x" * 300, "🙂")
ROLES = ("a", "b", "c", "d", "good", "bad", "muted", "accent", "guess", "unheard-of")


class Chaos:
    """Pictures from a seed, half of them with numbers that no picture should have."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def value(self) -> float:
        return self.rng.choice(ODD) if self.rng.random() < 0.4 else self.rng.gauss(0, self.rng.choice((1e-9, 1, 1e6)))

    def array(self, *shape: int) -> np.ndarray:
        size = int(np.prod(shape))
        odd = self.rng.random()
        if odd < 0.4:
            flat = np.random.default_rng(self.rng.randrange(1 << 30)).normal(size=size)
        elif odd < 0.5:
            flat = np.full(size, self.value())
        else:
            flat = np.array([self.value() for _ in range(size)])
        with np.errstate(all="ignore"):
            return flat.reshape(shape).astype(self.rng.choice((np.float32, np.float64)))

    def word(self) -> str:
        return self.rng.choice(WORDS)

    def role(self) -> str:
        return self.rng.choice(ROLES)

    def limits(self) -> tuple[float, float]:
        return self.rng.choice(((-1.0, 1.0), (0.0, 0.0), (1.0, -1.0), (self.value(), self.value())))

    def count(self, *choices: int) -> int:
        return self.rng.choice(choices)

    def lines(self) -> Lines:
        series = []
        for _ in range(self.count(0, 1, 2, 5)):
            n = self.count(0, 1, 2, 3, 10, 200, 1000)
            x = np.arange(n) if self.rng.random() < 0.6 else self.array(n)
            y = self.array(n if self.rng.random() < 0.9 else self.count(0, 1, 7))
            series.append(Series(self.word(), x, y, self.role(), self.rng.random() < 0.3))
        guides = tuple(Guide(self.word(), self.value(), self.rng.choice("xy"), self.role()) for _ in range(self.count(0, 1, 3)))
        return Lines(
            tuple(series),
            self.word(),
            self.word(),
            self.word(),
            guides,
            self.rng.choice((None, self.limits())),
            self.rng.choice((None, self.limits())),
            self.rng.random() < 0.3,
            self.rng.choice((None, self.value())),
        )

    def field(self) -> Field:
        n = self.count(0, 1, 5, 60)
        wrong = self.rng.choice((None, np.ones(n, bool), np.zeros(max(0, n - 2), bool)))
        kind = np.arange(n) - 2 if self.rng.random() < 0.7 else self.array(n)
        points = Points(self.array(n, 2), kind, wrong, self.rng.choice((None, 0, 3, -1, 999)))
        return Field(
            self.array(self.count(0, 1, 2, 30), self.count(0, 1, 3, 40)),
            self.limits(),
            self.limits(),
            self.value(),
            self.value(),
            self.rng.choice((None, 0.0, self.value())),
            self.rng.choice((None, points)),
            tuple(
                Segment(self.value(), self.value(), self.value(), self.value(), self.role(), True)
                for _ in range(self.count(0, 2))
            ),
            self.word(),
            self.word(),
            self.word(),
            tuple((self.role(), self.word()) for _ in range(self.count(0, 2, 6))),
        )

    def surface(self) -> Surface:
        values = self.array(self.count(0, 1, 2, 30), self.count(0, 1, 3, 40))
        return Surface(values, self.limits(), self.limits(), self.value(), self.value(), self.word(), self.word())

    def images(self) -> Images:
        n = self.count(0, 1, 3, 40)
        pixels = self.array(n, self.count(0, 1, 8, 28), self.count(0, 1, 8, 300))
        captions = tuple(self.word() for _ in range(self.count(0, n, n + 2)))
        return Images(pixels, captions, self.value(), self.value(), self.rng.random() < 0.5, self.word())

    def bars(self) -> Bars:
        n = self.count(0, 1, 4, 60)
        labels = tuple(self.word() for _ in range(n))
        roles = tuple(self.role() for _ in range(self.count(0, n)))
        return Bars(labels, self.array(self.count(n, n, n + 2)), self.word(), self.word(), roles)

    def histogram(self) -> Histogram:
        return Histogram(self.array(self.count(0, 1, 48, 500)), self.value(), self.value(), self.word(), self.role())

    def histograms(self) -> Histograms:
        n, words = self.count(0, 1, 3, 9, 70), lambda count: tuple(self.word() for _ in range(count))
        rows = tuple(tuple(self.histogram() for _ in range(self.count(0, 1, 3, 3, 9))) for _ in range(n))
        return Histograms(
            rows, words(self.count(0, n)), words(self.count(0, 3, 9)), words(self.count(0, n)), self.word(), words(2)
        )

    def network(self) -> Network:
        sizes = [self.count(0, 1, 2, 3, 8, 20) for _ in range(self.count(0, 1, 2, 4, 7))]
        nodes = tuple(tuple(Node(self.word(), self.word(), self.role()) for _ in range(size)) for size in sizes)
        edges = tuple(
            Edge(self.count(-1, 0, 1, 2, 9), self.count(-1, 0, 1, 30), self.count(0, 1, 2), self.value(), self.word())
            for _ in range(self.count(0, 3, 60))
        )
        return Network(nodes, edges, self.word(), tuple(self.word() for _ in range(self.count(0, 2, 40))))

    def cells(self) -> Cells:
        rows, columns = self.count(0, 1, 4, 40), self.count(0, 1, 8, 200)
        words = [tuple(self.word() for _ in range(count)) for count in (columns, rows)]
        signs = tuple("".join(self.rng.choice(".!? ") for _ in range(columns)) for _ in range(rows))
        cursor = (self.count(0, rows // 2), self.count(0, columns // 2)) if self.rng.random() < 0.5 else None
        ends, log = (self.value(), self.value()), self.rng.random() < 0.5
        return Cells(
            self.array(rows, columns), signs, words[0], words[1], *ends, log, self.word(), self.word(), self.word(), cursor
        )

    def text(self) -> Text:
        return Text(tuple(self.word() for _ in range(self.count(0, 1, 30))), self.word())

    def columns(self) -> Columns:
        parts = tuple(self.picture(nested=True) for _ in range(self.count(0, 1, 2, 5)))
        return Columns(parts, tuple(abs(self.value()) for _ in range(self.count(0, len(parts)))))

    def picture(self, nested: bool = False) -> Picture:
        kinds = [self.lines, self.lines, self.field, self.surface, self.images, self.bars, self.network, self.text,
                 self.histograms, self.cells]  # fmt: skip
        return self.rng.choice(kinds if nested else [*kinds, self.columns])()

    def size(self) -> tuple[int, int]:
        return self.rng.choice(
            ((10, 3), (24, 7), (40, 14), (80, 24), (120, 40), (self.rng.randint(1, 120), self.rng.randint(1, 40)))
        )

    def look(self) -> Look:
        return Look(self.rng.random() < 0.7, self.rng.random() < 0.7, self.rng.random() < 0.5)


@pytest.mark.parametrize("part", range(4))
@pytest.mark.filterwarnings("error")
def test_any_picture_has_exact_size(part: int) -> None:
    """The drawing functions themselves, without the net that `draw` spreads below them."""
    for seed in range(part, CASES, 4):
        chaos = Chaos(seed)
        picture, size, look = chaos.picture(), chaos.size(), chaos.look()
        _draw(picture, size, look)
        rows = draw(picture, size, look)
        assert len(rows) == size[1], seed
        assert {row_width(row) for row in rows} == {size[0]}, seed
        if not look.unicode:
            assert all(span.text.isascii() for row in rows for span in row), seed
        if not look.colour:
            assert all(span.ink.fg is span.ink.bg is None for row in rows for span in row), seed
        assert not any(c in span.text for row in rows for span in row for c in "\x1b\n\t"), seed


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0), (1, 1), (10, 3), (300, 100)])
def test_sizes_at_the_edge(size: tuple[int, int]) -> None:
    for picture in everything().values():
        rows = draw(picture, size, Look())
        assert len(rows) == size[1]
        assert all(row_width(row) == size[0] for row in rows)


def test_a_picture_of_the_wrong_kind_is_said_in_words() -> None:
    broken = Lines((Series("loss", None, "no numbers"),))  # type: ignore[arg-type]
    rows = draw(broken, (60, 5), Look())
    assert "cannot be drawn" in rows[0][0].text
    assert {row_width(row) for row in rows} == {60}


def test_large_arrays_are_drawn_quickly_enough_to_be_drawn_at_all() -> None:
    rng = np.random.default_rng(0)
    large = rng.normal(size=300_000)
    for picture in (
        Lines((Series("loss", np.arange(large.size), large), Series("dots", large, large[::-1], "b", True))),
        Lines((Series("path", large, large[::-1]),)),
        Field(rng.normal(size=(700, 700)), (-1, 1), (-1, 1), points=Points(large.reshape(-1, 2), np.zeros(150_000))),
        Surface(rng.normal(size=(700, 700)), (-1, 1), (-1, 1)),
    ):
        assert len(_draw(picture, (80, 24), Look())) == 24


def test_not_a_number_does_not_abort_the_process() -> None:
    """plotext kills the process on a NaN; a test that died with it would say nothing, so another process draws."""
    code = (
        "import numpy as np\n"
        "from tutor.draw import draw, Look\n"
        "from tutor.pictures import Lines, Series\n"
        "nan, inf = float('nan'), float('inf')\n"
        "for y in ([nan] * 5, [nan, 1, nan, 2, nan], [inf, -inf, 1, 1e300, -1e300], [1, 1e6, 1], []):\n"
        "    y = np.array(y)\n"
        "    rows = draw(Lines((Series('loss', np.arange(y.size), y),), y_limits=(0.0, 1.0)), (60, 15), Look())\n"
        "    assert len(rows) == 15\n"
        "print('alive')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr
