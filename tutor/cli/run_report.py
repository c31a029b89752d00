"""How `dltutor run` tells what happens: JSON lines for programs; a table, the plot and words for people."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tutor.cli.output import colours, look, print_event, table
from tutor.engine.run import Run
from tutor.engine.versus import Versus, as_json, said
from tutor.labs.spec import Metric


class Lines:
    """JSON, one object a line."""

    def start(self, run: Run) -> None:
        link = run.link
        print_event(
            {"event": "start", "lab": link.lab, "link": run.text, "knobs": run.knobs, "seed": link.seed, "device": link.device}
        )

    def beside(self, file: Path, versus: Versus) -> None:
        print_event({"event": "yours", "file": str(file), **as_json(versus)})

    def metrics(self, run: Run) -> None:
        print_event({"event": "metrics", "step": run.step, "metrics": run.metrics()})

    def fell(self, run: Run) -> None:
        print_event({"event": "device", "step": run.step, "device": run.device, "why": run.fell})
        _tell(run)

    def end(self, run: Run, reason: str, seconds: float) -> None:
        print_event(
            {
                "event": "end",
                "reason": reason,
                "step": run.step,
                "seconds": round(seconds, 6),
                "metrics": run.metrics(),
                "state_sha256": run.hash(),
            }
        )


class Tables:
    """A table of the metrics, the plot of one view, and the run in words."""

    def __init__(self, view: str, size: tuple[int, int]) -> None:
        self.view = view
        self.size = size
        self.rows: list[list[str]] = []
        self.said = ""

    def start(self, run: Run) -> None:
        print(run.text)

    def beside(self, file: Path, versus: Versus) -> None:
        self.said = f"{said(versus)}."

    def metrics(self, run: Run) -> None:
        self.rows.append([str(run.step), *numbers(run.lab.spec.metrics, run.metrics())])

    def fell(self, run: Run) -> None:
        _tell(run)

    def end(self, run: Run, reason: str, seconds: float) -> None:
        from tutor.draw import draw
        from tutor.draw.ansi import to_ansi

        if not self.rows or self.rows[-1][0] != str(run.step):
            self.metrics(run)
        print(to_ansi(draw(run.view(self.view, self.size), self.size, look()), colours()))
        heads = [run.lab.spec.unit, *(metric.name for metric in run.lab.spec.metrics)]
        print(table([heads, *self.rows], right=range(len(heads))))
        words = run.words()
        print(words.summary)
        if words.trouble:
            print(words.trouble)
        if self.said:
            print(self.said)
        if not run.lab.spec.trains:
            print("There is nothing to run here: turn the knobs.")
            return
        print(f"{_END[reason]} at {run.lab.spec.unit} {run.step}, after {seconds:.2f} s on {run.device}.")


_END = {
    "steps": "All steps made",
    "until": "The condition holds",
    "diverged": "The numbers became infinite",
    "finished": "Going on would change nothing",
}


def _tell(run: Run) -> None:
    print(f"dltutor: {run.fell}", file=sys.stderr)


def numbers(shown: Sequence[Metric], values: Mapping[str, float]) -> list[str]:
    """These metrics as their lab writes them; "" for one that there is not."""
    return [format(values[metric.name], metric.format) if metric.name in values else "" for metric in shown]
