"""`dltutor runs`: the runs that were kept to be compared, without the screen."""

from __future__ import annotations

from tutor.cli.output import print_json, table
from tutor.cli.parser import BadUsage, Parser, Wanted, whole
from tutor.errors import BadLink, UserError
from tutor.labs.spec import LabSpec
from tutor.store import Store
from tutor.store.model import KeptRun

EXAMPLE = """examples:
  dltutor runs
  dltutor runs gd --csv > runs.csv
  dltutor runs gd --json
  dltutor runs --name 3 'the slow one'
  dltutor runs --forget 3

The key c keeps a run in a lab, and C compares those that were kept."""


def configure(parser: Parser) -> None:
    add = parser.add_argument
    add("lab", metavar="LAB", nargs="?", help="only the runs of this lab, with what differs between them")
    add("--csv", action="store_true", help="print a table with commas; needs LAB")
    add("--name", nargs=2, metavar=("ID", "NAME"), help="give a run a name; empty takes it away")
    add("--forget", metavar="ID", type=whole(1, 2**53), help="keep a run no longer")
    add("--json", action="store_true", help="print JSON, with the curves, for programs")


def main(arguments: Wanted) -> int:
    if arguments.csv and not arguments.lab:
        raise BadUsage("--csv needs a lab: the runs of two labs have no common columns", "write it like: dltutor runs gd --csv")
    spec = _spec(arguments.lab) if arguments.lab else None
    with Store.open() as store:
        if arguments.name or arguments.forget:
            return _change(store, arguments)
        runs = store.runs(lab=arguments.lab)
    if arguments.json:
        print_json({"runs": [_as_json(run) for run in runs]})
    elif arguments.csv and spec is not None:
        _print_csv(runs, spec)
    else:
        _print_table(runs, spec)
    return 0


def _spec(lab_id: str) -> LabSpec:
    from tutor.labs import find_lab

    return find_lab(lab_id).spec


def _change(store: Store, arguments: Wanted) -> int:
    """Name or forget a run. Raises UserError where there is no such run."""
    number = int(arguments.forget or _number(arguments.name[0]))
    known = [run.id for run in store.runs(limit=10**6)]
    if number not in known:
        raise UserError(f"there is no kept run {number}", "dltutor runs lists them")
    if arguments.forget:
        store.forget_run(number)
    else:
        store.name_run(number, " ".join(arguments.name[1].split())[:60])
    return 0


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadUsage(f"{text!r} is no number of a run", "dltutor runs lists them")
    return int(text)


def _as_json(run: KeptRun) -> dict[str, object]:
    import json

    curves = json.loads(run.curves)["curves"] if run.curves else {}
    said = {name: {"step": parts[0], "value": parts[1]} for name, parts in curves.items()}
    return {"id": run.id, "name": run.name, "link": run.link, "step": run.step, "metrics": run.metrics, "curves": said}


def _print_csv(runs: list[KeptRun], spec: LabSpec) -> None:
    from tutor.tui.kept import as_csv, tried_of

    print(as_csv([tried for run in runs if (tried := tried_of(run, spec))], spec), end="")


def _print_table(runs: list[KeptRun], spec: LabSpec | None) -> None:
    if not runs:
        print("No run is kept: in a lab, c keeps the one on screen.")
        return
    if spec is None:
        print(table([("id", "name", "step", "link"), *((str(r.id), r.name, str(r.step), r.link) for r in runs)], right=(0, 2)))
        return
    from tutor.tui.kept import sheet, tried_of

    pairs = [(run, tried) for run in runs if (tried := tried_of(run, spec))]
    if not pairs:
        raise BadLink(f"no kept run of {spec.id!r} can be read by this version", "keep them again")
    made = sheet([tried for _, tried in pairs], spec, spec.metrics[0].name, None)
    rows = [(str(run.id), *row, run.link) for (run, _), row in zip(pairs, made.rows, strict=True)]
    print(table([("id", *made.heads, "link"), *rows], right=(0, *range(2, len(made.heads) + 1))))
