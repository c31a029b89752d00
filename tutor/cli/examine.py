"""What `dltutor doctor` looks at, one function each. None of them raises, and none leaves anything behind."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tutor import paths
from tutor.cli.examine_link import link
from tutor.cli.finding import Finding
from tutor.errors import UserError


def examine() -> list[Finding]:
    """Everything, in the order in which a reader should mend it. Imports numba: prepare its cache first."""
    found = []
    for name, look in _LOOKS.items():
        try:
            found.append(look())
        except Exception as error:  # a doctor that faints helps no one
            found.append(Finding(name, "problem", f"it could not be looked at: {type(error).__name__}: {error}"))
    return found


def python() -> Finding:
    return Finding("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}, {sys.executable}")


def packages() -> Finding:
    """The versions of what dltutor is built on. Of textual and plotext it uses inner parts, so their version matters."""
    found, wrong = [], []
    for name, wanted in WANTED.items():
        try:
            there = version(name)
        except PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        found.append(f"{name} {there}")
        if wanted and not f"{there}.".startswith(f"{wanted}."):
            wrong.append(f"{name} is {there}, {wanted} is needed")
    if wrong:
        return Finding("packages", "problem", "; ".join(wrong), "install dltutor again: pip install --force-reinstall dltutor")
    return Finding("packages", "ok", ", ".join(found))


WANTED = {
    "textual": "8.2.8",
    "plotext": "6.1",
    "numba": "0.68",
    "numpy": "",
    "markdown-it-py": "",
    "PyYAML": "",
    "platformdirs": "",
}
"""Package → how its version must begin."""


def terminal() -> Finding:
    term = os.environ.get("TERM", "")
    if not sys.stdout.isatty():
        return Finding("terminal", "ok", "stdout is no terminal; the screen would need one")
    size = shutil.get_terminal_size()
    says = f"{term or 'TERM is not set'}, {size.columns}×{size.lines}, {_colours(term)}"
    if term in ("", "dumb", "unknown"):
        return Finding(
            "terminal", "problem", says, "use a terminal that can place the cursor, or `dltutor read` and `dltutor run`"
        )
    if size.columns < 60 or size.lines < 20:
        return Finding("terminal", "warning", says, "make it at least 60 columns wide and 20 rows high")
    if size.columns < 80 or size.lines < 24:
        return Finding("terminal", "warning", says, "80×24 shows more")
    return Finding("terminal", "ok", says)


def _colours(term: str) -> str:
    if os.environ.get("NO_COLOR"):
        return "no colours (NO_COLOR)"
    if os.environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return "true colour"
    return "256 colours" if "256" in term or "kitty" in term else "16 colours"


def text() -> Finding:
    encoding = locale.getpreferredencoding(False)
    named = next((os.environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "not set")
    says = f"{encoding} (locale {named})"
    if encoding.lower().replace("-", "") != "utf8":
        return Finding("text", "warning", f"{says}: only ASCII is shown", "set LANG to a UTF-8 locale, such as C.UTF-8")
    return Finding("text", "ok", says)


def processor() -> Finding:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Finding("processor", "ok", f"{usable} of {os.cpu_count() or usable} cores usable")


def numba() -> Finding:
    """The compiler, and the layers that it could spread work over."""
    numba = import_module("numba")
    layers = [name for name, module in _LAYERS.items() if _can_import(f"numba.np.ufunc.{module}")]
    says = f"{numba.__version__}, {numba.config.NUMBA_NUM_THREADS} threads, layers: {', '.join(layers) or 'none'}"
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return Finding("numba", "problem", f"{says}; NUMBA_DISABLE_JIT is set, nothing is compiled", "unset NUMBA_DISABLE_JIT")
    return Finding("numba", "ok", says)


_LAYERS = {"tbb": "tbbpool", "omp": "omppool", "workqueue": "workqueue"}


def _can_import(module: str) -> bool:
    try:
        import_module(module)
    except ImportError:
        return False
    return True


def cuda() -> Finding:
    """The GPU, or what is missing. It is never needed, so nothing about it is a problem."""
    from kernels.cuda.about import about, dotted

    found = about()
    parts = [found.gpu or "no GPU"]
    if found.memory:
        parts.append(f"{found.memory / 2**30:.0f} GiB")
    if found.gpu and found.capability[0]:
        parts.append(f"compute capability {dotted(found.capability)}")
    if found.driver[0]:
        parts.append(f"driver for CUDA {dotted(found.driver)}")
    if found.toolkit[0]:
        parts.append(f"toolkit {dotted(found.toolkit)}")
    if found.package:
        parts.append(found.package)
    says = ", ".join(parts)
    if not found.problem:
        return _measured(says)
    there = found.gpu or found.driver[0]
    return Finding("CUDA", "warning" if there else "ok", f"{says}: {found.problem}; labs run on the processor", found.mend)


def _measured(says: str) -> Finding:
    """Whether `--device auto` knows what is faster here."""
    from tutor.engine.pick import speeds

    known = speeds()
    if not known:
        return Finding("CUDA", "ok", f"{says}; --device auto takes the processor", "dltutor warmup measures what is faster")
    faster = sorted(lab for lab, speed in known.items() if speed.cuda > speed.cpu)
    return Finding("CUDA", "ok", f"{says}; faster for {', '.join(faster) or 'no lab that was measured'}")


def kernels() -> Finding:
    """The folder of compiled kernels, as `tutor.engine.prepare` has chosen it."""
    folder, own = Path(os.environ["NUMBA_CACHE_DIR"]), paths.user_folder("cache")
    if not folder.is_relative_to(own) and folder.is_relative_to(tempfile.gettempdir()):
        return Finding(
            "kernels",
            "warning",
            f"{folder} is temporary: kernels are compiled anew now and then",
            f"make {own} yours, and writable",
        )
    count = sum(1 for _ in folder.rglob("*.nbc")) if folder.is_dir() else 0
    if not count:
        return Finding(
            "kernels", "warning", f"{folder}: nothing is compiled yet", "run `dltutor warmup`, or wait at the first lab"
        )
    return Finding("kernels", "ok", f"{folder}: {count} compiled")


def progress() -> Finding:
    """The store, opened as the program does."""
    from tutor.store import Store

    try:
        with Store.open() as store:
            if store.notice:
                return Finding("progress", "warning", store.notice, "" if store.saved else f"make {store.file.parent} writable")
            return Finding("progress", "ok", str(store.file))
    except UserError as error:
        return Finding("progress", "problem", error.message, error.mend)


def data_folder() -> Finding:
    folder = paths.data_folder()
    try:
        with tempfile.TemporaryFile(dir=paths.made(folder)):
            pass
    except (OSError, UserError) as error:
        return Finding("your files", "warning", f"{folder}: {error}", "make it writable; exercises are kept there")
    return Finding("your files", "ok", str(folder))


def data_sets() -> Finding:
    """The digits that come along, and the sets that have been added, read as labs would."""
    from tutor.data import digits, images, texts

    try:
        digits()
    except UserError as error:
        return Finding("data sets", "problem", error.message, error.mend or "install dltutor again")
    says, absent = ["the handwritten digits are whole"], []
    for name in images.NAMES:
        try:
            there = images.find(name)
            if there is None:
                absent.append(name)
                continue
            images.check(name)
        except UserError as error:
            return Finding("data sets", "warning", error.message, error.mend)
        says.append(f"{name}: {images.said(there)}")
    if texts.names():
        says.append(f"texts of yours: {', '.join(texts.names())}")
    if absent:
        says.append(f"not here, and not needed: {', '.join(absent)} (dltutor data get {absent[0]})")
    return Finding("data sets", "ok", "; ".join(says))


def course() -> Finding:
    from tutor.cli.courses import whole_course

    found, faults = whole_course()
    says = f"{len(found.lessons)} lessons in {found.folder}"
    if not found.lessons:
        return Finding("course", "problem", says, "install dltutor again")
    if faults:
        return Finding("course", "warning", f"{says}, {faults} mistakes", "see `dltutor lint`")
    return Finding("course", "ok", says)


def _sandbox() -> Finding:
    from tutor.cli.examine_sandbox import sandbox

    return Finding("sandbox", *sandbox())


_LOOKS: dict[str, Callable[[], Finding]] = {
    "python": python,
    "packages": packages,
    "terminal": terminal,
    "link": link,
    "text": text,
    "processor": processor,
    "numba": numba,
    "CUDA": cuda,
    "kernels": kernels,
    "progress": progress,
    "your files": data_folder,
    "data sets": data_sets,
    "course": course,
    "sandbox": _sandbox,
}
