"""Kills without end: `python tests/faults/soak.py 5000 [SEED]` shoots so many processes that answer and save.

It stops at the first thing that was acknowledged and is lost, and says by which seed it can be had again.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from random import Random

from test_kills import Victims, look_at


def main(shots: int, seed: int) -> None:
    chance = Random(seed)
    with tempfile.TemporaryDirectory() as top:
        victims = Victims(Path(top))
        kept: list[tuple[str, int]] = []
        for shot in range(shots):
            folder = Path(top) / str(shot // 20)  # a new file now and then, so that its making is hit as well
            if not folder.exists():
                folder.mkdir()
                kept = []
            kept += victims.shoot(folder, shot + 1, chance.randrange(20), 0.03 * chance.random())
            try:
                look_at(folder, kept)
            except AssertionError as error:
                sys.exit(f"shot {shot + 1} of seed {seed}: {error}")
            print(f"\r{shot + 1} of {shots}", end="", flush=True)
    print(": nothing was lost")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
