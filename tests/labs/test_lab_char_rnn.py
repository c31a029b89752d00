"""The lab `char-rnn`: what its nets reach beside the tables, that it can be cut anywhere, and what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, metrics_at, run, sound

from tutor.data import texts
from tutor.engine.run import Run
from tutor.errors import BadData, DeviceProblem
from tutor.pictures import Bars, Columns, Text

QUICK = "char-rnn?units=32&length=16&rate=0.01"


@pytest.fixture(scope="module")
def trained() -> Run:
    """A GRU that has read the toy text for 2 000 steps."""
    one = run("char-rnn?cell=gru&rate=0.01")
    one.lab.advance(one.state, one.knobs, 2000, "cpu", None)
    return one


def test_the_net_is_better_than_every_table(trained: Run) -> None:
    found = trained.metrics()
    assert found["test_loss"] < 0.85 * found["fivegram"]
    assert found["fivegram"] < found["trigram"] < found["bigram"] < found["unigram"] < np.log2(26)
    assert found["loss"] < found["test_loss"]
    assert "better than the 5-gram table" in trained.words().summary
    assert not trained.words().trouble


def test_the_lstm_passes_the_tables_one_after_the_other() -> None:
    start, soon, later, last = metrics_at("char-rnn", 0, 100, 200, 500)
    assert start["test_loss"] > start["unigram"]
    assert soon["test_loss"] < soon["bigram"]
    assert later["test_loss"] < later["trigram"]
    assert last["test_loss"] < last["fivegram"]


def test_the_agreement_is_kept_where_the_table_forgets_it(trained: Run) -> None:
    """Whether it is "wait" or "waits" was said twenty characters ago, and five do not tell."""
    right = {"net": 0, "table": 0}
    subjects = [("cat", 0), ("queen", 0), ("robot", 0), ("cats", 1), ("queens", 1), ("robots", 1)]
    cases = [(f"the {subject} that the {other} ", many) for other in ("dog sees", "dogs see") for subject, many in subjects]
    for start, many in cases:
        trained.change("prime", f"{start}wait")
        picture = trained.view("next", (80, 24))
        assert isinstance(picture, Columns)
        for who, bars in zip(("net", "table"), picture.parts, strict=True):
            assert isinstance(bars, Bars)
            found = dict(zip(bars.labels, bars.values, strict=True))
            right[who] += (found.get("s", 0) < 50) == bool(many)
    assert right["net"] >= len(cases) - 1
    assert right["table"] == len(cases) // 2


def test_the_sample_follows_temperature_and_prime(trained: Run) -> None:
    trained.change("prime", "the queen")
    trained.change("temperature", 0.1)
    cool = trained.view("sample", (60, 20))
    assert cool.lines == trained.view("sample", (60, 20)).lines
    assert isinstance(cool, Text)
    assert cool.lines[0].startswith("the queen")
    trained.change("temperature", 2.0)
    hot = trained.view("sample", (60, 20))
    words = set(texts.toy().replace(".", " ").split())

    def known(picture: Text) -> float:
        text = " ".join(picture.lines[: picture.lines.index("")]).replace(".", " ").split()
        return sum(word in words for word in text) / len(text)

    assert known(cool) > 0.95 > known(hot) + 0.2


def test_earlier_samples_are_kept(trained: Run) -> None:
    lines = trained.view("earlier", (80, 24)).lines
    assert [line.split()[0] for line in lines if not line.startswith("        ")] == [
        "0", "50", "100", "200", "400", "800", "1600",
    ]  # fmt: skip
    assert "the" not in lines[0].split()


def test_on_prose_the_lstm_soon_passes_the_table_of_pairs() -> None:
    start, soon = metrics_at("char-rnn?text=english", 0, 300)
    assert start["test_loss"] > start["unigram"]
    assert soon["test_loss"] < soon["bigram"] - 0.1


def test_the_vanilla_net_learns_too() -> None:
    found = metrics_at("char-rnn?cell=vanilla", 300)[0]
    assert found["test_loss"] < found["trigram"]


def test_cut_anywhere() -> None:
    for cell in ("vanilla", "lstm"):
        chunks_do_not_matter(f"{QUICK}&cell={cell}", 75)


def test_views_and_words() -> None:
    sound(f"{QUICK}&cell=gru", (0, 1, 60))


def test_a_rate_that_does_not_fit_is_said() -> None:
    for rate, size in ((0.3, "large"), (0.0001, "small")):
        one = run(f"char-rnn?units=32&length=16&cell=vanilla&rate={rate}")
        one.lab.advance(one.state, one.knobs, 300, "cpu", None)
        assert one.words().trouble.endswith(f"the rate {rate} is too {size}")


def test_a_training_that_breaks_is_said_and_keeps_its_last_net() -> None:
    one = run(QUICK)
    one.advance(30)
    one.state["theta"][:] = np.float32(3e38)
    one.advance(30)
    assert one.diverged
    assert one.words().trouble.startswith("the loss was no finite number at step 31: the rate")
    assert np.isfinite(one.state["theta"]).all()
    assert one.view("sample", (60, 18))


def test_a_short_text_is_learnt_by_heart(tmp_path: Path) -> None:
    file = tmp_path / "short.txt"
    file.write_text(texts.toy(70), encoding="utf-8")
    texts.keep("short", file)
    one = run("char-rnn?text=short&length=8&units=96&rate=0.01")
    one.advance(400)
    found = one.metrics()
    assert found["test_loss"] > 1.5 * found["loss"]
    assert one.words().trouble.startswith("overfitting")


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="did you mean 'python'"):
        run("char-rnn?text=pyhton")
    with pytest.raises(BadData, match="does not occur"):
        run("char-rnn?prime=ABC")
    one = run(QUICK)
    with pytest.raises(BadData, match="does not occur"):
        one.change("prime", "Zoo")
    with pytest.raises(DeviceProblem, match="cpu"):
        one.lab.advance(one.state, one.knobs, 1, "cuda", None)
    file = tmp_path / "tiny.txt"
    file.write_text("tiny text. " * 200, encoding="utf-8")
    texts.keep("tiny", file)
    with pytest.raises(BadData, match="too short for a length"):
        run("char-rnn?text=tiny&length=128")


def test_what_trains_can_be_watched() -> None:
    one = run(QUICK)
    one.advance(3)
    before, theta = one.hash(), one.state["theta"].copy()
    symbols_in, recurrence, symbols_out = one.lab.layers(one.state, one.knobs)  # type: ignore[attr-defined]
    assert one.hash() == before
    np.testing.assert_allclose(symbols_out.activations.sum(axis=0), 1, rtol=1e-4)
    one.advance(1)
    moved = np.linalg.norm(one.state["theta"][: recurrence.weights.size] - theta[: recurrence.weights.size])
    assert recurrence.update == pytest.approx(moved / np.linalg.norm(recurrence.weights), rel=1e-4)
    assert symbols_in.weights.shape == (128, 26)
