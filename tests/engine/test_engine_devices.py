"""A run on two devices: it may go from one to the other, and leaves a GPU that fails without losing a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from walk import SPEC, Walk

from kernels.cuda.trouble import failure
from tutor.engine import pick
from tutor.engine.link import parse_link
from tutor.engine.run import Run
from tutor.engine.session import Session
from tutor.errors import BadLink, DeviceProblem, UserError
from tutor.labs.spec import Knobs, Plug, State

BOTH = replace(SPEC, devices=("cpu", "cuda"))


class CudaAPIError(Exception):
    """numba-cuda's, which says "[code] Call to … results in …"."""


class NvvmError(Exception): ...


class CudaSupportError(ImportError): ...


class CUDAError(Exception):
    """cuda.core's, which launches the kernels."""


class nvJitLinkError(Exception):
    """The linker's, in a small letter."""


class Machine(Walk):
    """The walk, which on its GPU goes a thousandth further at each step, and may fail."""

    spec = BOTH

    def __init__(self) -> None:
        self.fails: dict[int, Exception] = {}
        """What happens there in the step from here."""
        self.made: list[tuple[str, int]] = []

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        for _ in range(steps):
            at = int(state["step"][0])
            if device == "cuda":
                state["x"][0] += 0.001
                if at in self.fails:
                    raise self.fails[at]
            super().advance(state, knobs, 1, device, plug)
            self.made.append((device, at))


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr("kernels.cuda.device.why_not", lambda: "")
    return Machine()


def run_of(lab: Machine, text: str) -> Run:
    return Run(lab, parse_link(text, BOTH))


def test_a_run_goes_on_on_the_other_device_and_its_link_says_so(gpu: Machine) -> None:
    run = run_of(gpu, "walk?seed=3")
    run.advance(100)
    run.change("device", "cuda")
    run.advance(50)
    run.change("drift", 0.5)
    run.change("device", "cpu")
    run.advance(50)
    assert run.text == "walk?device@100=cuda&drift@150=0.5&device@150=cpu&seed=3"
    assert [gpu.made[k][0] for k in (99, 100, 149, 150)] == ["cpu", "cuda", "cuda", "cpu"]
    assert run.state["x"][0] - run_of_cpu(200).state["x"][0] == pytest.approx(50 * 0.001 + 50 * 0.5)
    replay = run_of(gpu, run.text)
    replay.advance(200)
    assert replay.hash() == run.hash()
    run.seek(120)
    assert run.device == "cuda"
    run.seek(200)
    assert run.hash() == replay.hash()


def run_of_cpu(steps: int) -> Run:
    run = Run(Walk(), parse_link("walk?seed=3", SPEC))
    run.advance(steps)
    return run


def test_at_the_start_the_whole_run_is_made_elsewhere(gpu: Machine) -> None:
    run = run_of(gpu, "walk?device@40=cpu&drift@50=1")
    run.change("device", "cuda")
    assert run.text == "walk?drift@50=1&device=cuda"
    run.change("device", "cpu")
    assert run.text == "walk?drift@50=1"


def test_a_switch_in_the_past_branches_there(gpu: Machine) -> None:
    run = run_of(gpu, "walk")
    run.advance(100)
    run.seek(60)
    run.change("device", "cuda")
    assert (run.step, run.head) == (60, 60)
    assert run.before_branch is not None


