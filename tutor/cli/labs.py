"""`dltutor labs`: what can be run, and what can be turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from textwrap import fill
from typing import Any

from tutor.cli.language import speak
from tutor.cli.output import columns, print_json, table
from tutor.cli.own_labs import every_lab, know_lab
from tutor.cli.parser import Parser, Wanted, json_option
from tutor.engine.link import value_text
from tutor.labs import built_in_ids, find_lab
from tutor.labs.spec import Knob, LabSpec
from tutor.labs.spoken import spoken
from tutor.words import tr

EXAMPLE = """examples:
  dltutor labs
  dltutor labs perceptron
  dltutor labs perceptron --json"""


def configure(parser: Parser) -> None:
    parser.add_argument("lab", metavar="LAB", nargs="?", help="describe this lab: its knobs, metrics and views")
    json_option(parser)


def main(arguments: Wanted) -> int:
    speak()
    if arguments.lab:
        know_lab(arguments.lab)
        spec = find_lab(arguments.lab).spec
        if arguments.json:
            print_json(asdict(spec))
        else:
            print(_described(spoken(spec)))
        return 0
    specs = [find_lab(lab).spec for lab in built_in_ids()] + [spec for _, spec in every_lab()]
    if arguments.json:
        print_json([_short(spec) for spec in specs])
    else:
        print(table([(spec.id, tr(spec.title), tr(spec.summary)) for spec in specs], fold=columns()))
    return 0


def _short(spec: LabSpec) -> dict[str, Any]:
    return {"id": spec.id, "title": spec.title, "summary": spec.summary}


def _described(spec: LabSpec) -> str:
    knobs = [(knob.name + ("*" if knob.live else ""), _range(knob), knob.help) for knob in spec.knobs]
    metrics = [(metric.name, metric.help or metric.title) for metric in spec.metrics]
    views = [(view.name, view.help or view.title) for view in spec.views]
    parts = [
        f"{spec.id}: {spec.title}\n{fill(spec.summary, columns())}",
        "Knobs (* may change while it runs):\n" + _listed(knobs),
        "Metrics:\n" + _listed(metrics),
        "Views:\n" + _listed(views),
    ]
    if spec.trains:
        step = "" if spec.unit == "step" else f"One step is one {spec.unit}. "
        parts.append(f"{step}A run makes {spec.steps} steps unless told otherwise.")
    if len(spec.devices) > 1:
        parts.append(f"Devices: {', '.join(spec.devices)}.")
    if spec.socket:
        parts.append(f"Your own code: {spec.socket.signature}. {spec.socket.help}".rstrip())
    parts.append(f"Source: {spec.source.function} in {spec.source.module}.")
    return "\n\n".join(parts)


def _range(knob: Knob) -> str:
    default = value_text(knob.default)
    match knob.kind:
        case "choice":
            return "|".join(f"[{choice}]" if choice == default else choice for choice in knob.choices)
        case "text":
            return f"text [{default}]"
    return f"{value_text(knob.low)}…{value_text(knob.high)} [{default}]"


def _listed(rows: Sequence[Sequence[str]]) -> str:
    return table(rows, indent="  ", fold=columns())
