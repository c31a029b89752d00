"""Sets of labelled images that the learner has added or downloaded: MNIST and Fashion-MNIST, for the labs that can use them.

A set is one file of arrays in the folder `images` of the user's data, and a manifest that names it and says what it holds. The
manifest is put there last, by a rename: a set is there as a whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.data.files import put, read_arrays, read_bytes
from tutor.data.idx import read_idx
from tutor.errors import BadData, nearest
from tutor.paths import data_folder

Array = NDArray[Any]

NAMES = ("mnist", "fashion-mnist")
SIDE, CLASSES = 28, 10
PARTS = ("train-images", "train-labels", "t10k-images", "t10k-labels")
_LARGEST = 256 * 2**20


@dataclass(frozen=True, eq=False)
class Images:
    """A set, read-only."""

    name: str
    train_images: Array
    """(n, 28, 28) float32 from 0 (paper) to 1 (ink)."""
    train_labels: Array
    """(n,) int64 from 0 to 9."""
    test_images: Array
    test_labels: Array


@dataclass(frozen=True)
class Manifest:
    """What is known about a set that is there."""

    name: str
    file: str
    """The name of the file of arrays, beside the manifest."""
    bytes: int
    sha256: str
    train: int
    """Images to train on."""
    test: int
    known: bool
    """Whether each file was, by its checksum, the one that was published."""


def folder() -> Path:
    """Where the sets are."""
    return data_folder() / "images"


def images(name: str, train: int = 0, test: int = 0) -> Images:
    """The first `train` and `test` images of a set (0: all). Raises BadData, saying how to get it, when it is not there."""
    manifest = find(name)
    if manifest is None:
        raise BadData(
            f"the images of {name} are not on this machine",
            f"download them: dltutor data get {name}, or see: dltutor data --help",
        )
    return _scaled(name, str(folder() / manifest.file), train, test)


@lru_cache(maxsize=2)
def _scaled(name: str, file: str, train: int, test: int) -> Images:
    found = _arrays(name, Path(file))
    arrays = []
    for pixels, labels, count in ((found[0], found[1], train or None), (found[2], found[3], test or None)):
        arrays += [np.divide(pixels[:count], np.float32(255), dtype=np.float32), labels[:count].astype(np.int64)]
    for array in arrays:
        array.setflags(write=False)
    return Images(name, *arrays)


def check(name: str) -> None:
    """Read a set that is there, all of it. Raises BadData when it is damaged."""
    manifest = find(name)
    if manifest is not None:
        _arrays(name, folder() / manifest.file)


def _arrays(name: str, file: Path) -> list[Array]:
    """The four arrays of a file, checked. The archive has a checksum of each, which reading them verifies."""
    mend = f"remove it and get it again: dltutor data remove {name}"
    try:
        arrays = read_arrays(file, PARTS, _LARGEST)
    except ValueError:
        raise BadData(f"the images of {name} in {file} are damaged", mend) from None
    for pixels, labels in (arrays[:2], arrays[2:]):
        shape = (labels.size, SIDE, SIDE)
        if pixels.dtype != np.uint8 or labels.dtype != np.uint8 or labels.ndim != 1 or pixels.shape != shape:
            raise BadData(f"the images of {name} in {file} are not of the right shape", mend)
        if labels.size and labels.max() > 9:
            raise BadData(f"the images of {name} in {file} have a label {labels.max()}, and 9 is the most there can be", mend)
    return arrays


def find(name: str) -> Manifest | None:
    """What is known about a set, or None when it is not there. Raises BadData on an unknown name or a damaged manifest."""
    known(name)
    file = folder() / f"{name}.json"
    if not file.exists():
        return None
    try:
        manifest = Manifest(**json.loads(read_bytes(file, 100_000)))
        there = (folder() / manifest.file).stat().st_size == manifest.bytes and Path(manifest.file).name == manifest.file
    except (TypeError, ValueError, OSError):
        there = False
    if not there:
        raise BadData(f"the set {name} in {folder()} is damaged", f"remove it and get it again: dltutor data remove {name}")
    return manifest


def said(manifest: Manifest) -> str:
    """What a set holds, in words."""
    count = f"{manifest.train} images to train on and {manifest.test} to test with"
    return f"{count}, {'as published' if manifest.known else 'checked for their form; not known by their checksums'}"


def known(name: str) -> None:
    """Raises BadData for a name that is no set of images, with the nearest that is."""
    if name not in NAMES:
        raise BadData(f"there is no set of images {name!r}", nearest(name, NAMES))


# -- adding and removing


def add(name: str, places: Sequence[Path], checksums: dict[str, str] | None = None) -> Manifest:
    """Take in the four files of a set, or the folder that they are in; a set of that name is replaced. Raises BadData.

    checksums: MD5 of published files → the set that they belong to.
    """
    known(name)
    files = four_files(name, places)
    arrays = [read_idx(file, 3 if "images" in part else 1) for part, file in files.items()]
    for file, array in zip(files.values(), arrays, strict=True):
        _check(file, array)
    for k in (0, 2):
        if len(arrays[k]) != len(arrays[k + 1]):
            a, b = (files[part] for part in PARTS[k : k + 2])
            raise BadData(f"{a} holds {len(arrays[k])} images and {b} {len(arrays[k + 1])} labels", "take both from one set")
    return _install(name, arrays, _published(name, files, checksums or {}))


def _check(file: Path, array: Array) -> None:
    """Raises BadData on images of another size, and on a label that is none."""
    if array.ndim == 3 and array.shape[1:] != (SIDE, SIDE):
        raise BadData(f"the images in {file} have {array.shape[1]}×{array.shape[2]} pixels", f"give a set of {SIDE}×{SIDE}")
    if array.ndim == 1 and int(array.max()) >= CLASSES:
        place = int(np.argmax(array >= CLASSES))
        raise BadData(
            f"label {place + 1} in {file} is {array[place]}, and {CLASSES - 1} is the most", "give a set of ten classes"
        )


def four_files(name: str, places: Sequence[Path]) -> dict[str, Path]:
    """Part → file, by the names of the files. Raises BadData on a part that is missing or there twice."""
    files: dict[str, Path] = {}
    for place in places:
        inside = place.is_dir()
        for file in _within(place) if inside else [place]:
            part = _part(file.name)
            if part and part in files and not inside:
                raise BadData(f"{files[part]} and {file} are both {part}", "give one of them")
            if part:
                files.setdefault(part, file)
            elif not inside:
                raise BadData(f"{file} is named like none of the four files of {name}", f"they are: {', '.join(PARTS)}")
    missing = [part for part in PARTS if part not in files]
    if missing:
        where = " or ".join(map(str, places)) or "what was given"
        lack = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not in {where}"
        raise BadData(f"{name} has four files, and {lack}", "give all four, gzipped or not, or the folder that they are in")
    return {part: files[part] for part in PARTS}


def _within(place: Path) -> list[Path]:
    try:
        return sorted(place.iterdir())
    except OSError as error:
        raise BadData(f"the folder {place} cannot be read: {error.strerror}", "check its name") from None


def _part(name: str) -> str:
    """Which of the four a file's name says it is, or ""."""
    found = re.match(r"(train|t10k|test)[-_.]?(images|labels)[-_.]?(idx[13])?[-_.]?(ubyte)?(\.gz)?$", name.lower())
    return f"{'train' if found[1] == 'train' else 't10k'}-{found[2]}" if found else ""


