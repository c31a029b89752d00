"""Messages over a pipe: length-framed JSON, with arrays as raw buffers behind it. Never pickle.

A frame is two unsigned 32-bit big-endian lengths (JSON, buffers), the JSON, the buffers. In the JSON an array is
{"#": [offset, dtype, shape]}, a dataclass is {"$": name, …} for the classes named here, and anything else is itself; lists are
read back as tuples.
"""

from __future__ import annotations

import json
import math
import os
import select
import struct
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from tutor.labs.spec import Hand, Knob, LabSpec, Metric, Socket, Source, View, Words
from tutor.pictures import KINDS

HEADER = struct.Struct(">II")
LONGEST = 64 * 2**20
_SPEC = (Hand, Knob, LabSpec, Metric, Socket, Source, View)
_CLASSES: dict[str, type] = {cls.__name__: cls for cls in (*KINDS, Words, *_SPEC)}
_DTYPES = frozenset("biuf")

Message = dict[str, Any]


class WireError(Exception):
    """Bytes that are no message."""


def encode(message: Mapping[str, Any]) -> bytes:
    """A message as the bytes of a frame. Raises WireError on what cannot travel."""
    buffers: list[bytes] = []
    text = json.dumps(_pack(message, buffers, [0]), separators=(",", ":")).encode()
    body = b"".join(buffers)
    if max(len(text), len(body)) > LONGEST:
        raise WireError("the message is too long")
    return HEADER.pack(len(text), len(body)) + text + body


def decode(text: bytes, body: bytes) -> Message:
    """The message of a frame. Raises WireError on anything that `encode` does not write."""
    try:
        message = _unpack(json.loads(text), body)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise WireError(f"unreadable message: {error}") from None
    if not isinstance(message, dict):
        raise WireError("a message is a mapping")
    return message


def _pack(value: Any, buffers: list[bytes], size: list[int]) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return float(value)
        case np.ndarray():
            if value.dtype.kind not in _DTYPES:
                raise WireError(f"arrays of {value.dtype} do not travel")
            raw, offset = np.ascontiguousarray(value).tobytes(), size[0]
            buffers.append(raw)
            size[0] += len(raw)
            return {"#": [offset, value.dtype.str, list(value.shape)]}
        case np.generic():
            return value.item()
        case Mapping():
            return {str(key): _pack(item, buffers, size) for key, item in value.items()}
        case list() | tuple():
            return [_pack(item, buffers, size) for item in value]
    name = type(value).__name__
    known = _CLASSES.get(name)
    if known is None or not isinstance(value, known):
        raise WireError(f"{name} does not travel")
    return {"$": name, **{f.name: _pack(getattr(value, f.name), buffers, size) for f in fields(known)}}


def _unpack(value: Any, body: bytes) -> Any:
    if isinstance(value, list):
        return tuple(_unpack(item, body) for item in value)
    if not isinstance(value, dict):
        return value
    if "#" in value:
        return _array(value["#"], body)
    if "$" in value:
        return _CLASSES[value["$"]](**{key: _unpack(item, body) for key, item in value.items() if key != "$"})
    return {key: _unpack(item, body) for key, item in value.items()}


def _array(description: Any, body: bytes) -> Any:
    offset, dtype_text, shape = description
    dtype = np.dtype(dtype_text)
    count = math.prod(shape)
    if dtype.kind not in _DTYPES or offset < 0 or count < 0 or offset + count * dtype.itemsize > len(body):
        raise WireError("an array does not fit its message")
    return np.frombuffer(body, dtype, count, offset).reshape(shape)


class Channel:
    """The child's end: blocking reads and writes of whole frames on two file descriptors."""

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._sink = sink

    def ready(self, seconds: float | None) -> bool:
        """Whether a message (or the end) is there within so many seconds; None: wait for it."""
        return bool(select.select([self._source], [], [], seconds)[0])

    def read(self) -> Message | None:
        """The next message, or None when the other end is closed."""
        header = self._exactly(HEADER.size)
        if header is None:
            return None
        text_size, body_size = HEADER.unpack(header)
        text, body = self._exactly(text_size), self._exactly(body_size)
        return None if text is None or body is None else decode(text, body)

    def write(self, message: Mapping[str, Any]) -> None:
        data = memoryview(encode(message))
        while data:
            data = data[os.write(self._sink, data) :]

    def _exactly(self, size: int) -> bytes | None:
        parts = bytearray()
        while len(parts) < size:
            part = os.read(self._source, min(size - len(parts), 2**20))
            if not part:
                return None
            parts += part
        return bytes(parts)
