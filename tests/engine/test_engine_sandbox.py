"""What code in the worker and the judge can reach; where the system enforces nothing, the program works all the same."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.engine import sandbox
from tutor.engine.client import Worker
from tutor.engine.process import environment

TRY = """
import json, os, resource, socket, sys
from pathlib import Path
from tutor.engine.limits import Limits, impose
from tutor.engine.sandbox import confine
secret, scratch, parent = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
impose(Limits(open_files=40))
said = confine(scratch)
def refused(act):
    try:
        act()
    except PermissionError:
        return True
    except Exception as error:
        return repr(error)
    return False
def tempfiles():
    import tempfile
    tempfile.TemporaryFile().close()
found = {
    "read": refused(secret.read_text), "write": refused(lambda: secret.write_text("x")),
    "list": refused(lambda: os.listdir(secret.parent)), "make": refused(lambda: (secret.parent / "new").mkdir()),
    "move": refused(lambda: os.rename(secret, scratch / "moved")), "link": refused(lambda: os.link(secret, scratch / "linked")),
    "cut": refused(lambda: os.truncate(secret, 0)), "remove": refused(secret.unlink),
    "through a link": refused(lambda: ((scratch / "s").symlink_to(secret), (scratch / "s").read_text())),
    "environment": refused(lambda: open(f"/proc/{parent}/environ").read()),
    "internet": refused(lambda: socket.socket(socket.AF_INET)), "internet6": refused(lambda: socket.socket(socket.AF_INET6)),
    "local": refused(lambda: socket.socket(socket.AF_UNIX)), "packets": refused(lambda: socket.socket(17, socket.SOCK_RAW)),
    "signal": refused(lambda: os.kill(parent, 0)),
    "may write": refused(lambda: (scratch / "own").write_text("x")), "may load": refused(lambda: __import__("colorsys")),
    "may make temporary files": refused(tempfiles),
    "may start a process": refused(lambda: os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)),
    "its children too": refused(lambda: __import__("subprocess").run(["/bin/cat", str(secret)], check=True)),
    "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
}
print(json.dumps([said.network, said.files, said.signals, found]))
"""


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> tuple[bool, bool, bool, dict[str, object]]:
    folder = tmp_path_factory.mktemp("confined")
    (folder / "home").mkdir()
    (folder / "scratch").mkdir()
    secret = folder / "home/secret"
    secret.write_text("secret")
    done = subprocess.run(
        [sys.executable, "-c", TRY, str(secret), str(folder / "scratch"), str(os.getpid())],
        capture_output=True, text=True, env={**environment(), "DLTUTOR_HOME": str(folder / "elsewhere")}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    network, files, signals, found = json.loads(done.stdout)
    assert secret.read_text() == "secret" or not files
    return network, files, signals, found


def test_what_is_allowed_works(tried: tuple[bool, bool, bool, dict[str, object]]) -> None:
    found = tried[3]
    assert {name: how for name, how in found.items() if name.startswith("may ") and how is not False} == {}
    assert found["files"] == 40


def test_there_is_no_network(tried: tuple[bool, bool, bool, dict[str, object]]) -> None:
    network, _, _, found = tried
    if not network:
        pytest.skip("this system has no seccomp filters for this processor")
    assert [found[name] for name in ("internet", "internet6", "packets")] == [True, True, True]
    assert found["local"] is True or Path("/dev/nvidiactl").exists()


def test_other_files_and_processes_are_out_of_reach(tried: tuple[bool, bool, bool, dict[str, object]]) -> None:
    _, files, signals, found = tried
    if not files:
        pytest.skip("this system has no Landlock")
    names = ("read", "write", "list", "make", "remove", "through a link", "environment")
    assert {name: found[name] for name in names if found[name] is not True} == {}
    assert found["move"] is not False
    assert found["link"] is not False
    assert "CalledProcessError" in str(found["its children too"])
    assert found["signal"] is True or not signals


def test_the_environment_holds_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "GITHUB_TOKEN", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(name, "secret")
    assert "secret" not in environment().values()


def test_a_run_on_the_learners_code_needs_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker cannot read the learner's file; it gets the text. What the code tries outside fails, and says so."""
    file = tmp_path / "perceptron_update.py"
    file.write_text("def update(w, b, x, t, rate):\n    open('/tmp/never', 'w')\n    return w, b\n")

    async def run() -> str:
        worker = Worker()
        try:
            await worker.open("perceptron?data=and&seed=3", plug=file)
            await worker.step(1)
            return "it ran"
        except Exception as error:
            return str(error)
        finally:
            await worker.close()

    said = asyncio.run(run())
    if sandbox.platform.machine() in sandbox._SOCKET and not Path("/dev/nvidiactl").exists():
        assert said.startswith("perceptron_update.py:2: PermissionError"), said
    monkeypatch.setenv("DLTUTOR_SANDBOX", "off")
    assert sandbox.confine() == sandbox.Enforced()
