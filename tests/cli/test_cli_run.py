"""`dltutor run`, the labs and the compiler's warm-up."""

from __future__ import annotations

import json
import math
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_samples import Call

from tutor.cli.output import print_event
from tutor.draw import Look, draw, plain
from tutor.engine.link import parse_link
from tutor.engine.run import Run
from tutor.labs import find_lab, lab_ids

ROOT = Path(__file__).parents[2]
AND = "perceptron?data=and&seed=3"


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line, parse_constant=lambda name: pytest.fail(name)) for line in text.splitlines()]


def test_the_three_events_have_exactly_their_shape(call: Call) -> None:
    done = call("run", AND, "--until", "errors == 0", "--every", "10", "--json")
    assert done.status == 0
    assert done.err == ""
    start, *middle, end = events(done.out)
    spec = find_lab("perceptron").spec
    assert list(start) == ["event", "lab", "link", "knobs", "seed", "device"]
    assert (start["lab"], start["link"], start["seed"]) == ("perceptron", "perceptron?seed=3", 3)
    assert start["knobs"] == {knob.name: knob.default for knob in spec.knobs}
    assert [event["step"] for event in middle] == list(range(10, end["step"] + 1, 10))
    assert all(list(event) == ["event", "step", "metrics"] for event in middle)
    assert list(end) == ["event", "reason", "step", "seconds", "metrics", "state_sha256"]
    assert set(end["metrics"]) == {metric.name for metric in spec.metrics}
    assert (end["reason"], end["metrics"]["errors"]) == ("until", 0.0)
    assert len(end["state_sha256"]) == 64


def test_how_often_it_reports_changes_nothing(call: Call) -> None:
    ends = []
    for every in ("1", "7", "1000"):
        done = call("run", AND, "--until", "errors == 0", "--every", every, "--json")
        end = events(done.out)[-1]
        ends.append((end["step"], end["reason"], end["metrics"], end["state_sha256"]))
    assert ends[0] == ends[1] == ends[2]


def test_a_sweep_gives_a_line_for_each_run_and_each_link_makes_it_again(call: Call) -> None:
    done = call("run", "gd", "--sweep", "rate=0.05,0.1", "--sweep", "seed=0..1", "--steps", "20", "--json")
    assert (done.status, done.err) == (0, "")
    start, *runs, end = events(done.out)
    assert (start["event"], start["sweep"], start["runs"], start["steps"]) == (
        "sweep",
        {"rate": [0.05, 0.1], "seed": [0, 1]},
        4,
        20,
    )
    assert [(run["run"], run["sweep"]) for run in runs] == [
        (k, {"rate": rate, "seed": seed}) for k, (rate, seed) in enumerate((r, s) for r in (0.05, 0.1) for s in (0, 1))
    ]
    assert end == {"event": "end", "runs": 4, "failed": 0, "reached": 0}
    alone = events(call("run", runs[3]["link"], "--steps", "20", "--json").out)[-1]
    for key in ("reason", "step", "metrics", "state_sha256"):
        assert runs[3][key] == alone[key]


def test_two_sweeps_for_people_make_a_map_and_say_what_it_comes_to(call: Call) -> None:
    done = call(
        "run", "race?dimensions=2&racers=momentum", "--sweep", "rate=0.5,1", "--sweep", "condition=1,50", "--steps", "30"
    )
    assert done.status == 0, done.err
    lines = done.out.splitlines()
    assert lines[:2] == ["GD", "κ (log) ↓   rate (log) →"]
    assert any(line.split()[:2] == ["1", "A"] for line in lines), "the row of κ = 1 begins with the best letter"
    assert any(line.startswith("best GD ") and line.endswith("; 1 of 4 finished") for line in lines)
    (head,) = [line for line in lines if line.startswith("rate  condition")]
    assert "link" in head
    assert sum("race?" in line for line in lines) == 4