def test_a_device_that_is_not_there_is_refused_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernels.cuda.device.why_not", lambda: "numba-cuda is not installed")
    run = run_of(Machine(), "walk")
    run.advance(10)
    with pytest.raises(DeviceProblem, match="CUDA cannot be used here: numba-cuda is not installed"):
        run.change("device", "cuda")
    with pytest.raises(BadLink, match="cannot run on 'tpu'"):
        run.change("device", "tpu")
    assert (run.text, run.advance(10), run.step) == ("walk", "", 20)
    with pytest.raises(BadLink, match="does not say at which step"):
        parse_link("walk?device@now=cuda", BOTH)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (CudaAPIError("[2] Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY"), "the GPU has too little memory left"),
        (CudaAPIError("[700] Call to cuMemcpyDtoH results in CUDA_ERROR_ILLEGAL_ADDRESS"),
         "the GPU no longer answers (CUDA_ERROR_ILLEGAL_ADDRESS)"),
        (CudaAPIError("[<CUresult.CUDA_ERROR_ILLEGAL_ADDRESS: 700>] Call to it results in CUDA_ERROR_ILLEGAL_ADDRESS"),
         "the GPU no longer answers (CUDA_ERROR_ILLEGAL_ADDRESS)"),
        (CUDAError("CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES: This indicates that a launch did not occur"),
         "too few registers or too little shared memory"),
        (nvJitLinkError("ERROR_PTX_COMPILE (4)\nLinker error log: ptxas fatal"),
         "its kernel could not be compiled (nvJitLinkError: ERROR_PTX_COMPILE (4))"),
        (NvvmError("Failed to compile\n\n<unnamed>: parse error"),
         "its kernel could not be compiled (NvvmError: Failed to compile)"),
        (CudaSupportError("Error at driver init: \nCUDA driver library cannot be found"),
         "the CUDA driver does not answer (CUDA driver library cannot be found)"),
        (CudaAPIError("[701] Call to cuLaunchKernel results in CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES"),
         "too few registers or too little shared memory"),
        (DeviceProblem("CUDA cannot be used here: the net is too large", "run on the cpu"), "the net is too large"),
        (KeyError("odd"), "the GPU failed (KeyError: 'odd')"),
    ],
)  # fmt: skip
def test_what_fails_there_is_made_here_from_the_state_before(gpu: Machine, error: Exception, says: str) -> None:
    gpu.fails[57] = error
    told: list[tuple[int, str]] = []
    run = run_of(gpu, "walk?seed=3&device=cuda")
    run.on_fall = lambda run: told.append((run.step, run.fell))
    run.advance(200)
    assert run.text == "walk?device@57=cpu&seed=3&device=cuda"
    assert [step for step, _ in told] == [57]
    assert run.fell == told[0][1]
    assert run.fell.startswith("This run goes on on the CPU from step 57 on: ")
    assert says in run.fell
    assert run.fell.count("\n") == 0
    assert run.state["x"][0] - run_of_cpu(200).state["x"][0] == pytest.approx(57 * 0.001), "a failed chunk leaves nothing"
    assert len(run.log.curve("where", 10**6)[0]) == 201
    replay = run_of(gpu, run.text)
    replay.advance(200)
    assert (replay.hash(), replay.fell) == (run.hash(), "")


def test_a_gpu_that_fails_while_the_past_is_made_again(gpu: Machine) -> None:
    run = run_of(gpu, "walk?seed=3&device=cuda")
    run.advance(3000)
    gpu.fails = dict.fromkeys(range(3000), MemoryError())
    run.seek(2999)
    at = run.link.changes[-1].step
    assert (run.step, run.device) == (2999, "cpu")
    replay = run_of(gpu, run.text)
    gpu.fails = {}
    replay.advance(2999)
    assert replay.hash() == run.hash()
    steps, _ = run.log.curve("where", 10**6)
    assert at > 0
    assert steps.tolist() == replay.log.curve("where", 10**6)[0].tolist()


def test_the_learners_mistakes_are_not_the_gpus(gpu: Machine) -> None:
    gpu.fails[5] = UserError("your code divides by zero")
    run = run_of(gpu, "walk?device=cuda")
    with pytest.raises(UserError, match="divides by zero"):
        run.advance(10)
    assert run.device == "cuda"


