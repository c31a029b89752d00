"""`dltutor warmup`: everything compiled once, so that labs start at once; with a GPU, which device is faster for which lab."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.cli.output import Bar, print_json, table
from tutor.cli.parser import Parser, Wanted, json_option
from tutor.engine.shared import open_to_all
from tutor.errors import BadLink, nearest
from tutor.labs.spec import LabSpec

if TYPE_CHECKING:
    from tutor.engine.pick import Speed

EXAMPLE = """examples:
  dltutor warmup
  dltutor warmup perceptron playground
  dltutor warmup --json
  sudo dltutor warmup --shared          (for all users of this machine)
  dltutor warmup --shared /opt/course/kernels

Shared kernels are looked for in /var/cache/dltutor, or in the folder that DLTUTOR_SHARED names. Users never write there; what
does not fit their version or processor they compile for themselves."""


def configure(parser: Parser) -> None:
    parser.add_argument("labs", metavar="LAB", nargs="*", help="which labs (default: all)")
    parser.add_argument(
        "--shared", metavar="FOLDER", nargs="?", const="", help="compile into a folder that all users of this machine read"
    )
    json_option(parser)


def main(arguments: Wanted) -> int:
    from tutor.engine.cache import prepare, prepare_shared
    from tutor.labs import find_lab, lab_ids

    for lab in arguments.labs:
        if lab not in lab_ids():
            raise BadLink(f"there is no lab {lab!r}", nearest(lab, lab_ids()))
    shared = arguments.shared is not None
    folder = prepare_shared(Path(arguments.shared) if arguments.shared else None) if shared else prepare()
    from tutor.engine.compiling import mark
    from tutor.engine.warm import MARKER, touch

    before = _kernels(folder)
    turns = [(lab, device) for lab in arguments.labs or lab_ids() for device in _devices(find_lab(lab).spec)]
    took: list[tuple[str, str, float]] = []
    with Bar("compiling", len(turns)) as bar:
        for done, (lab, device) in enumerate(turns):
            bar.show(done, f"compiling {lab} for {device}", at_once=True)
            began = time.perf_counter()
            touch(lab, device)
            mark(lab)
            took.append((lab, device, time.perf_counter() - began))
    compiled = len(_kernels(folder) - before)
    if not (arguments.labs or (folder / MARKER).exists()):
        (folder / MARKER).touch()
    if shared:
        open_to_all(folder.parent)
    speeds = measured(arguments.labs) if any(device == "cuda" for _, device, _ in took) else {}
    whole = sum(seconds for *_, seconds in took)
    if arguments.json:
        labs = [{"lab": lab, "device": device, "seconds": round(seconds, 3)} for lab, device, seconds in took]
        print_json({"seconds": round(whole, 3), "compiled": compiled, "folder": str(folder), "labs": labs, **_as_json(speeds)})
    else:
        print(table([(lab, device, f"{seconds:.2f} s") for lab, device, seconds in took], right=(2,)))
        if speeds:
            heads = ("steps a second", "cpu", "cuda")
            print(table([heads, *((lab, f"{s.cpu:,.0f}", f"{s.cuda:,.0f}") for lab, s in speeds.items())], right=(1, 2)))
        what = "What was named" if arguments.labs else "Everything"
        print(f"{what} is compiled, in {whole:.1f} s ({compiled} kernels were missing). It is kept in {folder}.")
        if shared:
            print(_told(folder.parents[1]))
    return 0


def _kernels(folder: Path) -> set[Path]:
    """The compiled kernels that are in this folder itself, not linked from elsewhere."""
    return {file for file in folder.rglob("*.nbc") if not file.is_symlink()}


def _told(folder: Path) -> str:
    """What users have to do to get shared kernels, or why they would not."""
    from tutor.engine.shared import VARIABLE, shared_folder, trusted

    if not trusted(folder / "kernels"):
        return f"But users would not take it: someone else can write to {folder} or owns it."
    return (
        "Users find it by themselves." if folder == shared_folder() else f"Users need {VARIABLE}={folder} in their environment."
    )


def measured(among: Sequence[str] = ()) -> dict[str, Speed]:
    """Which device is faster for the labs that have two, for `--device auto`; written down for the runs to come."""
    from tutor.engine import pick
    from tutor.labs import find_lab, lab_ids

    labs = [lab for lab in among or lab_ids() if len(find_lab(lab).spec.devices) > 1]
    found = {}
    with Bar("measuring", len(labs)) as bar:
        for done, lab in enumerate(labs):
            bar.show(done, f"measuring {lab} on both devices", at_once=True)
            if (speed := pick.measured(lab)) is not None:
                found[lab] = speed
    pick.note(found)
    return found


def _as_json(speeds: dict[str, Speed]) -> dict[str, object]:
    return {"steps_per_second": {lab: {"cpu": s.cpu, "cuda": s.cuda} for lab, s in speeds.items()}} if speeds else {}


def _devices(spec: LabSpec) -> list[str]:
    """The devices that there are here, of those that the lab can use."""
    if "cuda" not in spec.devices:
        return list(spec.devices)
    from kernels.cuda.device import why_not

    return [device for device in spec.devices if device != "cuda" or not why_not()]
