"""`dltutor warmup`: everything compiled once, so that labs start at once; with a GPU, which device is faster for which lab."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tutor.cli.output import Bar, print_json, table
from tutor.cli.parser import Parser, Wanted, json_option
from tutor.labs.spec import LabSpec

if TYPE_CHECKING:
    from tutor.engine.pick import Speed

EXAMPLE = """examples:
  dltutor warmup
  dltutor warmup --json"""


def configure(parser: Parser) -> None:
    json_option(parser)


def main(arguments: Wanted) -> int:
    from tutor.engine import prepare

    folder = prepare()
    from tutor.engine.warm import touch
    from tutor.labs import find_lab, lab_ids

    turns = [(lab, device) for lab in lab_ids() for device in _devices(find_lab(lab).spec)]
    took: list[tuple[str, str, float]] = []
    with Bar("compiling", len(turns)) as bar:
        for done, (lab, device) in enumerate(turns):
            bar.show(done, f"compiling {lab} for {device}", at_once=True)
            began = time.perf_counter()
            touch(lab, device)
            took.append((lab, device, time.perf_counter() - began))
    speeds = _measured() if any(device == "cuda" for _, device, _ in took) else {}
    whole = sum(seconds for *_, seconds in took)
    if arguments.json:
        labs = [{"lab": lab, "device": device, "seconds": round(seconds, 3)} for lab, device, seconds in took]
        print_json({"seconds": round(whole, 3), "folder": str(folder), "labs": labs, **_as_json(speeds)})
    else:
        print(table([(lab, device, f"{seconds:.2f} s") for lab, device, seconds in took], right=(2,)))
        if speeds:
            heads = ("steps a second", "cpu", "cuda")
            print(table([heads, *((lab, f"{s.cpu:,.0f}", f"{s.cuda:,.0f}") for lab, s in speeds.items())], right=(1, 2)))
        print(f"Everything is compiled, in {whole:.1f} s. It is kept in {folder}.")
    return 0


def _measured() -> dict[str, Speed]:
    """Which device is faster for the labs that have two, for `--device auto`; written down for the runs to come."""
    from tutor.engine.pick import measured, note
    from tutor.labs import find_lab, lab_ids

    labs = [lab for lab in lab_ids() if len(find_lab(lab).spec.devices) > 1]
    found = {}
    with Bar("measuring", len(labs)) as bar:
        for done, lab in enumerate(labs):
            bar.show(done, f"measuring {lab} on both devices", at_once=True)
            if (speed := measured(lab)) is not None:
                found[lab] = speed
    note(found)
    return found


def _as_json(speeds: dict[str, Speed]) -> dict[str, object]:
    return {"steps_per_second": {lab: {"cpu": s.cpu, "cuda": s.cuda} for lab, s in speeds.items()}} if speeds else {}


def _devices(spec: LabSpec) -> list[str]:
    """The devices that there are here, of those that the lab can use."""
    if "cuda" not in spec.devices:
        return list(spec.devices)
    from kernels.cuda.device import why_not

    return [device for device in spec.devices if device != "cuda" or not why_not()]
