from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tutor.errors import BadData
from tutor.store import Store


def fill(store: Store) -> None:
    store.finish("", "a", "t")
    store.finish("", "a", "u", how="skipped")
    store.answer("", "a", "t", "4", None)
    store.answer("", "a", "t", "4", True)
    store.place("", "a", "s", "b")
    store.draft("", "a", "u", "half")
    store.keep_run("perceptron", 3, {"loss": math.nan, "errors": 1.0}, lesson="a")
    store.set("theme", "dark")
    store.review("", "a", "t", "5", False, 3, 12.5)
    store.ran("", "a", "lab", "perceptron", 3, {"errors": 0.0}, True)


@pytest.fixture
def exported(tmp_path: Path) -> dict[str, Any]:
    with Store.open(tmp_path / "old") as store:
        fill(store)
        document = store.export()
    text = json.dumps(document, allow_nan=False)
    again: dict[str, Any] = json.loads(text)
    assert again == document
    return document


def test_there_and_back(tmp_path: Path, exported: dict[str, Any]) -> None:
    with Store.open(tmp_path / "new") as store:
        assert store.import_(exported) == 10
        assert store.export() == exported
        assert store.import_(exported) == 0
        assert store.export() == exported
        assert math.isnan(store.runs()[0].metrics["loss"])


def test_an_older_export_has_runs_without_a_name(tmp_path: Path, exported: dict[str, Any]) -> None:
    for run in exported["runs"]:
        del run["name"], run["curves"]
    with Store.open(tmp_path / "new") as store:
        assert store.import_(exported) == 10
        assert [(run.link, run.name) for run in store.runs()] == [("perceptron", "")]


def test_a_merge_loses_nothing(tmp_path: Path, exported: dict[str, Any]) -> None:
    with Store.open(tmp_path / "new") as store:
        store.finish("", "a", "t", how="skipped")
        store.finish("", "a", "u")
        store.draft("", "a", "u", "mine")
        store.set("theme", "light")
        store.place("", "b", "s")
        store.import_(exported)
        assert store.done("") == {"a": {"t": "done", "u": "done"}}
        assert store.drafted("", "a", "u") == "mine"
        assert store.setting("theme") == "light"
        last = store.last_place("")
        assert last is not None
        assert last.lesson == "b"
        assert store.place_in("", "a") is not None


def test_an_older_export_is_read(tmp_path: Path, exported: dict[str, Any]) -> None:
    old = {name: part for name, part in exported.items() if name not in ("reviews", "ran")} | {"version": 1}
    old["runs"] = [{key: run[key] for key in ("link", "step", "metrics", "lesson", "at")} for run in exported["runs"]]
    with Store.open(tmp_path / "new") as store:
        assert store.import_(old) == 8
        assert store.reviews("") == []
        assert store.import_(exported) == 2, "what the newer one has besides"


def test_of_two_runs_of_a_lab_the_one_that_reached_its_goal_stays(tmp_path: Path, exported: dict[str, Any]) -> None:
    with Store.open(tmp_path / "new") as store:
        store.ran("", "a", "lab", "perceptron?data=or", 9, {}, False)
        store.import_(exported)
        assert [(run.link, run.reached) for run in store.all_ran("")] == [("perceptron", True)]
        store.ran("", "a", "lab", "perceptron?data=xor", 9, {}, False)
        assert [run.link for run in store.all_ran("")] == ["perceptron"]
        store.ran("", "a", "lab", "perceptron?data=and&seed=1", 4, {}, True)
        assert [run.link for run in store.all_ran("")] == ["perceptron?data=and&seed=1"], "the newer of two that did"


WRONG: list[tuple[str, Any, str]] = [
    ("format", "other", "not exported progress"),
    ("version", 3, "version 3"),
    ("version", True, "version True"),
    ("version", [], "version"),
    ("reviews.right", None, r"reviews\[0\].right"),
    ("reviews.seed", -1, r"reviews\[0\].seed"),
    ("ran.metrics", 3, r"ran\[0\].metrics"),
    ("ran", None, "'ran'"),
    ("extra", [], "'extra'"),
    ("tasks", {}, "'tasks'"),
    ("tasks", None, "'tasks'"),
    ("tasks", [[]], r"tasks\[0\]"),
    ("tasks", [{"course": ""}], r"tasks\[0\]"),
    ("tasks.how", "perhaps", r"tasks\[0\].how"),
    ("tasks.how", [], r"tasks\[0\].how"),
    ("tasks.lesson", 3, r"tasks\[0\].lesson"),
    ("tasks.at", math.nan, r"tasks\[0\].at"),
    ("tasks.at", True, r"tasks\[0\].at"),
    ("tasks.at", 10**400, r"tasks\[0\].at"),
    ("answers.right", 1, r"answers\[0\].right"),
    ("answers.given", None, r"answers\[0\].given"),
    ("runs.step", -1, r"runs\[0\].step"),
    ("runs.step", 2**70, r"runs\[0\].step"),
    ("runs.step", 1.5, r"runs\[0\].step"),
    ("runs.metrics", [], r"runs\[0\].metrics"),
    ("runs.metrics", {"loss": "high"}, r"runs\[0\].metrics"),
    ("settings.value", 7, r"settings\[0\].value"),
]


@pytest.mark.parametrize(("where", "value", "message"), WRONG)
def test_a_wrong_entry_is_named_and_nothing_is_written(
    tmp_path: Path, exported: dict[str, Any], where: str, value: Any, message: str
) -> None:
    document = copy.deepcopy(exported)
    table, dot, column = where.partition(".")
    if dot:
        document[table][0][column] = value
    else:
        document[table] = value
    with Store.open(tmp_path / "new") as store:
        empty = store.export()
        with pytest.raises(BadData, match=message):
            store.import_(document)
        assert store.export() == empty


@pytest.mark.parametrize("document", [[], None, "text", 3, {}, {"format": []}])
def test_what_is_no_export_at_all(tmp_path: Path, document: object) -> None:
    with Store.open(tmp_path) as store, pytest.raises(BadData, match="not exported progress"):
        store.import_(document)


def test_half_a_surrogate_is_taken(tmp_path: Path, exported: dict[str, Any]) -> None:
    exported["drafts"][0]["text"] = "a\ud800b"
    with Store.open(tmp_path) as store:
        store.import_(exported)
        assert store.drafted("", "a", "u") == "a?b"
