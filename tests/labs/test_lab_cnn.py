"""The labs of chapter 7: a convolution by hand, and nets that read digits where others cannot."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, run, sound

from kernels import halves
from kernels.architecture import conv
from kernels.reference_convolution import convolve as reference
from tutor.data.images import add, images
from tutor.errors import BadData, UserError
from tutor.labs import find_lab
from tutor.labs.cnn.draw import THREE, shown
from tutor.labs.cnn.kernels_menu import MENU, read_kernel
from tutor.labs.cnn.sets import load, moved, nearest_accuracy
from tutor.labs.pads import decode_pad
from tutor.pictures import Columns, Images, Text


def trained(link: str, steps: int) -> Any:
    one = run(link)
    one.lab.advance(one.state, one.knobs, steps, "cpu", None)
    return one


@pytest.fixture(scope="module")
def reading() -> list[Any]:
    """Moved digits, two seeds, ten epochs; the lesson's figures for five seeds and 28 epochs come from `dltutor run`."""
    return [trained(f"digits?data=moved&seed={seed}", 30) for seed in (0, 1)]


def test_moved_digits_turn_the_order(reading: list[Any]) -> None:
    for one in reading:
        found = one.metrics()
        assert found["test_accuracy"] >= 0.95
        assert 0.60 < found["nearest"] < 0.75
        assert 0.35 < found["mlp"] < 0.6
        assert 0.12 < found["logistic"] < 0.26
        assert abs(found["parameters"] - 8_000) < 300
        theta = one.state["mlp_theta"].size
        assert abs(theta - found["parameters"]) < 300, "the perceptron has as many parameters"


def test_centred_digits_need_no_convolution() -> None:
    found = trained("digits?data=digits&seed=0", 40).metrics()
    assert found["nearest"] == pytest.approx(0.991, abs=0.001)
    assert abs(found["test_accuracy"] - found["nearest"]) <= 0.0125
    assert found["mlp"] > 0.97


def test_the_views_of_digits(reading: list[Any]) -> None:
    one = reading[0]
    seen = one.view("digits", (80, 20))
    assert isinstance(seen, Images)
    assert sum("is" in caption for caption in seen.captions) == len(seen.boxes)
    table = one.view("confusion", (80, 20))
    assert isinstance(table, Text)
    diagonal = [int(line.split()[1 + k].replace("·", "0")) for k, line in enumerate(table.lines[1:11])]
    assert sum(diagonal) == round(one.metrics()["test_accuracy"] * 445)
    layers = one.lab.layers(one.state, one.knobs)
    assert [layer.name for layer in layers] == ["convolution 1", "convolution 2", "output"]
    assert [len(layer.activations) for layer in layers] == [12, 24, 10]
    assert "1-NN" in one.words().summary


def test_the_labs_hold_together() -> None:
    chunks_do_not_matter("digits?filters=3&more=4&kernel=3", 7)
    for link in ("digits?filters=2&more=0&kernel=3", "draw?filters=2&more=4", "filters?filters=3&more=4&layer=convolution 2"):
        sound(link, (0, 2))
    sound("convolve?padding=1", (0, 1, 10))
    sound("convolve?stride=2", (0, 1))