def test_the_screen_is_told(monkeypatch: pytest.MonkeyPatch, gpu: Machine) -> None:
    gpu.fails[3] = MemoryError()
    monkeypatch.setattr("tutor.engine.session.find_lab", lambda lab_id: gpu)
    session = Session(lambda text, seconds: None)
    ask: Callable[..., dict[str, object]] = lambda **message: session.handle(message)  # noqa: E731
    ask(op="open", link="walk", plug="", step=0)
    ask(op="step", count=2)
    ask(op="change", knob="device", value="cuda")
    assert ask(op="frame", views=(), size=(1, 1))["device"] == "cuda"
    ask(op="step", count=5)
    frame = ask(op="frame", views=(), size=(1, 1))
    assert (frame["step"], frame["device"], frame["link"]) == (7, "cpu", "walk?device@2=cuda&device@3=cpu")
    assert frame["fell"] == "This run goes on on the CPU from step 3 on: the GPU has too little memory left."
    ask(op="change", knob="device", value="cuda")
    assert ask(op="frame", views=(), size=(1, 1))["fell"] == ""
    ask(op="restart", seed=None)
    assert ask(op="frame", views=(), size=(1, 1))["link"] == "walk?device=cuda", "it starts again where it was"


def test_what_a_gpu_has_to_compile_the_screen_waits_for(monkeypatch: pytest.MonkeyPatch, gpu: Machine) -> None:
    """A step that compiles takes longer than the screen waits for one: it must be made when the screen has been told."""
    told: list[tuple[str, float, int]] = []
    monkeypatch.setattr("tutor.engine.session.find_lab", lambda lab_id: gpu)
    session = Session(lambda text, seconds: told.append((text, seconds, len(gpu.made))))
    session.handle({"op": "open", "link": "walk", "plug": "", "step": 0})
    session.handle({"op": "step", "count": 10})
    before, made = session.run.hash(), len(gpu.made)
    del told[:]
    session.handle({"op": "change", "knob": "device", "value": "cuda"})
    ((text, seconds, told_at),) = told
    assert text.startswith("preparing the GPU")
    assert (seconds >= 60, told_at) == (True, made), "told first"
    assert gpu.made[made:] == [("cuda", 10)]
    assert (session.run.step, session.run.hash()) == (10, before), "and nothing has happened to the run"
    session.handle({"op": "change", "knob": "drift", "value": 0.5})
    assert len(told) == 1, "a live knob asks for no other kernel"
    session.handle({"op": "change", "knob": "device", "value": "cpu"})
    assert len(told) == 1
    gpu.fails[10] = MemoryError()
    session.handle({"op": "change", "knob": "device", "value": "cuda"})
    assert session.run.fell.endswith("the GPU has too little memory left."), "a GPU that fails is left at once"


@pytest.mark.parametrize(
    ("link", "wish", "runs"),
    [
        ("walk?seed=3", "auto", "walk?seed=3&device=cuda"),
        ("walk?seed=3", "cuda", "walk?seed=3&device=cuda"),
        ("walk?seed=3", "cpu", "walk?seed=3"),
        ("walk?seed=3", "", "walk?seed=3"),
        ("walk?seed=3&device=cpu", "auto", "walk?seed=3"),
    ],
)
def test_a_link_that_leaves_it_open_runs_where_the_learner_wants(
    monkeypatch: pytest.MonkeyPatch, gpu: Machine, link: str, wish: str, runs: str
) -> None:
    monkeypatch.setattr("tutor.engine.session.find_lab", lambda lab_id: gpu)
    monkeypatch.setattr(pick, "speeds", lambda: {"walk": pick.Speed(1.0, 9.0)})
    session = Session(lambda text, seconds: None)
    session.handle({"op": "open", "link": link, "plug": "", "step": 0, "device": wish})
    frame = session.handle({"op": "frame", "views": (), "size": (1, 1)})
    assert (frame["link"], frame["device"]) == (runs, "cuda" if "cuda" in runs else "cpu")
    monkeypatch.setattr(pick, "speeds", dict)
    session.handle({"op": "open", "link": "walk", "plug": "", "step": 0, "device": "auto"})
    assert session.run.text == "walk", "nothing was measured"
    assert pick.wished(SPEC, "cuda") == "cpu", "a lab without kernels for it"


