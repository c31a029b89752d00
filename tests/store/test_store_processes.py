"""What only several processes can show: a kill at any instant, two sessions at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tutor.store import Store

# Answers one number after the other; each is printed after the store has taken it.
WRITER = """
import os, sys
from pathlib import Path
from tutor.store import Store
store = Store.open(Path(sys.argv[1]))
first, count = int(sys.argv[2]), int(sys.argv[3])
os.write(1, b"ready\\n")
for number in range(first, first + count):
    store.answer("", "lesson", "task", str(number), True)
    os.write(1, b"%d\\n" % number)
"""


def writer(folder: Path, first: int, count: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WRITER, str(folder), str(first), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def test_no_acknowledged_answer_is_lost_to_kill_9(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for turn in range(8):
        process = writer(tmp_path, turn * 1000, 1000)
        assert process.stdout is not None
        # A different number of lines each time, and then the kill falls wherever the next write happens to be.
        lines = [process.stdout.readline() for _ in range(2 + 3 * turn)]
        os.kill(process.pid, signal.SIGKILL)
        lines += process.stdout.read().splitlines(keepends=True)
        process.wait()
        process.stdout.close()
        acknowledged += [line.decode().strip() for line in lines if line.endswith(b"\n") and line != b"ready\n"]
        with Store.open(tmp_path) as store:
            assert store.notice == ""
            kept = [answer.given for answer in store.answers("", "lesson")]
        assert [given for given in kept if given in set(acknowledged)] == acknowledged
        assert len(kept) <= len(acknowledged) + turn + 1  # at most the one in flight is there beside them
    assert len(acknowledged) > 50


def test_two_sessions_write_at_once(tmp_path: Path) -> None:
    both = [writer(tmp_path, 0, 60), writer(tmp_path, 1000, 60)]  # they also make the file at once
    assert [process.wait(60) for process in both] == [0, 0]
    for process in both:
        assert process.stdout is not None
        process.stdout.close()
    with Store.open(tmp_path) as store:
        kept = [int(answer.given) for answer in store.answers("", "lesson")]
    assert [number for number in kept if number < 1000] == list(range(60))
    assert [number for number in kept if number >= 1000] == list(range(1000, 1060))
