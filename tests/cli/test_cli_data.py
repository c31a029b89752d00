"""`dltutor data` and what `doctor` says of data sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_samples import Call

from tutor.data import download, images
from tutor.errors import BadData


def idx(head: tuple[int, ...], raw: bytes) -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in head) + raw


def a_set(folder: Path) -> Path:
    folder.mkdir()
    for part, count in (("train", 20), ("t10k", 10)):
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx((0x803, count, 28, 28), bytes(count * 784)))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx((0x801, count), bytes(count)))
    return folder


def test_a_set_is_added_listed_examined_and_removed(call: Call, tmp_path: Path) -> None:
    assert "dltutor data get mnist" in call("data").out
    done = call("data", "add", "mnist", str(a_set(tmp_path / "set")))
    assert done.status == 0
    assert done.out.startswith("mnist is there: 20 images to train on and 10 to test with, checked for their form")
    listed = {one["name"]: one for one in json.loads(call("data", "list", "--json").out)}
    assert listed["mnist"]["state"] == "there"
    assert (listed["mnist"]["train"], listed["mnist"]["test"]) == (20, 10)
    assert listed["fashion-mnist"]["state"] == "absent"
    assert listed["digits"]["state"] == "built-in"
    found = {one["name"]: one for one in json.loads(call("doctor", "--json").out)["findings"]}
    assert "mnist: 20 images" in found["data sets"]["says"]
    assert json.loads(call("data", "remove", "mnist", "--json").out) == {"name": "mnist", "removed": True}
    assert call("data", "remove", "mnist").out == "mnist was not there.\n"


def test_a_damaged_set_is_a_warning_of_the_doctor_and_a_line_in_the_list(call: Call, tmp_path: Path) -> None:
    call("data", "add", "mnist", str(a_set(tmp_path / "set")))
    (images.folder() / "mnist.json").write_text("{}")
    assert "damaged" in call("data", "list").out
    done = call("doctor", "--json")
    found = {one["name"]: one for one in json.loads(done.out)["findings"]}
    assert found["data sets"]["state"] == "warning"
    assert found["data sets"]["mend"] == "remove it and get it again: dltutor data remove mnist"


def test_getting_what_is_there_downloads_nothing(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise BadData("it was asked for", "")

    monkeypatch.setattr(download, "get", fail)
    call("data", "add", "mnist", str(a_set(tmp_path / "set")))
    assert call("data", "get", "mnist").status == 0
    assert call("data", "get", "fashion-mnist").status == 2


def test_a_text_is_added_listed_and_removed(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "poem.txt"
    file.write_text("roses are red\n" * 300)
    assert "The text poem is there" in call("data", "add", "text", "poem", str(file)).out
    listed = {one["name"]: one for one in json.loads(call("data", "list", "--json").out)}
    assert listed["poem"]["kind"] == "text"
    assert listed["toy"]["state"] == "built-in"
    found = {one["name"]: one for one in json.loads(call("doctor", "--json").out)["findings"]}
    assert "texts of yours: poem" in found["data sets"]["says"]
    assert call("data", "remove", "poem").out == "poem is removed.\n"
    assert "poem" not in call("data", "list").out


def test_a_file_that_is_not_utf_8_is_no_text(call: Call, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes("déjà vu\n".encode("latin-1") * 500)
    done = call("data", "add", "text", "latin", str(tmp_path / "latin"))
    assert done.status == 2
    assert "UTF-8" in done.err


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["lst"], "did you mean 'list'?"),
        (["list", "mnist"], "does not take 'mnist'"),
        (["add"], "needs a name and files"),
        (["add", "mnist"], "needs a name and files"),
        (["add", "mnst", "x"], "did you mean 'mnist'?"),
        (["add", "mnist", "/nowhere/train-images-idx3-ubyte"], "train-labels and t10k-images and t10k-labels are not in"),
        (["add", "text", "poem"], "a text needs a name and one file"),
        (["add", "text", "poem", "/nowhere"], "/nowhere"),
        (["add", "text", "mnist", "/dev/null"], "'mnist' is the name of a set of images"),
        (["add", "text", "poem", "/dev/zero"], "is no regular file"),
        (["add", "text", "poem", "/"], "is a folder, not a file"),
        (["get"], "needs one name"),
        (["get", "mnst"], "did you mean 'mnist'?"),
        (["get", "digits"], "come with the program"),
        (["remove", "digits"], "comes with the program"),
        (["remove", "toy"], "comes with the program"),
        (["remove", "mnst"], "did you mean 'mnist'?"),
    ],
)
def test_bad_input_is_one_line_that_says_how_to_mend_it(call: Call, argv: list[str], says: str) -> None:
    done = call("data", *argv)
    assert done.status == 2
    assert says in done.err
    assert done.err.count("\n") == 1
