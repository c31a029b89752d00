"""Tiles of numbers that stay in the processor's registers, as Numba values: what makes `kernels.matmul` fast.

A tile is a few rows of lanes, all of one type: a sum over k is kept in it while k runs, and memory is touched once, at the
end. LLVM makes of a row of sixteen float32 one register (AVX-512), two (AVX2) or four (NEON). This is the only module that
writes LLVM; every function below is one line of arithmetic, given in its docstring.

Arrays are one-dimensional and contiguous, places in them are element offsets. Nothing is checked: not the bounds, not the
sign of an offset. rows and lanes are constants: written as numbers, or as a module's globals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core.datamodel.models import PrimitiveModel
from numba.extending import intrinsic, register_model
from numba.np.arrayobj import populate_array

WIDE = "avx512f" in {name for name, there in llvm.get_host_cpu_features().items() if there}
"""Whether this processor has registers of sixteen float32, and thirty-two of them."""

_I32, _I64 = ir.IntType(32), ir.IntType(64)
Built = tuple[Any, Callable[..., Any]]
"""What an intrinsic is: its signature, and the function that writes its LLVM."""


class Tile(types.Type):
    """The Numba type of a tile: rows × lanes numbers of one dtype (float32 or float64)."""

    def __init__(self, dtype: Any, rows: int, lanes: int) -> None:
        self.dtype, self.rows, self.lanes = dtype, rows, lanes
        super().__init__(name=f"tile({rows}, {lanes}, {dtype})")

    @property
    def row(self) -> ir.VectorType:
        """One row, as LLVM knows it."""
        return ir.VectorType(ir.FloatType() if self.dtype == types.float32 else ir.DoubleType(), self.lanes)


class _Model(PrimitiveModel):
    def __init__(self, manager: Any, tile: Tile) -> None:
        make: Any = super().__init__
        make(manager, tile, ir.ArrayType(tile.row, tile.rows))


register_model(Tile)(_Model)


def _word(function: Callable[..., Built]) -> Callable[..., Any]:
    """A function that kernels call, from what gives its signature and its LLVM. Constants reach it as such."""
    return cast(Callable[..., Any], intrinsic(prefer_literal=True)(function))


# -- words of LLVM


def _place(context: Any, builder: Any, array: Any, data: Any, offset: Any, kind: Any) -> Any:
    """A pointer to data[offset], as a pointer to `kind`."""
    start = context.make_array(array)(context, builder, data).data
    return builder.bitcast(builder.gep(start, [offset]), kind.as_pointer())


def _number(context: Any, builder: Any, array: Any, data: Any, offset: Any) -> Any:
    """data[offset]."""
    return builder.load(_place(context, builder, array, data, offset, context.get_data_type(array.dtype)))


def _spread(builder: Any, number: Any, vector: ir.VectorType) -> Any:
    """A vector with this number in every lane."""
    nothing = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(_I32, 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(_I32, vector.count), [0] * vector.count))


def _fuse(builder: Any, x: Any, y: Any, z: Any) -> Any:
    """x·y + z, in one instruction where there is one."""
    return builder.fadd(builder.fmul(x, y, flags=("contract",)), z, flags=("contract",))


def _function(builder: Any, name: str, result: Any, arguments: list[Any]) -> Any:
    """An LLVM function by its name, declared on first use."""
    known = builder.module.globals.get(name)
    return known or ir.Function(builder.module, ir.FunctionType(result, arguments), name)


def _mask(builder: Any, lanes: int, n: Any) -> Any:
    """True in the first n lanes."""
    vector = ir.VectorType(_I32, lanes)
    places = ir.Constant(vector, list(range(lanes)))
    return builder.icmp_signed("<", places, _spread(builder, builder.trunc(n, _I32), vector))


def _kind(tile: Tile) -> str:
    """How LLVM names the type of a row in the names of its functions."""
    return f"v{tile.lanes}{'f32' if tile.dtype == types.float32 else 'f64'}"


def _load(builder: Any, tile: Tile, pointer: Any, n: Any = None) -> Any:
    """A row from memory; with n, its first n lanes, the others 0."""
    if n is None:
        return builder.load(pointer, align=4)
    mask = _mask(builder, tile.lanes, n)
    name = f"llvm.masked.load.{_kind(tile)}.p0"
    load = _function(builder, name, tile.row, [tile.row.as_pointer(), _I32, mask.type, tile.row])
    return builder.call(load, [pointer, ir.Constant(_I32, 4), mask, ir.Constant(tile.row, None)])


def _store(builder: Any, tile: Tile, row: Any, pointer: Any, n: Any = None) -> None:
    """A row to memory; with n, only its first n lanes."""
    if n is None:
        builder.store(row, pointer, align=4)
        return
    mask = _mask(builder, tile.lanes, n)
    name = f"llvm.masked.store.{_kind(tile)}.p0"
    store = _function(builder, name, ir.VoidType(), [tile.row, tile.row.as_pointer(), _I32, mask.type])
    builder.call(store, [row, pointer, ir.Constant(_I32, 4), mask])


# -- what kernels call


@_word
def span(typing: Any, array: Any, start: Any, count: Any) -> Built:
    """array[start : start + count], a view. Cheaper than a slice, to make and to compile: nothing is checked or counted."""

    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[0]
        whole = context.make_array(kind)(context, builder, args[0])
        view = context.make_array(kind)(context, builder)
        count, size = args[2], whole.itemsize
        fill: Any = populate_array
        fill(view, builder.gep(whole.data, [args[1]]), [count], [size], size, meminfo=None)
        return view._getvalue()

    return array(array, types.intp, types.intp), write


@_word
def zeros(typing: Any, like: Any, rows: Any, lanes: Any) -> Built:
    """A tile of zeros, of the dtype of the array `like`."""
    tile = Tile(like.dtype, rows.literal_value, lanes.literal_value)
    return tile(like, rows, lanes), lambda context, builder, signature, args: ir.Constant(
        ir.ArrayType(tile.row, tile.rows), None
    )


def _rows_from(array: Any, rows: Any, lanes: Any, masked: bool) -> tuple[Tile, Callable[..., Any]]:
    tile = Tile(array.dtype, rows.literal_value, lanes.literal_value)

    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data, start, offsets, m = args[:4]
        n = args[4] if masked else None
        value = ir.Constant(ir.ArrayType(tile.row, tile.rows), ir.Undefined)
        for i in range(tile.rows):
            offset = _number(context, builder, signature.args[2], offsets, builder.add(m, ir.Constant(_I64, i)))
            pointer = _place(context, builder, signature.args[0], data, builder.add(start, offset), tile.row)
            value = builder.insert_value(value, _load(builder, tile, pointer, n), i)
        return value

    return tile, write


def _rows_to(array: Any, tile: Tile, masked: bool) -> Callable[..., Any]:
    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data, start, offsets, m, value = args[:5]
        n = args[5] if masked else None
        for i in range(tile.rows):
            offset = _number(context, builder, signature.args[2], offsets, builder.add(m, ir.Constant(_I64, i)))
            pointer = _place(context, builder, signature.args[0], data, builder.add(start, offset), tile.row)
            _store(builder, tile, builder.extract_value(value, i), pointer, n)
        return context.get_dummy_value()

    return write


@_word
def load_rows(typing: Any, array: Any, start: Any, offsets: Any, m: Any, rows: Any, lanes: Any) -> Built:
    """The tile whose row i is array[start + offsets[m + i] :][:lanes]."""
    tile, write = _rows_from(array, rows, lanes, False)
    return tile(array, types.intp, offsets, types.intp, rows, lanes), write


@_word
def load_rows_n(typing: Any, array: Any, start: Any, offsets: Any, m: Any, n: Any, rows: Any, lanes: Any) -> Built:
    """As `load_rows`, but only the first n lanes; the others are 0."""
    tile, write = _rows_from(array, rows, lanes, True)
    return tile(array, types.intp, offsets, types.intp, types.intp, rows, lanes), write


@_word
def store_rows(typing: Any, array: Any, start: Any, offsets: Any, m: Any, tile: Any) -> Built:
    """array[start + offsets[m + i] :][:lanes] = row i of the tile."""
    return types.void(array, types.intp, offsets, types.intp, tile), _rows_to(array, tile, False)


@_word
def store_rows_n(typing: Any, array: Any, start: Any, offsets: Any, m: Any, tile: Any, n: Any) -> Built:
    """As `store_rows`, but only the first n lanes."""
    return types.void(array, types.intp, offsets, types.intp, tile, types.intp), _rows_to(array, tile, True)


@_word
def load(typing: Any, array: Any, start: Any, lanes: Any) -> Built:
    """array[start : start + lanes], a tile of one row."""
    tile = Tile(array.dtype, 1, lanes.literal_value)

    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _place(context, builder, signature.args[0], args[0], args[1], tile.row)
        return builder.insert_value(ir.Constant(ir.ArrayType(tile.row, 1), ir.Undefined), _load(builder, tile, pointer), 0)

    return tile(array, types.intp, lanes), write


@_word
def load_n(typing: Any, array: Any, start: Any, n: Any, lanes: Any) -> Built:
    """As `load`, but only the first n lanes; the others are 0."""
    tile = Tile(array.dtype, 1, lanes.literal_value)

    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _place(context, builder, signature.args[0], args[0], args[1], tile.row)
        row = _load(builder, tile, pointer, args[2])
        return builder.insert_value(ir.Constant(ir.ArrayType(tile.row, 1), ir.Undefined), row, 0)

    return tile(array, types.intp, types.intp, lanes), write


@_word
def add_outer(typing: Any, tile: Any, array: Any, start: Any, step: Any, x: Any) -> Built:
    """The tile with array[start + i·step]·x added to row i: the numbers of a column times one row x."""

    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        value, data, place, stride, row = args
        row = builder.extract_value(row, 0)
        for i in range(tile.rows):
            number = _number(context, builder, signature.args[1], data, place)
            total = _fuse(builder, _spread(builder, number, tile.row), row, builder.extract_value(value, i))
            value = builder.insert_value(value, total, i)
            place = builder.add(place, stride)
        return value

    return tile(tile, array, types.intp, types.intp, x), write


@_word
def load_steps(typing: Any, array: Any, start: Any, step: Any, rows: Any, lanes: Any) -> Built:
    """The tile whose row i is array[start + i·step :][:lanes]."""
    tile = Tile(array.dtype, rows.literal_value, lanes.literal_value)

    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data, place, stride = args[:3]
        value = ir.Constant(ir.ArrayType(tile.row, tile.rows), ir.Undefined)
        for i in range(tile.rows):
            pointer = _place(context, builder, signature.args[0], data, place, tile.row)
            value = builder.insert_value(value, _load(builder, tile, pointer), i)
            place = builder.add(place, stride)
        return value

    return tile(array, types.intp, types.intp, rows, lanes), write


@_word
def add_products(typing: Any, tile: Any, rows: Any, x: Any) -> Built:
    """The tile with rows[i]·x added to row i, lane by lane."""

    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        value, factors, row = args
        row = builder.extract_value(row, 0)
        for i in range(tile.rows):
            total = _fuse(builder, builder.extract_value(factors, i), row, builder.extract_value(value, i))
            value = builder.insert_value(value, total, i)
        return value

    return tile(tile, rows, x), write


@_word
def add_totals(typing: Any, array: Any, start: Any, step: Any, tile: Any) -> Built:
    """array[start + i·step] += the sum of the lanes of row i."""

    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data, place, stride, value = args
        number = tile.row.element
        add = _function(builder, f"llvm.vector.reduce.fadd.{_kind(tile)}", number, [number, tile.row])
        for i in range(tile.rows):
            pointer = _place(context, builder, signature.args[0], data, place, number)
            row = builder.extract_value(value, i)
            total = builder.call(add, [ir.Constant(number, 0.0), row], fastmath=("reassoc",))
            builder.store(builder.fadd(builder.load(pointer), total), pointer)
            place = builder.add(place, stride)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, tile), write