def test_a_large_net_learns_the_same_on_one_core_and_on_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of 64 are cut in halves; the number of cores only says who takes them."""
    hashes = set()
    for cores, pieces in ((1, (2,)), (2, (2,)), (2, (1, 1))):
        monkeypatch.setattr(halves, "cores", lambda cores=cores: cores)
        one = run("digits?batch=64&seed=1")
        for steps in pieces:
            one.lab.advance(one.state, one.knobs, steps, "cpu", None)
        hashes.add(one.hash())
    assert len(hashes) == 1


def test_a_rate_that_is_too_large_is_named() -> None:
    assert "rate" in trained("digits?rate=10&optimizer=gradient descent&filters=2&more=4&kernel=3", 4).words().trouble


def test_a_set_that_is_not_there_says_how_to_get_it() -> None:
    with pytest.raises(BadData, match="dltutor data"):
        run("digits?data=mnist")


def test_moved_digits_are_whole_and_belong_to_the_seed() -> None:
    one, same, other = (load("moved", seed) for seed in (3, 3, 4))
    assert np.array_equal(one.x, same.x)
    assert not np.array_equal(one.x, other.x)
    centred = load("digits", 0)
    np.testing.assert_allclose(one.x.sum(axis=1), centred.x.sum(axis=1), rtol=1e-5)
    assert nearest_accuracy("moved", 3) < nearest_accuracy("digits", 0) - 0.2
    corners = moved(np.ones((4000, 8, 8), np.float32), 0)[:, [0, 0, 15, 15], [0, 15, 0, 15]]
    assert (corners.mean(axis=0) > 0.005).all(), "every place is used"


@pytest.mark.parametrize("name", MENU)
@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (3, 2), (5, 0)])
def test_the_output_is_the_reference_s(name: str, stride: int, padding: int) -> None:
    if stride == 5:
        stride, padding = 1, 2
    one = trained(f"convolve?kernel={name}&stride={stride}&padding={padding}&image=7", 20)
    kernel = MENU[name]
    exact = reference(one.state["image"][None, None], kernel[None, None], np.zeros(1), conv(1, 3, "linear", stride, padding))
    np.testing.assert_allclose(one.state["out"], exact[0, 0], rtol=1e-4, atol=1e-5)
    assert one.metrics()["value"] == pytest.approx(exact[0, 0, 0, 0], abs=1e-5)


def test_a_stride_that_does_not_fit_is_refused_in_place() -> None:
    one = run("convolve?stride=2")
    assert "no multiple of 2" in one.words().trouble
    seen = one.view("convolve", (100, 20))
    assert isinstance(seen, Columns)
    assert isinstance(seen.parts[2], Text)
    assert not run("convolve?stride=2&padding=1&kernel=yours&yours=1 1;1 1").words().trouble
    assert "see zeros only" in run("convolve?padding=3").words().trouble


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "empty"), ("1 2; 3", "row 2"), ("1 x", "'x'"), ("1 2 3 4 5 6", "too large"), ("1e9", "between"), ("nan", "between")],
)
def test_kernels_that_are_none(text: str, words: str) -> None:
    with pytest.raises(BadData, match=words):
        read_kernel(text)


def test_the_learner_s_convolution_draws_the_output() -> None:
    def backwards(x: Any, kernels: Any, b: Any, stride: int, padding: int) -> Any:
        return reference(x[None], kernels[:, :, ::-1, ::-1], b, conv(1, 3, "linear", stride, padding))[0]

    ours, theirs = trained("convolve", 10), run("convolve", None)
    theirs.lab.advance(theirs.state, theirs.knobs, 10, "cpu", backwards)
    np.testing.assert_allclose(theirs.state["out"], -ours.state["out"], atol=1e-5)
    again = run("convolve")
    with pytest.raises(UserError, match="shape"):
        again.lab.advance(again.state, again.knobs, 1, "cpu", lambda *given: np.zeros((2, 2)))


def test_a_drawing_is_read() -> None:
    one = trained("draw", 20)
    found = one.metrics()
    assert (found["answer"], found["ink"]) == (3, decode_pad(THREE, 16, 16).sum())
    assert found["probability"] > 0.5
    small = np.zeros((16, 16), bool)
    small[3:9, 4] = True
    moved_ = np.roll(small, (5, 6), (0, 1))
    assert np.array_equal(shown(small), shown(moved_)), "where it is drawn does not matter"
    assert "empty" in run("draw?drawing=").words().summary
    with pytest.raises(BadData, match="hexadecimal"):
        run("draw?drawing=xyz")


def test_deeper_units_see_more_and_are_choosier() -> None:
    one = trained("filters?seed=0", 40)
    found = []
    for layer in ("convolution 1", "convolution 2", "output"):
        knobs = {**dict(one.knobs), "layer": layer}
        found.append(one.lab.metrics(one.state, knobs))
    assert [metrics["sees"] for metrics in found] == [5, 14, 16]
    selective = [metrics["selective"] for metrics in found]
    assert selective[0] < selective[1] < selective[2]
    assert selective[2] > 0.95


def test_climbing_excites_a_unit_more_than_the_data() -> None:
    from tutor.labs.cnn import filters, nets

    one = trained("filters?seed=0&filters=4&more=4&kernel=3", 20)
    net = nets.net_of(one.knobs, 16, inputs=True)
    best, _ = filters.excitements(one.state, net, 2)
    seen = filters.climbed(one.state, net, 2)
    assert isinstance(seen, Images)
    answers = nets.maps(net, one.state["theta"], seen.pixels.reshape(len(seen.pixels), -1), 2)
    alive = best.max(axis=0) > 0
    own = answers.reshape(4, 4, -1).max(axis=2)[np.arange(4), np.arange(4)]
    assert (own[alive] > best.max(axis=0)[alive]).mean() >= 0.5
    assert find_lab("filters").spec.id == "filters"


MNIST = os.environ.get("DLTUTOR_MNIST", "")
with_mnist = pytest.mark.skipif(not MNIST, reason="DLTUTOR_MNIST names no folder with the four files of MNIST")


@with_mnist
def test_mnist_is_read_after_two_epochs_and_better_after_eight() -> None:
    add("mnist", [Path(MNIST)])
    one = trained("digits?data=mnist&last=2 × 2&rate=0.002", 38)
    found = one.metrics()
    assert found["epochs"] == pytest.approx(2, abs=0.05)
    assert found["test_accuracy"] >= 0.985
    one.lab.advance(one.state, one.knobs, 112, "cpu", None)
    assert one.metrics()["test_accuracy"] >= 0.99


@with_mnist
def test_thirty_sigmoids_on_mnist() -> None:
    """784-30-10, squared error, rate 3, batches of 10, 30 epochs: about 95 %, as chapter 1 of Nielsen 2015 has it."""
    from kernels import cnn
    from kernels.optimizers import rule

    add("mnist", [Path(MNIST)])
    found = images("mnist")
    net = cnn.net((1, 28, 28), [cnn.dense(30, "sigmoid"), cnn.dense(10, "sigmoid")], "squared")
    x, test = (part.reshape(len(part), -1) for part in (found.train_images[:50_000], found.test_images))
    data = cnn.data(x, np.eye(10, dtype=np.float32)[found.train_labels[:50_000]], 10)
    theta, work = cnn.parameters(net, "large"), cnn.work(net, 16, len(x))
    losses = np.empty(150_000, np.float32)
    cnn.train(net, work, rule("gradient descent", 3.0), data, theta, cnn.memory(net), *cnn.FREE, 0, 150_000, losses)
    right = cnn.evaluate(net, work, theta, np.ascontiguousarray(test)).argmax(axis=0) == found.test_labels
    assert float(right.mean()) == pytest.approx(0.95, abs=0.007)
