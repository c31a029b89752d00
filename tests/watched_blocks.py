"""Blocks of a GPU, a thread at a time, with every read and write looked at: for what Numba's simulator lets pass.

`watch()` comes before any kernel is imported, in a process with NUMBA_ENABLE_CUDASIM=1; from then on `numba.cuda` is what is
below. Told, each once, with the line of the kernel:

- two threads of a block that touch one number between two barriers, one of them to write it;
- two blocks of a launch that touch one number, one of them to write it;
- a barrier that not all threads of a block come to, or at which they come from different lines;
- a place before or beyond an array, which NumPy counts from the end or refuses, and a GPU reads;
- a number that is read, or brought back, and was never written: shared, local, or `held.spare`, where anything may lie.

What processor and GPU share is run as plain Python here (`plain_kernels`): compiled code cannot be looked into.
"""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numba.np.numpy_support import as_dtype
from plain_kernels import rewrite

FOUND: list[str] = []
"""What was wrong, in the order in which it was met."""
LAUNCHED: set[str] = set()
"""The kernels that were started, "module.name"."""


class Axis(NamedTuple):
    """A place in a grid or a block, or how large one is."""

    x: int
    y: int = 1
    z: int = 1


class Thread:
    """One thread, and where it stands."""

    def __init__(self, block: Axis, place: Axis, number: int) -> None:
        self.block, self.place, self.number = block, place, number
        self.turn, self.at, self.over = threading.Semaphore(0), "", False
        self.error: BaseException | None = None


class _Block:
    """The block that runs now."""

    thread: Thread | None = None
    back = threading.Semaphore(0)
    launch = epoch = 0
    grid = shape = Axis(1)
    shared: dict[tuple[str, int], Array] = {}
    dynamic: Memory | None = None


class Memory:
    """Numbers on the device, what is known of each, and who touched it last."""

    def __init__(self, flat: Any, known: bool, what: str) -> None:
        self.flat, self.what = flat, what
        self.known = np.full(flat.shape, known)
        self.touched: dict[int, tuple[int, int, set[int], set[int]]] = {}
        """By place: the launch and epoch, and the threads that read and that wrote it."""
        self.blocks: dict[int, tuple[int, set[Axis], set[Axis]]] = {}
        """By place: the launch, and the blocks that read and that wrote it."""

    def touch(self, place: int, writes: bool) -> None:
        thread: Any = _Block.thread
        found = self.touched.get(place)
        if not found or found[:2] != (_Block.launch, _Block.epoch):
            found = self.touched[place] = (_Block.launch, _Block.epoch, set(), set())
        found[2 + writes].add(thread.number)
        if found[3] and len(found[2] | found[3]) > 1:
            tell(f"threads {sorted(found[2] | found[3])} race for a number of {self.what}")
        if _Block.grid == Axis(1):
            return
        between = self.blocks.get(place)
        if not between or between[0] != _Block.launch:
            between = self.blocks[place] = (_Block.launch, set(), set())
        between[1 + writes].add(thread.block)
        if between[2] and len(between[1] | between[2]) > 1:
            tell(f"blocks race for a number of {self.what}")


class Array:
    """A view of a memory, as kernels and their callers take one."""

    def __init__(self, memory: Memory, places: Any) -> None:
        self.memory, self.places = memory, places
        self.shape, self.ndim, self.size, self.dtype = places.shape, places.ndim, places.size, memory.flat.dtype

    def _where(self, index: Any) -> Any:
        for axis, one in enumerate(index if isinstance(index, tuple) else (index,)):
            if isinstance(one, slice):  # Numba cuts off what is beyond the end, as NumPy does
                wrong = [end for end in (one.start, one.stop) if end is not None and end < 0]
            else:
                wrong = [] if 0 <= one < self.shape[axis] and not isinstance(one, float | np.floating) else [one]
            if wrong and _Block.thread is not None:
                tell(f"place {wrong[0]} of {self.memory.what}, which has {self.shape[axis]} there")
        return self.places[index]

    def __getitem__(self, index: Any) -> Any:
        where = self._where(index)
        if isinstance(where, np.ndarray):
            return Array(self.memory, where)
        self.memory.touch(int(where), False)
        if not self.memory.known[where]:
            tell(f"a number of {self.memory.what} is read that was never written")
        return self.memory.flat[where]

    def __setitem__(self, index: Any, value: Any) -> None:
        where = int(self._where(index))
        self.memory.touch(where, True)
        self.memory.flat[where], self.memory.known[where] = value, True

    def is_c_contiguous(self) -> bool:
        flat = self.places.reshape(-1)
        return bool(flat.size < 2 or (np.diff(flat) == 1).all())

    def reshape(self, *shape: int) -> Array:
        return Array(self.memory, self.places.reshape(*shape))

    def copy_to_host(self, into: Any = None) -> Any:
        if not self.memory.known[self.places].all():
            tell(f"numbers of {self.memory.what} are brought back that were never written")
        found = self.memory.flat[self.places]
        into = np.empty_like(found) if into is None else into
        assert (into.shape, into.dtype) == (found.shape, found.dtype), (into.shape, found.shape)
        np.copyto(into, found)
        return into

    def copy_to_device(self, array: Any) -> None:
        self.memory.flat[self.places], self.memory.known[self.places] = array, True


def tell(what: str) -> None:
    line = f"{what}, {_line()}"
    if line not in FOUND:
        FOUND.append(line)


