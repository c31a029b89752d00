"""How many small nets go on at once: a map of 64 runs of the playground, beside one of its runs on one core."""

from __future__ import annotations

import asyncio
import time

from tutor.cli.bench.result import Result
from tutor.labs.spec import LabSpec

_AXES = ("rate=0.003,0.01,0.02,0.03,0.05,0.1,0.2,0.3", "seed=0..7")
_STEPS = 20_000


def grid(steps: int = _STEPS) -> list[Result]:
    """Net-steps a second of the map with a process a core and with one, against the same runs one after the other."""
    from tutor.engine import prepare
    from tutor.engine.crew import cores
    from tutor.engine.grid import Grid
    from tutor.engine.link import parse_link
    from tutor.engine.sweep import members, read_axis
    from tutor.labs import find_lab

    prepare()
    lab = find_lab("playground")
    start = parse_link("playground", lab.spec)
    links = [member.link for member in members(start, lab.spec, [read_axis(axis, lab.spec) for axis in _AXES])]
    first = Grid(lab, [start])
    first.advance(1000, 60.0)
    began = time.perf_counter()
    first.advance(1000 + steps, 60.0)
    alone = steps / (time.perf_counter() - began)
    results = [Result("playground: steps of one net on one core", alone, "/s", None, least=True)]
    for processes in sorted({1, cores()}):
        rate = asyncio.run(_together(lab.spec, links, processes, steps))
        how = f"{rate:,.0f} net-steps a second, every cell measured some ten times"
        name = (
            f"playground: a map of {len(links)} nets, {processes} {'process' if processes == 1 else 'processes'}, against one"
        )
        results.append(Result(name, rate / alone, "×", None, least=True, how=how))
    return results


async def _together(spec: LabSpec, links: list[str], processes: int, steps: int) -> float:
    """Net-steps a second of a map, once its processes are warm."""
    from tutor.engine.grid_crew import GridCrew

    crew = GridCrew(spec, links, processes=processes)
    try:
        await crew.plant()
        while crew.step < 2000:
            await crew.advance(2000)
        began, before = time.perf_counter(), int(crew.steps.sum())
        while crew.step < 2000 + steps:
            await crew.advance(2000 + steps)
        return (int(crew.steps.sum()) - before) / (time.perf_counter() - began)
    finally:
        await crew.close()
