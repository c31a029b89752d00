from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tutor import paths
from tutor.errors import UserError


def test_one_variable_moves_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLTUTOR_HOME", str(tmp_path / "stick"))
    assert paths.state_folder() == tmp_path / "stick" / "state"
    assert paths.data_folder() == tmp_path / "stick" / "data"
    assert paths.config_folder() == tmp_path / "stick" / "config"
    assert paths.log_file().parent == paths.state_folder()
    assert not (tmp_path / "stick").exists()  # naming a folder does not make it
    assert paths.cache_folder() == tmp_path / "stick" / "cache"
    assert (tmp_path / "stick" / "cache").is_dir()


def test_the_platform_says_where_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DLTUTOR_HOME", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert paths.state_folder().is_absolute()
    assert paths.state_folder().name == "dltutor"


def test_made_is_private(tmp_path: Path) -> None:
    folder = paths.made(tmp_path / "new")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert paths.made(folder) == folder


def test_a_file_in_the_way_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be made"):
        paths.made(tmp_path / "file" / "inside")


def test_a_cache_that_cannot_be_written_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DLTUTOR_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    first = paths.cache_folder()
    assert first.parent == tmp_path
    assert stat.S_IMODE(first.stat().st_mode) == 0o700
    assert paths.cache_folder() == first


def test_a_cache_that_others_can_write_is_closed_or_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLTUTOR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    cache = tmp_path / "home" / "cache"
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    assert paths.cache_folder() == cache
    assert stat.S_IMODE(cache.stat().st_mode) == 0o755
    someone = os.getuid() + 1
    monkeypatch.setattr("os.getuid", lambda: someone)
    assert paths.cache_folder() != cache


def test_the_replacement_is_never_a_folder_open_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DLTUTOR_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    trap = tmp_path / f"dltutor-{os.getuid()}"
    trap.mkdir()
    trap.chmod(0o777)
    assert paths.cache_folder() != trap


def test_the_lessons_stand_beside_the_packages() -> None:
    assert paths.lessons_folder() == Path(paths.__file__).parent.parent / "lessons"
