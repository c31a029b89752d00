"""Tiny sets of images in the form of MNIST, whole and broken."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
TRAIN, TEST = 30, 20


def idx_images(count: int, side: int = 28) -> bytes:
    pixels = (np.arange(count * side * side) % 256).astype(np.uint8)
    return struct.pack(">4i", 0x803, count, side, side) + pixels.tobytes()


def idx_labels(count: int) -> bytes:
    return struct.pack(">2i", 0x801, count) + bytes(k % 10 for k in range(count))


def contents() -> dict[str, bytes]:
    return dict(zip(FILES, (idx_images(TRAIN), idx_labels(TRAIN), idx_images(TEST), idx_labels(TEST)), strict=True))


def packed() -> dict[str, bytes]:
    return {f"{name}.gz": gzip.compress(raw, mtime=0) for name, raw in contents().items()}


def write_set(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """The files of a set in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in (contents() if files is None else files).items():
        (folder / name).write_bytes(raw)
    return folder
