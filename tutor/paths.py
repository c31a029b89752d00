"""Where things are: the user's folders, and the lessons that come with the program.

`DLTUTOR_HOME` puts all of the user's folders under one: for tests, and to carry everything on a stick. Otherwise the platform
says where they go (`~/.local/state/dltutor` and its like). These functions only name a folder; `made` makes it. The cache is
the exception: it is made at once, and where it cannot be, a private temporary folder takes its place.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from tutor.errors import UserError

APP = "dltutor"
HOME_VARIABLE = "DLTUTOR_HOME"


def user_folder(kind: str) -> Path:
    """The folder of one kind: "state", "data", "config" or "cache". Raises UserError for a user without a home."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return user_path(home).absolute() / kind
    import platformdirs  # only here: it costs 10 ms, and `--help` needs no folder

    folder = Path(getattr(platformdirs, f"user_{kind}_dir")(APP, appauthor=False))
    if not folder.is_absolute():  # no home directory at all: "~" would be taken for a name
        raise UserError("this user has no home directory", f"set {HOME_VARIABLE} to a folder for your progress")
    return folder


def user_path(text: str | Path) -> Path:
    """What the user calls a file or a folder; `~` is their home. A home that there is not is a plain name."""
    return Path(os.path.expanduser(text))


def state_folder() -> Path:
    """Progress and the log."""
    return user_folder("state")


def data_folder() -> Path:
    """What the learner made or added: exercises, courses, data sets."""
    return user_folder("data")


def config_folder() -> Path:
    """Settings that are written by hand."""
    return user_folder("config")


def cache_folder() -> Path:
    """Compiled kernels and whatever else can be made again: a writable folder, always.

    Where the user's cache cannot be written, or is another user's, this is a temporary folder that belongs to the user alone
    (compiled kernels are code: no one else may put any there).
    """
    with suppress(UserError, OSError):
        folder = made(user_folder("cache"))
        if _closed(folder) and _writable(folder):
            return folder
    return _temporary()


def log_file() -> Path:
    """Where an unexpected error is written down."""
    return state_folder() / "dltutor.log"


def lessons_folder() -> Path:
    """The course that comes with the program; it stands beside the packages."""
    return Path(__file__).resolve().parent.parent / "lessons"


def made(folder: Path) -> Path:
    """The same folder, made if it was missing, for the user alone (0700). Raises UserError when it cannot be made."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the folder {folder} cannot be made: {error.strerror}", f"make it writable, or set {HOME_VARIABLE} to one that is"
        ) from None
    return folder


def _closed(folder: Path) -> bool:
    """Whether the folder is the user's own; then nobody else may write there from now on. Raises OSError."""
    if not hasattr(os, "getuid"):
        return True
    about = folder.stat()
    if about.st_uid != os.getuid():
        return False
    if about.st_mode & 0o022:
        folder.chmod(stat.S_IMODE(about.st_mode) & ~0o022)
    return True


def _writable(folder: Path) -> bool:
    """Whether a file can be made there; os.access would believe the mode bits of a read-only mount."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
            file.flush()
    except OSError:
        return False
    return True


def _temporary() -> Path:
    """A folder in the system's temporary one: the same each time, unless someone else has made one of that name."""
    folder = Path(tempfile.gettempdir()) / f"{APP}-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        about = folder.lstat()
        mine = not hasattr(os, "getuid") or (about.st_uid == os.getuid() and not about.st_mode & 0o077)
        if stat.S_ISDIR(about.st_mode) and mine and _writable(folder):
            return folder
    except OSError:
        pass
    try:
        return Path(tempfile.mkdtemp(prefix=f"{APP}-"))
    except OSError as error:
        raise UserError(
            f"no folder for temporary files can be written: {error.strerror}", "set TMPDIR to one that can"
        ) from None