def _published(name: str, files: dict[str, Path], checksums: dict[str, str]) -> bool:
    """Whether all files are the published ones of this set. Raises BadData when one is of another set."""
    sets = []
    for file in files.values():
        md5 = hashlib.md5(read_bytes(file, _LARGEST), usedforsecurity=False).hexdigest()
        sets.append(checksums.get(md5, ""))
        if sets[-1] and sets[-1] != name:
            raise BadData(f"{file} belongs to {sets[-1]}, not to {name}", f"write: dltutor data add {sets[-1]} …")
    return all(found == name for found in sets)


def _install(name: str, arrays: Sequence[Array], published: bool) -> Manifest:
    """Put the arrays in their place, the manifest last; what was there before is removed after that."""
    before = _file_of(name)
    out = io.BytesIO()
    np.savez(out, **dict(zip(PARTS, arrays, strict=True)))  # type: ignore[arg-type]
    raw = out.getvalue()
    sha256 = hashlib.sha256(raw).hexdigest()
    manifest = Manifest(name, f"{name}-{sha256[:12]}.npz", len(raw), sha256, len(arrays[0]), len(arrays[2]), published)
    put(folder() / manifest.file, raw)
    put(folder() / f"{name}.json", json.dumps(manifest.__dict__, indent=1).encode())
    if before not in (None, manifest.file):
        (folder() / str(before)).unlink(missing_ok=True)
    return manifest


def _file_of(name: str) -> str | None:
    with contextlib.suppress(BadData):
        manifest = find(name)
        return manifest.file if manifest is not None else None
    return None


def remove(name: str) -> bool:
    """Remove a set, damaged or not; says whether there was one."""
    known(name)
    manifest = folder() / f"{name}.json"
    there = manifest.exists()
    manifest.unlink(missing_ok=True)
    for file in folder().glob(f"{name}-*.npz"):
        if re.fullmatch(rf"{re.escape(name)}-[0-9a-f]{{12}}\.npz", file.name):
            there = True
            file.unlink(missing_ok=True)
    return there
