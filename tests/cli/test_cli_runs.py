"""`dltutor runs`: what was kept, named, exported and forgotten without the screen."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from cli_samples import Call

from tutor.engine.curves import Record, curve_of
from tutor.store import Store
from tutor.tui.kept import keep


@pytest.fixture
def kept() -> list[int]:
    """The ids of three runs that were kept."""
    x = np.arange(3.0)
    curves = {"loss": curve_of(x, 1 / (1 + x))}
    with Store.open() as store:
        return [
            keep(store, Record("gd", "gd?rate=0.05", 2, {"loss": 0.5, "slope": 1.0}, curves)),
            keep(store, Record("gd", "gd?rate=0.1&rate@1=0.2", 2, {"loss": 0.25}, curves), "the turned one"),
            keep(store, Record("neuron", "neuron", 0, {}, {})),
        ]


def test_nothing_kept_is_said(call: Call) -> None:
    assert call("runs").out == "No run is kept: in a lab, c keeps the one on screen.\n"
    assert call("runs", "--json").json == {"runs": []}


def test_the_runs_of_a_lab_are_a_table_of_what_differs(call: Call, kept: list[int]) -> None:
    assert [line.split()[0] for line in call("runs").out.splitlines()] == ["id", *map(str, kept)]
    head, first, second = call("runs", "gd").out.splitlines()
    assert head.split() == ["id", "run", "rate", "rate@1", "step", "loss", "slope", "link"]
    assert first.split() == [str(kept[0]), "kept", "0.05", "2", "0.5", "1", "gd?rate=0.05"]
    assert "the turned one" in second


def test_they_are_exported(call: Call, kept: list[int]) -> None:
    rows = list(csv.DictReader(io.StringIO(call("runs", "gd", "--csv").out)))
    assert [(row["name"], row["rate"], row["loss"], row["link"]) for row in rows] == [
        ("", "0.05", "0.5", "gd?rate=0.05"),
        ("the turned one", "0.1", "0.25", "gd?rate=0.1&rate@1=0.2"),
    ]
    runs = call("runs", "gd", "--json").json["runs"]
    assert runs[0]["curves"] == {"loss": {"step": [0.0, 1.0, 2.0], "value": [1.0, 0.5, 0.3333333]}}


def test_they_are_named_and_forgotten(call: Call, kept: list[int]) -> None:
    assert call("runs", "--name", str(kept[0]), "  the slow   one ").status == 0
    assert call("runs", "--forget", str(kept[1])).status == 0
    assert [(run["id"], run["name"]) for run in call("runs", "--json").json["runs"]] == [
        (kept[0], "the slow one"),
        (kept[2], ""),
    ]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--csv"], "--csv needs a lab"),
        (["gdd"], "there is no lab 'gdd'; did you mean 'gd'?"),
        (["--forget", "99"], "there is no kept run 99; dltutor runs lists them"),
        (["--name", "x", "y"], "'x' is no number of a run"),
    ],
)
def test_a_wrong_question_is_one_sentence(call: Call, wrong: list[str], says: str) -> None:
    done = call("runs", *wrong)
    assert (done.status, done.out) == (2, "")
    assert says in done.err
    assert len(done.err.splitlines()) == 1
