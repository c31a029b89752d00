"""How kernels are compiled: the flags, in one place.

`exact` is for arithmetic whose bits must be the same on every device: no sum is reordered, no product fused into a sum.
`fast` is for the rest: sums may be reordered, but NaN and infinity still behave, so that a training that blows up is seen.
Both take an explicit signature: a kernel is compiled once, when its module is imported, and from then on comes from the cache.
`shared` is for the few scalar functions that kernels for the processor and for CUDA both call; it is as exact as `exact`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import llvmlite.binding as llvm
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from kernels.keeping import bear_damage

bear_damage()
floats = types.float32[::1]
integers = types.int64[::1]
indices = types.int32[::1]
given_floats = types.Array(types.float32, 1, "C", readonly=True)
given_rows = types.Array(types.float32, 2, "C", readonly=True)
"""The arrays of a signature. What a kernel is given and does not change is typed as read-only: then it takes either kind."""

F = TypeVar("F", bound=Callable[..., Any])

_FLAGS: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy", "no_cfunc_wrapper": True}
_LEAN = {"_nrt": False}
"""For kernels that ask for no memory: nothing is counted, which takes half the time to compile and less to run."""
_FAST = {"reassoc", "contract", "arcp", "nsz", "afn"}


def exact(signature: Any, makes_arrays: bool = True) -> Callable[[F], F]:
    """Compile for this signature, every operation as it is written.

    signature: such as void(floats, int64). makes_arrays: whether it asks for memory; otherwise it is compiled
    in less time.
    """
    flags = _FLAGS | {"_nrt": makes_arrays}
    return cast(Callable[[F], F], njit(signature, **flags))


def fast(signature: Any) -> Callable[[F], F]:
    """Compile for this signature, with sums reordered where that is faster; never with the assumption that NaN cannot be."""
    flags = _FLAGS | _LEAN | {"fastmath": _FAST}
    return cast(Callable[[F], F], njit(signature, **flags))


def shared(function: F) -> F:
    """Compile for whoever calls, on whichever device. With an explicit signature Numba would refuse to compile it for CUDA."""
    flags = _FLAGS | _LEAN
    return cast(F, njit(function, **flags))


def part(function: F) -> F:
    """A loop that kernels call: compiled on its own, as `fast` does, for float32 or float64 as the caller has it.

    Never call one with a constant: Numba would compile a copy for each.
    """
    flags = _FLAGS | _LEAN | {"fastmath": _FAST}
    return cast(F, njit(function, **flags))


def copied_in(function: F) -> F:
    """A `part` that is always copied into its caller.

    Where LLVM leaves a copy beside the caller, the process that compiles it may run another copy than those that load it from
    the cache, and the two may round otherwise.
    """
    flags = _FLAGS | _LEAN | {"fastmath": _FAST, "forceinline": True}
    return cast(F, njit(function, **flags))


def apart(kernel: F, *kinds: Any) -> F:
    """The same kernel, for others to call: compiled once for all of them, and found by its name when they are loaded.

    What is called in the plain way, Numba copies into its caller, and compiles the copy again. kinds: the types of the
    arguments, where the kernel was made without a signature. The caller's module must do this when it is imported, for the
    caller may come from the cache; and nothing may be called so in float64 before `in_float64` was told of the kernel.
    """
    dispatcher: Any = kernel
    kinds = kinds or dispatcher.nopython_signatures[0].args
    if kinds not in dispatcher.overloads:
        dispatcher.compile(kinds)
    _APART[dispatcher] = kinds
    _publish(dispatcher, kinds)

    def call(typing: Any, *given: Any) -> Any:
        wide = any(_is_wide(kind) for kind in given)
        wanted = tuple(_widened(kind) for kind in kinds) if wide else kinds
        result = dispatcher.overloads[wanted].signature.return_type

        def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            shape = context.call_conv.get_function_type(result, wanted)
            callee = _declared(builder.module, shape, _name(dispatcher, wanted))
            values = [builder.extract_value(args[0], i) for i in range(len(wanted))]
            values = [context.cast(builder, *value) for value in zip(values, given, wanted, strict=True)]
            return context.call_conv.call_function(builder, callee, result, wanted, values)[1]

        return result(_gathered(given)), write

    return cast(F, intrinsic(call))


_declared: Any = cgutils.get_or_insert_function
_gathered: Any = types.StarArgTuple
_APART: dict[Any, Any] = {}
"""The kernels that are called by name, and their types of arguments."""


def _name(kernel: Any, kinds: Any) -> str:
    """By what name LLVM knows a kernel for these types. It says everything that a caller relies on."""
    return f"{kernel.py_func.__module__}.{kernel.py_func.__name__}({', '.join(str(kind) for kind in kinds)})"


def _publish(kernel: Any, kinds: Any) -> None:
    """Tell LLVM where the kernel for these types is."""
    compiled = kernel.overloads[kinds]
    llvm.add_symbol(_name(kernel, kinds), compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name))


def written_in(function: F) -> F:
    """A passage of a kernel, or a formula: it is compiled where it is called, with its caller's flags, as if written there.

    That costs less time than a call of a call of a call, each of which would be compiled again with all that it calls.
    """
    flags = _FLAGS | _LEAN | {"inline": "always"}
    return cast(F, njit(function, **flags))


def record(kinds: Sequence[Any], named_tuple: type) -> Any:
    """The type of a NamedTuple in a signature, from the types of its fields."""
    make: Any = types.NamedTuple
    if len(set(kinds)) == 1:  # Numba has another type for these
        make = types.NamedUniTuple
        return make(kinds[0], len(kinds), named_tuple)
    return make(kinds, named_tuple)


def in_float64(*kernels: Any) -> None:
    """Compile these kernels again from the same source, with float64 wherever their signature says float32; once.

    Callees before callers. From then on each takes arrays of either kind: float32 to train, float64 to check a gradient.
    """
    for kernel in kernels:
        wide = tuple(_widened(kind) for kind in _APART.get(kernel) or kernel.nopython_signatures[0].args)
        if wide not in kernel.overloads:
            was_open = kernel._can_compile
            kernel.disable_compile(False)
            kernel.compile(wide)
            kernel.disable_compile(not was_open)
        if kernel in _APART:
            _publish(kernel, wide)


def _is_wide(kind: Any) -> bool:
    """Whether this Numba type is, or holds, an array of float64."""
    if isinstance(kind, types.NamedTuple):
        return any(_is_wide(inner) for inner in kind.types)
    return isinstance(kind, types.Array) and kind.dtype == types.float64


def _widened(kind: Any) -> Any:
    """A Numba type with float64 for float32."""
    if isinstance(kind, types.Array):
        return kind.copy(dtype=_widened(kind.dtype))
    if isinstance(kind, types.NamedTuple):
        return record([_widened(inner) for inner in kind.types], kind.instance_class)
    return types.float64 if kind == types.float32 else kind
