"""Sets of images: taken in whole, refused when broken, there or not there but never by halves."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sets import FILES, TEST, TRAIN, contents, idx_images, idx_labels, packed, write_set

from tutor.data import images
from tutor.errors import BadData

MIB = 2**20


@pytest.mark.parametrize("files", [contents(), packed()], ids=["plain", "gzipped"])
def test_a_folder_with_the_four_files_is_taken_in(tmp_path: Path, files: dict[str, bytes]) -> None:
    manifest = images.add("mnist", [write_set(tmp_path / "set", files)])
    assert (manifest.train, manifest.test, manifest.known) == (TRAIN, TEST, False)
    found = images.images("mnist")
    assert found.train_images.shape == (TRAIN, 28, 28)
    assert found.train_images.dtype == np.float32
    assert found.train_images.max() == 1.0
    assert found.train_images[0, 0, :3].tolist() == [0.0, np.float32(1 / 255), np.float32(2 / 255)]
    assert found.test_labels.tolist() == [k % 10 for k in range(TEST)]
    with pytest.raises(ValueError, match="read-only"):
        found.train_images[0, 0, 0] = 1


def test_the_first_of_them_can_be_asked_for(tmp_path: Path) -> None:
    images.add("mnist", [write_set(tmp_path / "set")])
    found = images.images("mnist", train=7, test=5)
    assert (len(found.train_images), len(found.train_labels), len(found.test_images)) == (7, 7, 5)


def test_files_can_be_named_one_by_one_under_their_other_names(tmp_path: Path) -> None:
    names = ("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "test_images", "t10k_labels_idx1_ubyte.gz")
    files = dict(zip(names, contents().values(), strict=True))
    folder = write_set(tmp_path / "set", files)
    images.add("fashion-mnist", [folder / name for name in reversed(names)])
    assert len(images.images("fashion-mnist").test_images) == TEST


def test_a_set_that_is_not_there_says_how_to_get_it() -> None:
    assert images.find("mnist") is None
    with pytest.raises(BadData, match="dltutor data get mnist"):
        images.images("mnist")
    with pytest.raises(BadData, match="did you mean 'fashion-mnist'"):
        images.images("fashion")


def replaced(name: str, raw: bytes) -> Callable[[Path], None]:
    def breaks(folder: Path) -> None:
        (folder / name).write_bytes(raw)

    return breaks


def as_folder(folder: Path) -> None:
    (folder / FILES[0]).unlink()
    (folder / FILES[0]).mkdir()


def as_pipe(folder: Path) -> None:
    (folder / FILES[0]).unlink()
    os.mkfifo(folder / FILES[0])


def as_lost_link(folder: Path) -> None:
    (folder / FILES[0]).unlink()
    (folder / FILES[0]).symlink_to(folder / "nowhere")


def as_ring(folder: Path) -> None:
    (folder / FILES[0]).unlink()
    (folder / FILES[0]).symlink_to(folder / FILES[0])


def bomb(folder: Path) -> None:
    (folder / FILES[0]).write_bytes(gzip.compress(b"\0" * (65 * MIB), 1))


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "short": (replaced(FILES[0], idx_images(TRAIN)[:-1]), "says that it holds 30 × 28 × 28 bytes of images, and holds 23519"),
    "long": (replaced(FILES[1], idx_labels(TRAIN) + b"\0"), "says that it holds 30 bytes of labels, and holds 31"),
    "header": (replaced(FILES[2], idx_images(3)[:9]), "ends within its header of 16 bytes"),
    "labels for images": (replaced(FILES[0], idx_labels(TRAIN)), "holds no images: it is a file of labels"),
    "a page": (replaced(FILES[0], b"<!DOCTYPE html><p>Moved"), "it is a web page"),
    "an archive": (replaced(FILES[0], b"PK\x03\x04" + b"\0" * 99), "it is a ZIP archive"),
    "other bytes": (replaced(FILES[0], b"\x89PNG\r\n"), "it begins with 89504e47"),
    "empty": (replaced(FILES[0], b""), "is empty"),
    "two bytes": (replaced(FILES[0], b"\0\0"), "it begins with 0000"),
    "other size": (replaced(FILES[0], idx_images(TRAIN, 14)), "have 14×14 pixels"),
    "none": (replaced(FILES[0], struct.pack(">4i", 0x803, 0, 28, 28)), "holds no images: its size is 0 × 28 × 28"),
    "counts": (replaced(FILES[1], idx_labels(TRAIN - 1)), "holds 30 images and"),
    "label 10": (replaced(FILES[3], struct.pack(">2i", 0x801, TEST) + b"\1" * 4 + b"\n" * 16), "label 5 in"),
    "cut gzip": (replaced(FILES[0], gzip.compress(idx_images(TRAIN))[:-20]), "is cut off: its gzip data end too early"),
    "bad gzip": (replaced(FILES[0], b"\x1f\x8b\x08\0" + b"\xff" * 60), "its gzip data cannot be unpacked"),
    "bomb": (bomb, "unpacks to more than 67108864 bytes"),
    "folder": (as_folder, "is a folder, not a file"),
    "pipe": (as_pipe, "is no regular file"),
    "lost link": (as_lost_link, "a link that leads nowhere"),
    "ring": (as_ring, "cannot be read"),
    "missing": (lambda folder: (folder / FILES[3]).unlink(), "four files, and t10k-labels is not in"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_set_is_refused_and_nothing_is_installed(tmp_path: Path, how: str) -> None:
    breaks, said = BROKEN[how]
    folder = write_set(tmp_path / "set")
    breaks(folder)
    with pytest.raises(BadData) as caught:
        images.add("mnist", [folder])
    message = str(caught.value)
    assert said in message
    assert str(folder) in message
    assert caught.value.mend
    assert "\n" not in message
    assert images.find("mnist") is None
    assert not images.folder().exists() or not list(images.folder().iterdir())


def test_a_link_to_a_good_file_is_followed(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    (folder / FILES[0]).rename(tmp_path / "elsewhere")
    (folder / FILES[0]).symlink_to(tmp_path / "elsewhere")
    assert images.add("mnist", [folder]).train == TRAIN


def test_names_that_say_nothing_and_files_given_twice_are_refused(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", {**contents(), **packed(), "notes.txt": b"mine"})
    images.add("mnist", [folder])  # what lies beside them in a folder is left alone
    with pytest.raises(BadData, match=r"notes\.txt is named like none of the four files"):
        images.add("mnist", [folder / "notes.txt"])
    with pytest.raises(BadData, match="are both train-images"):
        images.add("mnist", [folder / FILES[0], folder / f"{FILES[0]}.gz"])
    with pytest.raises(BadData, match="train-images and train-labels and t10k-images and t10k-labels are not in"):
        images.add("mnist", [write_set(tmp_path / "bare", {})])


def test_published_files_are_known_by_their_checksums(tmp_path: Path) -> None:
    files = packed()
    folder = write_set(tmp_path / "set", files)
    sums = {hashlib.md5(raw).hexdigest(): "fashion-mnist" for raw in files.values()}
    assert images.add("fashion-mnist", [folder], sums).known
    with pytest.raises(BadData, match="belongs to fashion-mnist, not to mnist"):
        images.add("mnist", [folder], sums)


def test_a_new_set_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    images.add("mnist", [write_set(tmp_path / "set")])
    assert images.images("mnist").train_images.shape[0] == TRAIN
    more = {**contents(), FILES[0]: idx_images(TRAIN + 1), FILES[1]: idx_labels(TRAIN + 1)}
    images.add("mnist", [write_set(tmp_path / "more", more)])
    assert images.images("mnist").train_images.shape[0] == TRAIN + 1
    assert len(list(images.folder().iterdir())) == 2


def test_removing_leaves_nothing(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    images.add("mnist", [folder])
    images.add("fashion-mnist", [folder])
    assert images.remove("mnist")
    assert not images.remove("mnist")
    assert images.find("mnist") is None
    assert images.find("fashion-mnist") is not None


@pytest.mark.parametrize("damage", ["manifest", "cut", "gone", "bits"])
def test_a_damaged_set_is_noticed_and_can_be_removed(tmp_path: Path, damage: str) -> None:
    manifest = images.add("mnist", [write_set(tmp_path / "set")])
    file = images.folder() / manifest.file
    raw = file.read_bytes()
    match damage:
        case "manifest":
            (images.folder() / "mnist.json").write_text('{"name": "mnist"}')
        case "cut":
            file.write_bytes(raw[:-9])
        case "gone":
            file.unlink()
        case "bits":
            file.write_bytes(raw[:5000] + bytes([raw[5000] ^ 1]) + raw[5001:])
    images._scaled.cache_clear()
    with pytest.raises(BadData, match=r"damaged.*dltutor data remove mnist"):
        images.images("mnist")
    assert images.remove("mnist")
    assert images.find("mnist") is None


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    images.folder().parent.mkdir(parents=True)
    images.folder().write_text("in the way")
    with pytest.raises(Exception, match="cannot be made") as caught:
        images.add("mnist", [write_set(tmp_path / "set")])
    assert "images" in str(caught.value)
