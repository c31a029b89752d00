"""What chapter 11 states in numbers."""

from __future__ import annotations

from lesson_numbers import LabRun, says

from tutor.labs.machines.lab import net_of


def test_the_size_of_the_step() -> None:
    batch, inputs, hidden, classes = 32, 64, 32, 10
    assert int(net_of(hidden).weights[-1]) == 2410
    forward = batch * hidden * (inputs + classes)
    assert round(2 * forward + batch * hidden * classes, -4) == 160_000
    assert inputs * hidden * batch == 65_536
    says("11-machines/same-step", "has 2 410 weights", "about 160 000 pairs of numbers", "answer: 65536")


def test_the_net_gets_to_nine_of_ten() -> None:
    assert LabRun("machines").step(300)["accuracy"] >= 0.9


def test_the_libraries() -> None:
    assert LabRun("libraries").metrics()["ended"] == 5
    assert LabRun("libraries").metrics()["most"] == 16
    speed = {
        name: LabRun("libraries?criterion=speed", library=name).metrics()["pluses"] for name in ("Torch", "TensorFlow", "CNTK")
    }
    assert speed == {"Torch": 3, "TensorFlow": 2, "CNTK": 2}
    says("11-machines/libraries", "TensorFlow got the most pluses, 16", "Five have ended: Theano, Caffe, MXNet, Neon and CNTK")
