"""The data sets of the labs, and the digits that come with the program."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kernels.margin import best_margin
from tutor.data import digits
from tutor.data.digits import SHA256, parse
from tutor.errors import BadData
from tutor.labs.plane import augmented
from tutor.labs.sets import blobs, digit_pair, logic, overlap, truth_table


@pytest.mark.parametrize(
    ("name", "targets"), [("and", "0001"), ("or", "0111"), ("nand", "1110"), ("xor", "0110"), ("not", "10")]
)
def test_truth_tables(name: str, targets: str) -> None:
    x, true = truth_table(name)
    assert "".join(str(int(value)) for value in true) == targets
    assert x.shape == (len(targets), 2)
    if name != "not":
        assert logic(name).t.tolist() == [1 if value == "1" else -1 for value in targets]


@pytest.mark.parametrize("margin", [0.05, 0.2, 1.0])
@pytest.mark.parametrize("n", [4, 60, 401])
def test_blobs_keep_their_margin(margin: float, n: int) -> None:
    for seed in range(20):
        found = blobs(n, margin, seed)
        assert found.x.dtype == found.t.dtype == np.float32
        assert found.x.shape == (n, 2)
        assert abs(int(found.t.sum())) <= 1, "as many of either class"
        gamma = best_margin(augmented(found.x), found.t).gamma
        assert gamma >= margin
        assert np.abs(found.x).max() < 5
    if n == 401:
        assert gamma < margin + 0.15, "and the margin means something: with many points it is hardly wider"


def test_the_same_seed_gives_the_same_points() -> None:
    for make in (blobs, overlap):
        assert np.array_equal(make(60, 0.3, 5).x, make(60, 0.3, 5).x)
        assert not np.array_equal(make(60, 0.3, 5).x, make(60, 0.3, 6).x)


def test_the_digits() -> None:
    found = digits()
    assert found.images.shape == (1797, 8, 8)
    assert (found.images.min(), found.images.max()) == (0, 16)
    assert np.bincount(found.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert found.held_out.sum() == 445
    shares = [found.held_out[found.labels == digit].mean() for digit in range(10)]
    assert all(0.24 < share <= 0.25 for share in shares)
    with pytest.raises(ValueError, match="read-only"):
        found.images[0, 0, 0] = 1


def test_a_pair_of_digits() -> None:
    found = digit_pair((3, 8))
    assert len(found.t) + len(found.test_t) == 183 + 174
    assert found.x.shape[1] == 64
    assert (found.x.min(), found.x.max()) == (0, 1)
    assert (found.t == 1).sum() + (found.test_t == 1).sum() == 174


def written(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    from tutor.paths import lessons_folder

    raw = bytearray((lessons_folder() / "data" / "digits.npz").read_bytes())
    raw[1000] ^= 1
    for name, content, sentence in (
        ("flipped", bytes(raw), "checksum"),
        ("large", bytes(2_000_000), "2000000 bytes"),
        ("none", None, "read"),
    ):
        file = tmp_path / name
        if content is not None:
            written(file, content)
        with pytest.raises(BadData, match=sentence) as caught:
            digits(file)
        assert name in caught.value.message
        assert caught.value.mend


def npz(**arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "holds no arrays"),
        (b"PK\x03\x04 no zip file", "holds no arrays"),
        (npz(images=np.zeros((1797, 8, 8), np.uint8)), "holds no arrays"),
        (npz(images=np.array([{}], object), labels=np.zeros(1797, np.uint8)), "holds no arrays"),
        (npz(images=np.zeros((10, 8, 8), np.uint8), labels=np.zeros(1797, np.uint8)), r"shape \(10, 8, 8\)"),
        (npz(images=np.zeros((1797, 8, 8)), labels=np.zeros(1797, np.uint8)), "float64"),
        (npz(images=np.full((1797, 8, 8), 17, np.uint8), labels=np.zeros(1797, np.uint8)), "holds 17"),
        (npz(images=np.zeros((1797, 8, 8), np.uint8), labels=np.full(1797, 10, np.uint8)), "holds 10"),
    ],
)
def test_what_is_no_digits_is_refused(raw: bytes, sentence: str) -> None:
    with pytest.raises(BadData, match=sentence):
        parse(raw, "here")


def test_the_licence_lies_beside_the_file() -> None:
    from tutor.paths import lessons_folder

    text = (lessons_folder() / "data" / "digits.LICENCE.md").read_text(encoding="utf-8")
    assert all(word in text for word in ("Alpaydin", "Kaynak", "Creative Commons Attribution 4.0", "What was changed"))
    assert len(SHA256) == 64


def test_describing_the_labs_loads_no_compiler() -> None:
    code = """
import sys
from tutor.labs import find_lab, lab_ids
assert [find_lab(name).spec.id for name in lab_ids()] == list(lab_ids())
assert not {"numba", "kernels"} & set(sys.modules)
"""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
