"""`dltutor run --device`, and what it says where a GPU fails on the way."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Any

import pytest
from cli_samples import Call

XOR = "xor?nets=2"


def events(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU that seems to be there."""
    if find_spec("numba_cuda") is None:
        pytest.skip("numba-cuda is not installed")
    monkeypatch.setattr("kernels.cuda.device.why_not", lambda: "")
    monkeypatch.setattr("kernels.cuda.device.name", lambda: "Some GPU")


@pytest.fixture
def failing(gpu: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no memory left: numba-cuda says it in its own way."""
    from numba.cuda.cudadrv.driver import CudaAPIError

    def launch(*_: object) -> None:
        raise CudaAPIError(2, "Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY")

    monkeypatch.setattr("kernels.cuda.mlp.train_each", launch)
    monkeypatch.setattr("kernels.cuda.mlp.train", launch)


SAYS = "This run goes on on the CPU from its start: the GPU has too little memory left."


def test_a_gpu_that_fails_is_left_and_the_run_is_whole(call: Call, failing: None) -> None:
    done = call("run", XOR, "--device", "cuda", "--steps", "20", "--every", "10", "--json")
    assert done.status == 0
    assert done.err == f"dltutor: {SAYS}\n"
    told = events(done.out)
    assert [event["event"] for event in told] == ["start", "device", "metrics", "metrics", "end"]
    assert told[0]["device"] == "cuda"
    assert told[1] == {"event": "device", "step": 0, "device": "cpu", "why": SAYS}
    alone = events(call("run", XOR, "--device", "cpu", "--steps", "20", "--json").out)
    assert told[-1]["state_sha256"] == alone[-1]["state_sha256"], "nothing is lost"
    done = call("run", XOR, "--device", "cuda", "--steps", "20")
    assert SAYS in done.err
    assert "s on cpu." in done.out


def test_auto_takes_what_was_measured_to_be_faster(call: Call, failing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from tutor.engine import pick

    start = events(call("run", XOR, "--steps", "1", "--json").out)[0]
    assert (start["device"], start["link"]) == ("cpu", XOR), "nothing was measured"
    monkeypatch.setattr(pick, "speeds", lambda: {"xor": pick.Speed(1.0, 10.0)})
    start = events(call("run", XOR, "--steps", "1", "--json").out)[0]
    assert (start["device"], start["link"]) == ("cuda", f"{XOR}&device=cuda"), "the link makes the same run elsewhere"
    start = events(call("run", f"{XOR}&device=cpu", "--steps", "1", "--json").out)[0]
    assert start["device"] == "cpu", "the link has the last word"
    assert events(call("run", "gd", "--steps", "1", "--json").out)[0]["device"] == "cpu"


def test_warmup_measures_where_there_is_a_gpu(call: Call, gpu: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from tutor.engine import pick

    monkeypatch.setattr("tutor.labs.lab_ids", lambda: ("neuron", "xor"))
    monkeypatch.setattr("tutor.engine.warm.touch", lambda lab, device: None)
    monkeypatch.setattr(pick, "measured", lambda lab: pick.Speed(10.0, 2000.0))
    assert call("warmup", "--json").json["steps_per_second"] == {"xor": {"cpu": 10.0, "cuda": 2000.0}}
    out = call("warmup").out
    assert out.split().count("xor") == 3, "compiled for both, and measured"
    assert "2,000" in out


def test_a_link_that_changes_its_device_is_read(call: Call) -> None:
    done = call("run", f"{XOR}&device@5=tpu")
    assert done.status == 2
    assert "cannot run on 'tpu'" in done.err
    done = call("run", "neuron?device@5=cuda")
    assert done.status == 2
    assert "cannot run on 'cuda'" in done.err
