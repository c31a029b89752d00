"""However a session ends, nothing is lost, nothing is left running, and the next one is where the last one was."""

from __future__ import annotations

import os
import signal

from harness import all_gone, spot, start, state, until_noted

from tutor.cli.bench.probe import family
from tutor.store import Store


def test_a_signal_ends_all_puts_the_terminal_back_and_keeps_the_running_lab() -> None:
    with start("perceptron?data=overlap&seed=5") as probe:
        assert probe.wait_for("every weight is 0", 30)
        probe.send("2 ")
        until_noted(probe, lambda now: now.playing and now.step > 2)
        processes = family(probe.pid)
        assert len(processes) > 1
        os.kill(probe.pid, signal.SIGTERM)
        assert probe.wait(10) == 128 + signal.SIGTERM
        assert probe.restored()
        assert b"Traceback" not in probe.received
        assert all_gone(probe, processes)
    left = spot()
    assert (left.screen, left.view, left.playing) == ("lab", "mistakes", True)
    with start() as probe:
        until_noted(probe, lambda now: now.playing and now.step > left.step)
        assert (spot().link, spot().view) == (left.link, left.view)
        assert probe.wait_for("seed=5", 10)


def test_a_dropped_link_ends_the_program_and_the_lab_waits_where_it_was() -> None:
    with start("perceptron?data=blobs&seed=3") as probe:
        assert probe.wait_for("every weight is 0", 30)
        probe.send(".....")
        until_noted(probe, lambda now: now.step == 5)
        processes = family(probe.pid)
        os.close(probe._terminal)
        probe._terminal = os.open(os.devnull, os.O_RDWR)
        assert probe.wait(10) == 128 + signal.SIGHUP
        assert all_gone(probe, processes)
    assert not (state() / "dltutor.log").exists()
    left = spot()
    with start() as probe:
        assert probe.wait_for("paused", 30)
        assert probe.wait_for("example 5", 10)
        probe.send(".")
        until_noted(probe, lambda now: now.step == 6)
        assert (spot().link, spot().playing) == (left.link, False)


def test_a_terminal_that_takes_nothing_more_does_not_keep_the_program_alive() -> None:
    with start("perceptron?data=overlap&seed=5") as probe:
        assert probe.wait_for("every weight is 0", 30)
        probe.send("+" * 20 + " ")
        assert probe.wait_for("running", 10)
        processes = family(probe.pid)
        # From here on nobody reads: its queue fills, and it waits for the terminal.
        probe.send("".join("\t?q" for _ in range(400)))
        before = probe._terminal
        probe._terminal = os.open(os.devnull, os.O_RDWR)
        probe.watch(1.5, lambda: False)
        os.kill(probe.pid, signal.SIGTERM)
        assert probe.wait(10) == 128 + signal.SIGTERM
        assert all_gone(probe, processes)
        os.close(before)
    assert spot().screen == "lab"


def test_a_theme_that_is_asked_for_is_remembered() -> None:
    with start("01-first/words", "--theme", "light") as probe:
        assert probe.wait_for("first page", 60)
        probe.send("\x11")
        assert probe.wait(20) == 0
    with Store.open(state()) as store:
        assert store.setting("theme") == "light"