def _line() -> str:
    """Where in a kernel this happens."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return f"{frame.f_globals.get('__name__')}:{frame.f_lineno}" if frame is not None else ""


# -- what kernels find as numba.cuda


class _Shared:
    def array(self, shape: Any, dtype: Any) -> Array:
        caller, kind = sys._getframe(1), as_dtype(dtype)
        if shape == 0:
            assert _Block.dynamic is not None
            return Array(_Block.dynamic, np.arange(_Block.dynamic.flat.size))
        key = caller.f_code.co_filename, caller.f_lineno
        if key not in _Block.shared:
            _Block.shared[key] = _fresh(shape, kind, f"shared memory ({caller.f_code.co_name}:{caller.f_lineno})")
        return _Block.shared[key]


class _Local:
    def array(self, shape: Any, dtype: Any) -> Array:
        return _fresh(shape, as_dtype(dtype), "local memory")


def _fresh(shape: Any, kind: Any, what: str, known: bool = False) -> Array:
    count = int(np.prod(shape))
    return Array(Memory(np.full(count, 77, kind), known, what), np.arange(count).reshape(shape))


class Cuda(types.ModuleType):
    """Stands for `numba.cuda`."""

    shared, local = _Shared(), _Local()

    @property
    def threadIdx(self) -> Any:
        return _Block.thread and _Block.thread.place

    @property
    def blockIdx(self) -> Any:
        return _Block.thread and _Block.thread.block

    @property
    def blockDim(self) -> Axis:
        return _Block.shape

    def grid(self, _: int) -> int:
        return int(self.blockIdx.x * _Block.shape.x + self.threadIdx.x)

    def gridsize(self, _: int) -> int:
        return _Block.grid.x * _Block.shape.x

    def syncthreads(self) -> None:
        thread: Any = _Block.thread
        frame, at = sys._getframe(1), []
        while frame is not None and frame.f_code.co_filename != __file__:
            at.append(f"{frame.f_globals.get('__name__')}:{frame.f_lineno}")
            frame = frame.f_back  # type: ignore[assignment]
        thread.at = " < ".join(at)
        _Block.back.release()
        thread.turn.acquire()

    def jit(self, *_: Any, **options: Any) -> Callable[..., Any]:
        return (lambda function: function) if options.get("device") else _Kernel

    def to_device(self, array: Any) -> Array:
        flat = np.array(array).reshape(-1)
        return Array(Memory(flat, True, f"{array.shape} {array.dtype}"), np.arange(flat.size).reshape(array.shape))

    def device_array(self, shape: Any, dtype: Any) -> Array:
        return _fresh(shape, np.dtype(dtype), f"{shape} {np.dtype(dtype)}")


class _Kernel:
    def __init__(self, function: Callable[..., None]) -> None:
        self.function = function

    def __getitem__(self, launch: Any) -> Callable[..., None]:
        blocks, threads = (Axis(*one) if isinstance(one, tuple) else Axis(int(one)) for one in launch[:2])
        room = launch[3] // 4 if len(launch) > 3 else 0

        def start(*given: Any) -> None:
            LAUNCHED.add(f"{self.function.__module__}.{self.function.__name__}")
            _Block.launch, _Block.grid, _Block.shape = _Block.launch + 1, blocks, threads
            for block in _places(blocks):
                _Block.shared, _Block.dynamic = {}, Memory(np.full(room, 77, np.float32), False, "the block's shared memory")
                _run([Thread(block, place, k) for k, place in enumerate(_places(threads))], self.function, given)

        return start


def _places(size: Axis) -> Iterator[Axis]:
    return (Axis(x, y, z) for z in range(size.z) for y in range(size.y) for x in range(size.x))


def _run(threads: list[Thread], function: Callable[..., None], given: Any) -> None:
    """A block: each thread goes on to the next barrier, and all of them before any goes further."""

    def life(thread: Thread) -> None:
        thread.turn.acquire()
        try:
            function(*given)
        except BaseException as error:
            thread.error = error
        thread.over = True
        _Block.back.release()

    for thread in threads:
        threading.Thread(target=life, args=(thread,), daemon=True).start()
    while going := [thread for thread in threads if not thread.over]:
        _Block.epoch += 1
        for thread in going:
            _Block.thread = thread
            thread.turn.release()
            _Block.back.acquire()
            if thread.error is not None:
                raise thread.error
        _Block.thread = None
        waiting = {thread.at for thread in going if not thread.over}
        if len(waiting) > 1 or (waiting and any(thread.over for thread in threads)):
            tell(f"threads do not meet at the barrier {min(waiting)}")


def watch() -> None:
    """From here on kernels are looked at."""
    import numba

    numba.cuda = Cuda("numba.cuda")
    import importlib
    import pkgutil

    import kernels.cuda
    from kernels.cuda import device, held

    known: dict[str, Any] = {}
    for one in pkgutil.iter_modules(kernels.cuda.__path__, "kernels.cuda."):
        module = importlib.import_module(one.name)
        rewrite(module, module.__dict__, known)
    assert device.simulated
    spare = held.spare

    def forgotten(use: str, shape: Any, kind: Any) -> Array:
        found: Array = spare(use, shape, kind)
        found.memory.known[:] = False
        return found

    for module in list(sys.modules.values()):
        if getattr(module, "spare", None) is spare:
            module.spare = forgotten  # type: ignore[attr-defined]
