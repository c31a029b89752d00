"""Downloads, from servers on this machine: whole, cut off, wrong, missing, and with no network at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pytest
from sets import TRAIN, packed
from web import Mirror, served

from tutor.cli import main
from tutor.data import download, images
from tutor.data.download import Part, Source
from tutor.errors import BadData

FILES = packed()
PARTS = tuple(Part(name, len(raw), hashlib.md5(raw).hexdigest()) for name, raw in FILES.items())
FIRST, SECOND = PARTS[0].name, PARTS[1].name


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with served(Mirror(dict(FILES))) as one:
        yield one


@pytest.fixture
def other() -> Iterator[Mirror]:
    with served(Mirror(dict(FILES))) as one:
        yield one


def get(*mirrors: Mirror | str, name: str = "mnist") -> tuple[images.Manifest, list[tuple[int, int]]]:
    told: list[tuple[int, int]] = []
    urls = tuple(one if isinstance(one, str) else one.url for one in mirrors)
    manifest = download.get(name, lambda label, come, total: told.append((come, total)), {name: Source(urls, PARTS)})
    return manifest, told


def leftovers() -> dict[str, int]:
    folder = images.folder().parent / "downloads" / "mnist"
    return {file.name: file.stat().st_size for file in folder.iterdir()} if folder.exists() else {}


def test_a_set_comes_whole_and_is_known(mirror: Mirror) -> None:
    manifest, told = get(mirror)
    assert manifest.known
    assert len(images.images("mnist").train_images) == TRAIN
    total = sum(part.bytes for part in PARTS)
    assert told[-1] == (total, total)
    assert [come for come, _ in told] == sorted(come for come, _ in told)
    assert [name for name, _ in mirror.asked] == [part.name for part in PARTS]
    assert leftovers() == {}


def test_a_cut_connection_is_taken_up_where_it_was_cut(mirror: Mirror) -> None:
    mirror.cuts[FIRST] = [100, 50]
    get(mirror)
    assert [wanted for name, wanted in mirror.asked if name == FIRST] == ["", "bytes=100-", "bytes=150-"]


def test_a_later_try_goes_on_too(mirror: Mirror) -> None:
    mirror.status[SECOND] = 503
    with pytest.raises(BadData, match=r"train-labels.*it answered 503"):
        get(mirror)
    assert leftovers() == {FIRST: PARTS[0].bytes}
    mirror.status.clear()
    mirror.asked.clear()
    get(mirror)
    assert FIRST not in [name for name, _ in mirror.asked]


def test_a_mirror_that_cannot_begin_in_the_middle_begins_again(mirror: Mirror) -> None:
    mirror.ranges = False
    mirror.cuts[FIRST] = [100]
    manifest, _ = get(mirror)
    assert manifest.known


def test_what_one_mirror_began_another_ends(mirror: Mirror, other: Mirror) -> None:
    mirror.cuts[FIRST] = [100, 0, 0, 0]
    get(mirror, other)
    assert other.asked[0] == (FIRST, "bytes=100-")


def spoiled(mirror: Mirror, fault: str) -> Mirror | str:
    """The mirror with this fault, or the address of one that cannot be reached."""
    whole = FILES[FIRST]
    match fault:
        case "404":
            del mirror.files[FIRST]
        case "other bytes":
            mirror.files[FIRST] = bytes(len(whole))
        case "too long":
            mirror.files[FIRST] = whole + b"more"
        case "cut":
            mirror.cuts[FIRST] = [0] * 9
        case "short":
            mirror.files[FIRST] = whole[:50]
        case "no server":
            return "http://127.0.0.1:9/"
        case "no name":
            return "http://nothing.invalid/"
    return mirror


@pytest.mark.parametrize("fault", ["404", "other bytes", "too long", "no server"])
def test_the_next_mirror_is_taken(mirror: Mirror, other: Mirror, fault: str) -> None:
    manifest, _ = get(spoiled(mirror, fault), other)
    assert manifest.known
    assert other.asked[0] == (FIRST, "")


def test_a_wrong_part_from_before_is_thrown_away(mirror: Mirror) -> None:
    folder = images.folder().parent / "downloads" / "mnist"
    folder.mkdir(parents=True)
    (folder / FIRST).write_bytes(b"\0" * 40)
    (folder / SECOND).write_bytes(b"\0" * 99999)
    manifest, _ = get(mirror)
    assert manifest.known


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("404", "it answered 404"),
        ("other bytes", "the checksum differs"),
        ("too long", "it sends more than"),
        ("cut", "the connection was cut after 0 of"),
        ("short", "the connection was cut after"),
        ("no server", "Connection refused"),
        ("no name", "its name is not found; is there a network?"),
    ],
)
def test_when_no_mirror_has_it_one_sentence_says_why_and_what_to_do(mirror: Mirror, fault: str, said: str) -> None:
    with pytest.raises(BadData) as caught:
        get(spoiled(mirror, fault))
    assert said in str(caught.value)
    assert "Without a network" in caught.value.mend
    assert "dltutor data add mnist FOLDER" in caught.value.mend
    assert images.find("mnist") is None


def test_the_command_downloads(mirror: Mirror, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(download, "catalogue", lambda: {"mnist": Source((mirror.url,), PARTS)})
    assert main(["data", "get", "mnist", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["known"] is True
    assert main(["data", "get", "mnist"]) == 0
    assert "mnist is there: 30 images to train on and 20 to test with, as published." in capfd.readouterr().out
    assert len(mirror.asked) == len(PARTS)


def test_the_list_of_mirrors_is_whole() -> None:
    sources = download.catalogue()
    assert set(sources) == set(images.NAMES)
    for source in sources.values():
        assert len(source.mirrors) >= 2
        assert all(url.startswith("http") and url.endswith("/") for url in source.mirrors)
        assert set(images.four_files("mnist", [images.Path(part.name) for part in source.files])) == set(images.PARTS)
        assert all(len(part.md5) == 32 and int(part.md5, 16) and part.bytes > 4000 for part in source.files)
    assert len(download.checksums(sources)) == 8
