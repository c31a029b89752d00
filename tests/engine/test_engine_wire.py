"""What goes over the pipe comes out the same, and nothing else is understood."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.engine.wire import HEADER, Channel, WireError, decode, encode
from tutor.labs.spec import Words
from tutor.pictures import Columns, Field, Images, Lines, Points, Series, Text


def there_and_back(message: dict[str, object]) -> dict[str, object]:
    data = encode(message)
    text, body = HEADER.unpack(data[: HEADER.size])
    return decode(data[HEADER.size : HEADER.size + text], data[HEADER.size + text :][:body])


def test_pictures_travel() -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    field = Field(values, (-1, 1), (-1, 1), points=Points(np.zeros((2, 2)), np.array([0, 1]), current=1))
    images = Images(np.zeros((2, 8, 8), np.uint8), ("a", "b"))
    plot = Lines((Series("loss", np.arange(3.0), np.array([1.0, np.nan, np.inf])),), cursor=2.0)
    out = there_and_back(
        {"picture": Columns((field, images, plot, Text(("x",)))), "words": Words("fine"), "bound": float("inf")}
    )
    parts = out["picture"].parts  # type: ignore[attr-defined]
    assert [type(part) for part in parts] == [Field, Images, Lines, Text]
    assert np.array_equal(parts[0].values, values)
    assert parts[0].values.dtype == np.float32
    assert parts[0].points.current == 1
    assert np.isnan(parts[2].series[0].y[1])
    assert (out["words"], out["bound"]) == (Words("fine"), float("inf"))


@pytest.mark.parametrize("thing", [object(), np.array(["a"], dtype=object), {1, 2}, lambda: 0])
def test_nothing_else_travels(thing: object) -> None:
    with pytest.raises(WireError):
        encode({"x": thing})


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(WireError):
        decode(noise + b"\xff", b"")


@pytest.mark.parametrize(
    "array", [[0, "f8", [100]], [-8, "f8", [1]], [0, "O", [1]], [0, "f8", [-1]], [0, "f8"], 3, [0, "f8", ["a"]]]
)
def test_arrays_that_do_not_fit_are_refused(array: object) -> None:
    with pytest.raises(WireError):
        decode(json.dumps({"x": {"#": array}}).encode(), bytes(16))


def test_unknown_classes_are_refused() -> None:
    with pytest.raises(WireError):
        decode(json.dumps({"x": {"$": "Popen", "args": ["ls"]}}).encode(), b"")


def test_a_channel_reads_what_was_written_and_then_the_end() -> None:
    source, sink = os.pipe()
    channel = Channel(source, sink)
    channel.write({"op": "ping", "data": np.ones(1000)})
    assert channel.ready(0)
    message = channel.read()
    assert message is not None
    assert message["data"].sum() == 1000
    os.close(sink)
    assert channel.read() is None
    os.close(source)
