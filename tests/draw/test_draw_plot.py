"""The plotext adapter and what it stands on."""

from __future__ import annotations

import math
import subprocess
import sys
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures_for_draw import losses

from tutor.draw import Look, draw, plain, row_width, scales
from tutor.draw.plot import Curve, _figure, decimate, finite_runs, inside, one_a_cell, plot
from tutor.pictures import Bars, Guide, Lines, Series

TICKS = [(0.0, "0"), (1.0, "1")]
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


def test_private_doors_are_where_they_were() -> None:
    """A figure of our own that is not the shared one, with the size that we ask for whatever the terminal's."""
    import plotext

    figure = _figure()
    assert figure is _figure()
    assert figure is not plotext.figure
    figure.plot_size(231, 77)
    assert figure.build().size() == (231, 77)
    assert hasattr(figure._signals, "_add")


@pytest.mark.parametrize("size", [(10, 3), (7, 2), (80, 24), (200, 60)])
def test_exact_size(size: tuple[int, int]) -> None:
    x = np.linspace(0, 1, 500)
    rows = plot(size, [Curve(x, x**2, 0x5FAFFF)], TICKS, TICKS, 0x6C6C6C)
    assert len(rows) == size[1]
    assert {row_width(row) for row in rows} == {size[0]}
    assert all(span.ink.bg is None for row in rows for span in row)


def test_inside_is_what_the_frame_leaves() -> None:
    """The overlays rely on it: a point in the upper right corner is in the last column of the first row."""
    size, ticks = (40, 10), [(0.0, "  0"), (1.0, "100")]
    rows = plot(size, [Curve(np.array([0.0, 1.0]), np.array([0.0, 1.0]), None, "x", joined=False)], [], ticks, None)
    width, height = inside(size, ticks)
    lines = plain(rows).split("\n")
    assert lines[0][40 - 1] == "x"
    assert lines[height - 1][40 - width] == "x"


def test_finite_runs_split_at_gaps_and_keep_to_the_band() -> None:
    y = np.array([0.5, np.nan, 3.0, -1e300, np.inf, 0.1])
    runs = finite_runs(np.arange(6) / 6, y)
    assert [ys.tolist() for _, ys in runs] == [[0.5], [2.0, -1.0], [0.1]]


def test_decimate_keeps_extremes() -> None:
    x = np.linspace(0, 1, 10_000)
    y = np.zeros(10_000)
    y[5_000], y[7_001] = 1.0, -1.0
    xs, ys = decimate(x, y, 80)
    assert xs.size <= 2 * 81
    assert (ys.max(), ys.min()) == (1.0, -1.0)
    assert (np.diff(xs) >= 0).all()


def test_decimate_keeps_columns_of_unequal_density() -> None:
    """A history that thins out with age has few points on the left and many on the right."""
    x = np.concatenate([np.linspace(0, 0.5, 50), np.linspace(0.5, 1, 5_000)])
    y = np.sin(40 * x)
    xs, _ = decimate(x, y, 100)
    assert (xs < 0.5).sum() >= 49


def test_one_a_cell() -> None:
    x, y = np.repeat([0.1, 0.9, 1.5], 1000), np.repeat([0.1, 0.9, 0.5], 1000)
    xs, ys = one_a_cell(x, y, 80, 80)
    assert sorted(zip(xs.tolist(), ys.tolist(), strict=True)) == [(0.1, 0.1), (0.9, 0.9)]