def test_the_view_that_is_a_map_sweeps_by_itself(call: Call) -> None:
    done = call("run", "playground?hidden=2", "--view", "sweep", "--steps", "1", "--size", "60x14")
    assert done.status == 0, done.err
    assert done.out.startswith("accuracy\nseed ↓   rate ρ (log) →\n")
    assert done.out.count("playground?") == 64


def test_a_sweep_for_people_shows_curves_and_a_table(call: Call) -> None:
    done = call("run", "gd", "--sweep", "rate=0.01,0.1", "--steps", "40", "--until", "loss < 0.001", "--size", "70x14")
    assert done.status == 1  # the slower one does not reach it
    assert done.err == ""
    lines = done.out.splitlines()
    assert "rate 0.01" in lines[0]
    assert "rate 0.1" in lines[0]
    head = next(k for k, line in enumerate(lines) if line.split()[:3] == ["rate", "step", "end"])
    assert head == 14
    assert lines[head].split()[-1] == "link"
    assert "loss_b" not in lines[head]
    assert [line.split()[2] for line in lines[head + 1 :]] == ["steps", "until"]
    assert [line.split()[-1] for line in lines[head + 1 :]] == ["gd?rate=0.01", "gd?rate=0.1"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--sweep", "rat=1,2"], "'gd' has no knob 'rat'; did you mean 'rate'?"),
        (["--sweep", "rate=1,x"], "rate must be a number, not 'x'"),
        (["--sweep", "seed=0..900"], "901 runs are too many at once; ask for at most 200"),
        (["--sweep", "rate=1,2", "--sweep", "rate=1,2"], "'rate' is swept twice"),
        (["--sweep", "rate=1,2", "--every", "5"], "a sweep reports the end of each run only"),
    ],
)
def test_a_wrong_sweep_is_one_sentence(call: Call, wrong: list[str], says: str) -> None:
    done = call("run", "gd", *wrong)
    assert (done.status, done.out) == (2, "")
    assert says in done.err
    assert len(done.err.splitlines()) == 1


def test_a_run_with_a_knob_turned_on_the_way_replays_from_its_link(call: Call) -> None:
    ends = [events(call("run", "gd?rate=0.05&rate@10=0.1", "--steps", "25", "--every", every, "--json").out) for every in "39"]
    assert ends[0][0]["link"] == "gd?rate=0.05&rate@10=0.1"
    assert ends[0][-1]["state_sha256"] == ends[1][-1]["state_sha256"]


def test_what_cannot_be_reached_is_exit_1(call: Call) -> None:
    done = call("run", "perceptron", "--set", "data=xor", "--seed", "5", "--steps", "200", "--until", "errors == 0", "--json")
    start, *_, end = events(done.out)
    assert done.status == 1
    assert start["link"] == "perceptron?data=xor&seed=5"
    assert (end["reason"], end["step"]) == ("steps", 200)
    assert end["metrics"]["bound"] == "inf"


def test_no_steps_and_a_condition_that_holds_at_once(call: Call) -> None:
    done = call("run", AND, "--steps", "0", "--json")
    assert done.status == 0
    assert [event["event"] for event in events(done.out)] == ["start", "end"]
    done = call("run", AND, "--until", "mistakes == 0", "--json")
    assert (done.status, events(done.out)[-1]["step"]) == (0, 0)
    done = call("run", AND, "--steps", "3", "--until", "epoch == 0.75 or errors >= 0", "--json")
    assert (done.status, events(done.out)[-1]["reason"]) == (0, "until")


def test_for_people_a_plot_a_table_and_words(call: Call) -> None:
    done = call("run", AND, "--until", "errors == 0", "--view", "mistakes", "--size", "60x12")
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[0] == "perceptron?seed=3"
    assert "mistakes" in lines[1]
    head = next(k for k, line in enumerate(lines) if line.lstrip().startswith("example  mistakes"))
    assert head == 13  # the link, then the twelve rows that were asked for
    assert "The condition holds at example" in lines[-1]
    assert "\x1b" not in done.out


