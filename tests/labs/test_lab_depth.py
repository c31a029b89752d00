"""The labs `depth`, `resnet` and `init`: the laws of deep nets at their start, and which of them learn."""

from __future__ import annotations

from statistics import mean, median

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, run, sound

from tutor.errors import UserError
from tutor.pictures import Bars, Histograms, Lines


def test_a_sigmoid_net_loses_a_factor_of_about_five_with_each_layer() -> None:
    """Nets of 2, 3, 4 and 6 layers at their start, ten units a layer, weights between −0.5 and 0.5."""
    from kernels import deep, mlp
    from tutor.labs.depth.data import dealt

    data = dealt()
    x, t = data["x"][:256], data["t"][:256]
    ratios = []
    for layers in (2, 3, 4, 6):
        found = []
        for seed in range(20):
            net, skip = deep.net(64, 10, layers - 1, 10, "sigmoid")
            work = mlp.work(net, len(x))
            deep.gradients(net, work, mlp.parameters(net, "uniform", seed), skip, 1.0, 0, x, t)
            d = work.d.reshape(-1, len(work.pick))[:, : len(x)]
            norms = [np.linalg.norm(d[net.units[k + 1] : net.units[k + 2]]) for k in range(layers)]
            found.append(norms[-1] / norms[0])
        ratios.append(median(found))
    for (few, low), (many, high) in zip(((2, 0), (3, 1), (4, 2)), ((3, 1), (4, 2), (6, 3)), strict=True):
        factor = (ratios[high] / ratios[low]) ** (1 / (many - few))
        assert 4.5 <= factor <= 5.7, (few, many, factor)


def test_where_weights_start_decides_what_arrives() -> None:
    ends = {
        start: [run(f"init?start={start}&seed={seed}").metrics()["signal"] for seed in range(6)] for start in ("he", "glorot")
    }
    assert 0.8 <= mean(ends["he"]) <= 1.0
    assert 5e-4 <= mean(ends["glorot"]) <= 1.2e-3
    assert run("init?start=large").metrics()["signal"] > 1e20
    assert "same gradient" in run("init?start=zero").words().trouble
    assert "dies out" in run("init?start=glorot").words().trouble
    assert run("init?start=he").words().trouble == ""


def test_forty_layers() -> None:
    """Digits, 20 epochs: plain and naive residual nets fail, those whose blocks start small do not."""
    for seed in range(2):
        one = run(f"resnet?seed={seed}")
        one.lab.advance(one.state, one.knobs, 20, "cpu", None)
        found = one.metrics()
        assert found["plain"] <= 0.6
        assert found["naive"] <= 0.6
        assert found["zero"] >= 0.94
        assert found["share"] >= 0.94
    assert "naive" in one.words().trouble
    assert isinstance(one.view("now", (80, 20)), Bars)
    curves = one.view("gradient", (80, 20))
    assert isinstance(curves, Lines)
    assert len(curves.series) == 4


def test_normalization_saves_the_naive_one() -> None:
    for norm in ("batch", "layer"):
        one = run(f"depth?kind=naive&norm={norm}")
        one.lab.advance(one.state, one.knobs, 8, "cpu", None)
        assert one.metrics()["test_accuracy"] > 0.9
    lost = run("depth?kind=naive")
    lost.lab.advance(lost.state, lost.knobs, 2, "cpu", None)
    assert "the loss was no finite number at update" in lost.words().trouble
    assert np.isfinite(lost.state["theta"]).all()


def test_the_picture_of_gradients() -> None:
    one = run("depth?activation=sigmoid&depth=10&start=uniform&width=10")
    picture = one.view("gradient", (80, 20))
    assert isinstance(picture, Lines)
    assert picture.y_log
    now, plain, residual = (series.y for series in picture.series)
    np.testing.assert_allclose(now, plain)
    assert plain[-2] / plain[0] > 1e5
    assert residual[-2] / residual[0] < 1e3
    assert "vanishes" in one.words().trouble
    assert isinstance(run("init?width=32").view("answers", (80, 20)), Histograms)


def test_the_learner_s_way_back_trains_the_net() -> None:
    def back(d, h, z, W, V, s):  # type: ignore[no-untyped-def]
        inside = s * d
        dz = (inside @ V) * (z > 0)
        return d + dz @ W, dz.T @ h, dz.sum(axis=0), inside.T @ np.maximum(z, 0), inside.sum(axis=0)

    link = "depth?kind=zero start&depth=6&width=16"
    mine, ours = run(link, back), run(link)
    for one in (mine, ours):
        one.lab.advance(one.state, one.knobs, 1, "cpu", one.plug)
    np.testing.assert_allclose(mine.state["theta"], ours.state["theta"], atol=5e-3)
    for one in (mine, ours):
        one.lab.advance(one.state, one.knobs, 3, "cpu", one.plug)
    assert mine.metrics()["test_accuracy"] == pytest.approx(ours.metrics()["test_accuracy"], abs=0.05)
    with pytest.raises(UserError, match="five things"):
        run(link, lambda *given: 0).advance(1)
    with pytest.raises(UserError, match="needs a residual net"):
        run("depth?depth=4", back).advance(1)


def test_chunks_and_seeks_do_not_matter() -> None:
    chunks_do_not_matter("depth?depth=4&width=8&kind=naive&norm=batch&batch=200", 12)
    chunks_do_not_matter("resnet?depth=2&width=4&batch=256", 9)


def test_they_are_sound() -> None:
    sound("depth?depth=2&width=4&batch=256&activation=gelu&norm=layer", (0, 1))
    sound("resnet?depth=2&width=4&batch=256", (0, 1))
    sound("init?width=16&depth=20&start=large", (0,))