def test_threads_may_share_it() -> None:
    want = plain(draw(losses(), (60, 16), Look()))
    found: list[str] = []
    threads = [Thread(target=lambda: found.extend(plain(draw(losses(), (60, 16), Look())) for _ in range(5))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [want] * 20


def test_nothing_of_one_plot_is_left_in_the_next() -> None:
    first = plain(draw(losses(), (60, 16), Look()))
    draw(Lines((Series("other", np.arange(9), np.arange(9)),), title="Other"), (80, 24), Look())
    assert plain(draw(losses(), (60, 16), Look())) == first


def test_plotext_is_loaded_only_for_lines() -> None:
    code = (
        "import sys, tutor.draw, tutor.draw.cells\n"
        "assert not {'numpy', 'plotext'} & set(sys.modules), 'the package alone'\n"
        "import tutor.draw.mathbox\n"
        "assert 'numpy' not in sys.modules, 'formulas'\n"
        "import numpy as np\n"
        "from tutor.pictures import Field, Lines, Series\n"
        "tutor.draw.draw(Field(np.zeros((4, 4)), (0, 1), (0, 1)), (20, 8), tutor.draw.Look())\n"
        "assert 'plotext' not in sys.modules, 'a field'\n"
        "tutor.draw.draw(Lines((Series('y', np.arange(3), np.arange(3)),)), (20, 8), tutor.draw.Look())\n"
        "assert 'plotext' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_a_guide_far_away_is_named_and_does_not_flatten_the_data() -> None:
    lines = Lines((Series("mistakes", np.arange(10), np.arange(10)),), guides=(Guide("bound", 4000.0),))
    found = plain(draw(lines, (60, 14), Look()))
    assert "↑ bound 4000" in found
    assert "4000┤" not in found


def test_values_that_have_no_logarithm_are_gaps() -> None:
    lines = Lines((Series("loss", np.arange(4), np.array([1.0, 0.0, -1.0, 100.0])),), y_log=True)
    found = plain(draw(lines, (40, 12), Look()))
    assert "100┤" in found


# Limits and ticks.


def test_limits_change_rarely_while_data_grow() -> None:
    previous: tuple[float, float] | None = None
    changes = 0
    for step in range(1, 10_001):
        limits = scales.stepped_limits(0, step, previous)
        assert limits[0] == 0
        assert limits[1] >= step
        changes += limits != previous
        previous = limits
    assert changes <= 45


def test_limits_are_kept_when_the_data_shrink_a_little() -> None:
    assert scales.stepped_limits(0, 0.6, (0, 1)) == (0, 1)
    assert scales.stepped_limits(0, 0.1, (0, 1)) == (0, 0.1)


@pytest.mark.parametrize(
    ("low", "high", "want"),
    [(0, 7.3, (0, 8)), (1, 9, (0, 10)), (-3, 3.1, (-3, 4)), (90, 110, (90, 110)), (5, 5, (0, 8)), (-9, -1, (-10, 0))],
)
def test_limits_are_round(low: float, high: float, want: tuple[float, float]) -> None:
    assert scales.stepped_limits(low, high) == pytest.approx(want)


@given(NUMBERS, NUMBERS)
@settings(max_examples=300, deadline=None)
def test_limits_and_ticks_of_any_numbers(low: float, high: float) -> None:
    a, b = scales.stepped_limits(low, high)
    assert math.isfinite(a)
    assert math.isfinite(b - a)
    assert a < b
    found = scales.ticks(a, b, 5)
    assert 1 <= len(found) <= 6
    assert all(len(label) <= 12 for _, label in found)
    values = [value for value, _ in found]
    assert values == sorted(values)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.031, "0.031"),
        (1500, "1500"),
        (25_000_000, "2.5e7"),
        (1e-5, "1e-5"),
        (-0.0, "0"),
        (math.nan, "nan"),
        (123456, "123456"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert scales.number(value) == text


def test_log_ticks_are_powers_of_ten() -> None:
    assert [label for _, label in scales.log_ticks(-5, 1, 7)] == ["1e-5", "1e-4", "0.001", "0.01", "0.1", "1", "10"]
    assert [label for _, label in scales.log_ticks(0, 0.5, 5)] == ["1", "2"]


def test_logarithmic_bars_grow_with_the_powers_of_ten() -> None:
    bars = Bars(("a", "b", "c"), np.array([1.0, 100.0, 10_000.0], np.float32), log=True)
    lengths = [row.count("█") for row in plain(draw(bars, (60, 3), Look())).split("\n")]
    assert lengths[0] <= 1
    assert abs(lengths[2] - 2 * lengths[1]) <= 1
    nothing = Bars(("a", "b"), np.array([0.0, np.nan], np.float32), log=True)
    assert "not a number" in plain(draw(nothing, (60, 3), Look()))