SMALL = {
    "regularizers": "?n=20&hidden=4&epochs=2",
    "small-data": "?hidden=4&updates=10",
    "init": "?width=16",
    "resnet": "?depth=4&width=4",
    "depth": "?depth=4&width=4",
}
"""Of labs that take long, a small run."""


@pytest.mark.parametrize("lab", lab_ids())
def test_every_lab_runs_and_shows_each_view(call: Call, lab: str) -> None:
    link, steps = lab + SMALL.get(lab, ""), 2 if lab in ("transfer", "fine-tune", "inception") else 5
    done = call("run", link, "--steps", str(steps), "--size", "40x12")
    assert (done.status, done.err) == (0, "")
    spec = find_lab(lab).spec
    one = Run(find_lab(lab), parse_link(link, spec))
    one.advance(steps)
    for view in spec.views:
        shown = plain(draw(one.view(view.name, (40, 12)), (40, 12), Look()))
        assert shown.strip(), view.name
        assert "cannot be drawn" not in shown, view.name


def test_numbers_that_json_does_not_have(capsys: pytest.CaptureFixture[str]) -> None:
    print_event({"a": math.inf, "b": [-math.inf, 1.5], "c": {"d": math.nan}, "e": True, "f": "text"})
    assert json.loads(capsys.readouterr().out) == {"a": "inf", "b": ["-inf", 1.5], "c": {"d": "nan"}, "e": True, "f": "text"}


def test_a_lab_that_fails_is_exit_3(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def advance(*_: object) -> None:
        raise FloatingPointError("inside")

    monkeypatch.setattr(find_lab("perceptron"), "advance", advance, raising=False)
    done = call("run", AND, "--json")
    assert done.status == 3
    assert done.err.startswith("dltutor: FloatingPointError: inside; the details are in ")
    assert [event["event"] for event in events(done.out)] == ["start"]


def test_cuda_that_is_not_there_says_why(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernels.cuda.device.why_not", lambda: "there is no such thing")
    done = call("run", AND, "--device", "cuda")
    assert done.status == 2
    assert "there is no such thing; use --device cpu" in done.err
    assert '"device": "cpu"' in call("run", AND, "--steps", "1", "--json").out


def test_labs_are_described(call: Call) -> None:
    assert [lab["id"] for lab in call("labs", "--json").json] == list(lab_ids())
    assert all(lab in call("labs").out for lab in lab_ids())
    described = call("labs", "perceptron")
    spec = find_lab("perceptron").spec
    assert all(knob.name in described.out for knob in spec.knobs)
    assert call("labs", "perceptron", "--json").json["steps"] == spec.steps


def test_warmup_runs_every_lab(call: Call) -> None:
    done = call("warmup", "--json")
    assert done.status == 0
    assert {lab["lab"] for lab in done.json["labs"]} == set(lab_ids())
    assert Path(done.json["folder"]).is_dir()


def test_a_run_on_a_terminal_shows_a_bar_and_ctrl_c_ends_it_cleanly() -> None:
    """One process: stderr is a terminal, stdout a pipe that gets nothing but JSON lines."""
    ours, theirs = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "tutor",
        "run",
        "perceptron?data=overlap",
        "--steps",
        "1000000000",
        "--every",
        "50000",
        "--json",
    ]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # the tests may run where ctrl+c is ignored (`&`)
    )
    os.close(theirs)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(3)]  # it is well under way
    os.kill(process.pid, signal.SIGINT)
    lines += process.stdout.read().splitlines(keepends=True)
    assert process.wait(60) == 130
    process.stdout.close()
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(ours)
    assert b"perceptron [" in shown
    assert b"Traceback" not in shown
    assert shown.endswith(b"\r\x1b[K")  # the bar is gone
    kinds = [event["event"] for event in events(b"".join(lines).decode())]
    assert kinds == ["start", *["metrics"] * (len(kinds) - 1)]


def test_a_reader_that_leaves_is_no_error() -> None:
    command = [sys.executable, "-m", "tutor", "labs", "perceptron", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 141