def test_opening_a_run_without_its_gpu_says_so(monkeypatch: pytest.MonkeyPatch, gpu: Machine) -> None:
    gpu.fails[0] = DeviceProblem("CUDA cannot be used here: this machine has no NVIDIA GPU", "run on the cpu")
    monkeypatch.setattr("tutor.engine.session.find_lab", lambda lab_id: gpu)
    session = Session(lambda text, seconds: None)
    session.handle({"op": "open", "link": "walk?device=cuda", "plug": "", "step": 0})
    frame = session.handle({"op": "frame", "views": (), "size": (1, 1)})
    assert (frame["link"], frame["device"]) == ("walk", "cpu")
    assert frame["fell"] == "This run goes on on the CPU from its start: this machine has no NVIDIA GPU."


def test_the_faster_device_is_what_was_measured(monkeypatch: pytest.MonkeyPatch, gpu: Machine, tmp_path: Path) -> None:
    monkeypatch.setattr(pick, "table_file", lambda: tmp_path / "there" / "devices.json")
    monkeypatch.setattr(pick, "gpu", lambda: "Some GPU")
    assert pick.faster(BOTH) == "cpu", "nothing was measured"
    assert (
        pick.note({"walk": pick.Speed(100.0, 500.0), "other": pick.Speed(100.0, 50.0)}) == tmp_path / "there" / "devices.json"
    )
    assert pick.faster(BOTH) == "cuda"
    assert pick.faster(replace(BOTH, id="other")) == "cpu"
    assert pick.faster(replace(BOTH, devices=("cpu",))) == "cpu"
    pick.note({"walk": pick.Speed(100.0, 105.0)})
    assert pick.faster(BOTH) == "cpu", "about as fast is not faster"
    assert set(pick.speeds()) == {"walk", "other"}
    pick.note({"walk": pick.Speed(1.0, 9.0)})
    monkeypatch.setattr(pick, "gpu", lambda: "Another GPU")
    assert pick.faster(BOTH) == "cpu"
    monkeypatch.setattr(pick, "gpu", lambda: "Some GPU")
    monkeypatch.setattr(pick, "why_not", lambda: "no driver")
    assert pick.faster(BOTH) == "cpu"
    for text in (
        "",
        "[]",
        '{"gpu": "Some GPU", "labs": [1]}',
        '{"gpu": "Some GPU", "labs": {"walk": {"cpu": "x"}}}',
        "[" * 10**5,
    ):
        pick.table_file().write_text(text)
        assert pick.speeds() == {}
    monkeypatch.setattr(pick, "table_file", lambda: tmp_path / "devices.json" / "no" / "folder")
    (tmp_path / "devices.json").write_text("a file")
    assert pick.note({"walk": pick.Speed(1.0, 9.0)}) is None


def test_a_lab_is_measured_on_both(monkeypatch: pytest.MonkeyPatch, gpu: Machine) -> None:
    monkeypatch.setattr(pick, "find_lab", lambda lab_id: gpu)
    monkeypatch.setattr("tutor.engine.versus._MEASURING", 0.01)
    speed = pick.measured("walk")
    assert speed is not None
    assert min(speed.cpu, speed.cuda) > 0
    gpu.fails = dict.fromkeys(range(10**5), MemoryError())
    assert pick.measured("walk") is None


def test_a_driver_has_room_and_its_compiler_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tutor.engine import sandbox
    from tutor.engine.process import environment
    from tutor.engine.worker import limits

    less, more = limits(False), limits(True)
    assert less.memory < more.memory
    assert less.open_files < more.open_files
    monkeypatch.setattr(sandbox, "_CUDA", tmp_path)
    assert sandbox.has_gpu()
    monkeypatch.setenv("CONDA_PREFIX", "/opt/conda")
    monkeypatch.setenv("CUDA_HOME", "/opt/cuda")
    assert {"CONDA_PREFIX": "/opt/conda", "CUDA_HOME": "/opt/cuda"}.items() <= environment().items()


def test_every_failure_is_one_short_line() -> None:
    long = failure(RuntimeError("x" * 10**4 + "\nmore"))
    assert len(long) < 200
    assert "\n" not in long
    assert failure(RuntimeError()) == "the GPU failed (RuntimeError)"
