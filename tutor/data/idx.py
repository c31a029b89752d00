"""IDX files, as MNIST and its kin come: a header that says what there is, then bytes; gzipped or not.

Everything is checked before use: what kind of file it is, how much it unpacks to, and that it holds what its header says.
LeCun, Cortes & Burges 1998, "The MNIST database of handwritten digits", file formats.
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.data.files import read_bytes
from tutor.errors import BadData

LARGEST = 64 * 2**20
"""Bytes of a file, unpacked."""
_MAGIC = {1: 0x801, 3: 0x803}
_WHAT = {1: "labels", 3: "images"}
_MEND = "get the file again: it should be one of the four of the set"


def read_idx(file: Path, dimensions: int, largest: int = LARGEST) -> NDArray[Any]:
    """The uint8 array in a file; dimensions: 3 for images, 1 for labels. Raises BadData: what, where and how to mend."""
    raw = _unpacked(file, read_bytes(file, largest, "give one of the files of the set"), largest)
    what, magic = _WHAT[dimensions], _MAGIC[dimensions]
    if not raw:
        raise BadData(f"{file} is empty", _MEND)
    found = int.from_bytes(raw[:4], "big")
    if found != magic or len(raw) < 4:
        raise BadData(f"{file} holds no {what}: {_instead(raw)}", f"a file of {what} begins with the four bytes {magic:08x}")
    start = 4 + 4 * dimensions
    if len(raw) < start:
        raise BadData(f"{file} ends within its header of {start} bytes", _MEND)
    shape = tuple(int.from_bytes(raw[4 + 4 * k : 8 + 4 * k], "big") for k in range(dimensions))
    said = " × ".join(map(str, shape))
    if len(raw) != start + math.prod(shape):
        raise BadData(f"{file} says that it holds {said} bytes of {what}, and holds {len(raw) - start}", _MEND)
    if 0 in shape:
        raise BadData(f"{file} holds no {what}: its size is {said}", _MEND)
    return np.frombuffer(raw, np.uint8, offset=start).reshape(shape)


def _unpacked(file: Path, raw: bytes, largest: int) -> bytes:
    """The bytes, unpacked where they are gzipped: never more than `largest` of them, whatever they would unpack to."""
    if raw[:2] != b"\x1f\x8b":
        return raw
    out = bytearray()
    unpacker, rest = zlib.decompressobj(zlib.MAX_WBITS | 16), raw
    try:
        while rest:
            out += unpacker.decompress(rest, largest + 1 - len(out))
            if len(out) > largest:
                raise BadData(f"{file} unpacks to more than {largest} bytes", "give one of the files of the set")
            if not unpacker.eof and not unpacker.unconsumed_tail:
                raise BadData(f"{file} is cut off: its gzip data end too early", _MEND)
            rest = unpacker.unconsumed_tail or unpacker.unused_data.lstrip(b"\0")
            if unpacker.eof:
                unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    except (zlib.error, gzip.BadGzipFile):
        raise BadData(f"{file} is damaged: its gzip data cannot be unpacked", _MEND) from None
    return bytes(out)


def _instead(raw: bytes) -> str:
    """What the bytes seem to be."""
    start = raw[:64].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "it is a web page"
    if start.startswith(b"pk\x03\x04"):
        return "it is a ZIP archive, to be unpacked first"
    other = next((what for size, what in _WHAT.items() if int.from_bytes(raw[:4], "big") == _MAGIC[size]), "")
    if other and len(raw) >= 4:
        return f"it is a file of {other}"
    return f"it begins with {raw[:4].hex()}"
