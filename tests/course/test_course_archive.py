"""Archives that no honest author packs: each is refused with one sentence, and nothing of it stays anywhere."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.course import archive
from tutor.course.adding import add
from tutor.course.library import courses_folder, installed
from tutor.errors import UserError

FILES = {
    "course.yaml": "title: A course\nname: small\nversion: 1.0\nauthors: [Ann]\nlicence: CC0\n",
    "01-first/index.md": "---\ntitle: First\nsummary: It comes first.\n---\n",
    "01-first/01-one.md": "---\ntitle: One\nminutes: 5\n---\nText.\n",
}


def zipped(file: Path, files: dict[str, str], extra: Callable[[zipfile.ZipFile], None] | None = None) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in files.items():
            out.writestr(name, text)
        if extra:
            extra(out)
    return file


def tarred(file: Path, *more: tarfile.TarInfo) -> Path:
    with tarfile.open(file, "w:gz") as out:
        for name, text in FILES.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            out.addfile(info, io.BytesIO(text.encode()))
        for info in more:
            out.addfile(info)
    return file


def leftovers() -> list[Path]:
    return sorted(courses_folder().iterdir()) if courses_folder().exists() else []


def test_a_zip_a_tar_and_a_folder_give_the_same_course(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / ".git").mkdir()
    (folder / "run.sh").write_text("x")
    (folder / "run.sh").chmod(0o755)
    inside = {f"small-1.0/{name}": text for name, text in FILES.items()}
    for source in (zipped(tmp_path / "c.zip", FILES), zipped(tmp_path / "d.zip", inside), tarred(tmp_path / "c.tgz"), folder):
        added = add(source)
        assert (added.course.name, added.course.about.version, added.mistakes) == ("small", "1.0", 0), source
        assert {name: (added.course.folder / name).read_text() for name in FILES} == FILES
        assert leftovers() == [courses_folder() / "small"]
    assert not (added.course.folder / ".git").exists()
    assert (
        not os.access(added.course.folder / "run.sh", os.X_OK) or os.stat(added.course.folder / "run.sh").st_mode & 0o111 == 0
    )
    assert [known.about.authors for known in installed()] == [("Ann",)]


def entry(name: str, mode: int, text: str = "x") -> Callable[[zipfile.ZipFile], None]:
    info = zipfile.ZipInfo(name)
    info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
    return lambda out: out.writestr(info, text)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (entry("../out.txt", stat.S_IFREG), "leads out of the course's folder"),
        (entry("01-first/../../out.txt", stat.S_IFREG), "leads out of the course's folder"),
        (entry("/etc/out.txt", stat.S_IFREG), "leads out of the course's folder"),
        (entry("C:\\out.txt", stat.S_IFREG), "holds the character U+003A"),
        (entry("..\\out.txt", stat.S_IFREG), "holds the character U+005C"),
        (entry("01-first/\x1b[31m.md", stat.S_IFREG), "holds the character U+001B"),
        (entry("01-first/\u202egnp.md", stat.S_IFREG), "holds the character U+202E"),
        (entry("link.md", stat.S_IFLNK, "/etc/passwd"), "is a symbolic link"),
        (entry("pipe", stat.S_IFIFO), "is a device or a pipe"),
        (entry("disk", stat.S_IFBLK), "is a device or a pipe"),
        (entry("01-FIRST/01-one.md", stat.S_IFREG), "differ only in how they are written"),
        (entry("01-first/01-ONE.md", stat.S_IFREG), "differ only in how they are written"),
        (entry("01-first/01-\uff4fne.md", stat.S_IFREG), "differ only in how they are written"),
        (entry("01-first/01-one.md", stat.S_IFREG), "is there twice"),
        (entry("01-first", stat.S_IFREG), "is there twice"),
        (entry("01-first/01-one.md/x", stat.S_IFREG), "is there twice"),
        (entry("aux.md", stat.S_IFREG), "cannot be used on every machine"),
        (entry("dot.", stat.S_IFREG), "cannot be used on every machine"),
        (entry("a/" * 12 + "b", stat.S_IFREG), "too long or too deep"),
        (entry("n" * 300, stat.S_IFREG), "too long or too deep"),
        (entry("bomb.txt", stat.S_IFREG, "0" * 3_000_000), "more than 200 times its own size"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_this_is_refused(tmp_path: Path, more: Callable[[zipfile.ZipFile], None], said: str) -> None:
    source = zipped(tmp_path / "c.zip", FILES, more)
    with pytest.raises(UserError) as caught:
        add(source)
    assert said in str(caught.value)
    assert str(caught.value).isprintable()
    assert leftovers() == []
    assert not (tmp_path / "out.txt").exists()
    assert not Path("/etc/out.txt").exists()


@pytest.mark.parametrize(
    ("kind", "name", "link", "said"),
    [
        (tarfile.SYMTYPE, "link", "/etc/passwd", "is a symbolic link"),
        (tarfile.LNKTYPE, "link", "course.yaml", "is a hard link"),
        (tarfile.CHRTYPE, "disk", "", "is a device or a pipe"),
        (tarfile.FIFOTYPE, "pipe", "", "is a device or a pipe"),
        (tarfile.REGTYPE, "../out.txt", "", "leads out"),
        (tarfile.REGTYPE, "/out.txt", "", "leads out"),
        (tarfile.DIRTYPE, "../out", "", "leads out"),
    ],
)
def test_a_tar_with_this_is_refused(tmp_path: Path, kind: bytes, name: str, link: str, said: str) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    with pytest.raises(UserError, match=said):
        add(tarred(tmp_path / "c.tgz", info))
    assert leftovers() == []


def test_what_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = zipped(tmp_path / "many.zip", FILES | {f"a{n}.txt": "" for n in range(40)})
    monkeypatch.setattr(archive, "MOST_FILES", 30)
    with pytest.raises(UserError, match="more than 30 files"):
        add(many)
    monkeypatch.setattr(archive, "MOST_FILES", 5000)
    monkeypatch.setattr(archive, "_DIRECTORY", 2000)
    with pytest.raises(UserError, match="lists more files than a course has"):
        add(many)
    (tmp_path / "bomb.tgz").write_bytes(gzip.compress(b"\0" * 9_000_000))
    with pytest.raises(UserError, match=r"more than 200 times"):
        add(tmp_path / "bomb.tgz")
    monkeypatch.setattr(archive, "LARGEST_FILE", 100)
    with pytest.raises(UserError, match=r"is larger than 0 MB"):
        add(zipped(tmp_path / "large.zip", FILES | {"large.txt": "x" * 101}))
    monkeypatch.setattr(archive, "LARGEST_ARCHIVE", 100)
    with pytest.raises(UserError, match=r"is larger than 0 MB"):
        add(many)
    assert leftovers() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"course.yaml": ""}, "needs the key 'title'"),
        ({"course.yaml": "title: x\nname: small\n"}, "says no version"),
        ({"course.yaml": "title: x\nversion: 1\n"}, "says no name"),
        ({"course.yaml": "title: x\nname: ../x\nversion: 1\n"}, "is no name of a course"),
        ({"course.yaml": "title: x\nname: built-in\nversion: 1\n"}, "is no name of a course"),
        ({"course.yaml": "title: x\nname: x\nversion: new\n"}, "is no version"),
        ({"course.yaml": "title: !!python/object/apply:os.system [id]\nname: x\nversion: 1\n"}, "tags"),
        ({"01-first/01-one.md": None}, "has no lesson"),
        ({"course.yaml": None}, "has no course.yaml"),
    ],
)
def test_what_is_no_course(tmp_path: Path, changed: dict[str, str | None], said: str) -> None:
    files = {name: text for name, text in (FILES | changed).items() if text is not None}
    with pytest.raises(UserError) as caught:
        add(zipped(tmp_path / "c.zip", files))
    assert said in str(caught.value)
    assert leftovers() == []


def test_a_folder_with_a_link_or_a_pipe_is_refused(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / "c" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "c" / name).write_text(text)
    (tmp_path / "c" / "secret.md").symlink_to("/etc/passwd")
    with pytest.raises(UserError, match=r"'secret\.md' is a symbolic link"):
        add(tmp_path / "c")
    (tmp_path / "c" / "secret.md").unlink()
    os.mkfifo(tmp_path / "c" / "pipe.md")
    with pytest.raises(UserError, match=r"'pipe\.md' is a device or a pipe"):
        add(tmp_path / "c")
    assert leftovers() == []


def test_a_crash_between_two_renames_loses_nothing(tmp_path: Path) -> None:
    added = add(zipped(tmp_path / "c.zip", FILES))
    home = courses_folder()
    os.rename(added.course.folder, home / ".old-small.4000001")  # as a killed `add` would leave it
    (home / ".gone-small.4000002").mkdir()
    add(zipped(tmp_path / "d.zip", FILES | {"course.yaml": FILES["course.yaml"].replace("small", "other")}))
    assert [known.name for known in installed()] == ["other", "small"]
    assert (home / "small" / "course.yaml").read_text() == FILES["course.yaml"]
    assert len(leftovers()) == 2


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    return {"c.zip": zipped(folder / "c.zip", FILES).read_bytes(), "c.tgz": tarred(folder / "c.tgz").read_bytes()}


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(["c.zip", "c.tgz"]),
    edits=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.integers(0, 2000),
    unzipped=st.booleans(),
)
def test_damaged_archives(
    whole: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, name: str, edits: list[tuple[int, int]], cut: int,
    unzipped: bool,
) -> None:  # fmt: skip
    """Whatever became of its bytes, an archive gives files inside the folder, or one of our sentences."""
    raw = whole[name]
    raw = bytearray(gzip.decompress(raw) if unzipped and name == "c.tgz" else raw)
    for at, value in edits:
        raw[at % len(raw)] = value
    folder = tmp_path_factory.mktemp("damaged")
    source, target = folder / "archive", folder / "target"
    source.write_bytes(raw[: len(raw) - cut] if cut < len(raw) // 2 else raw)
    target.mkdir()
    with contextlib.suppress(UserError):
        archive.bring(source, target)
    assert {path.name for path in folder.iterdir()} == {"archive", "target"}
    assert all(not path.is_symlink() for path in target.rglob("*"))
