"""A process made to be killed: it answers, saves and notes, and says so after each, until it is shot.

    python victim.py FOLDER

Reads "SEED SUBFOLDER" from standard input, forks a child that works by that seed in that folder, writes "pid N", then a line
"WHAT NUMBER" for each thing that the child was told is kept, and "dead" when the child has ended. The imports are done once, so
a kill costs milliseconds.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random

from tutor.course.grade import grade
from tutor.course.model import Quiz
from tutor.course.parse import read_lesson
from tutor.errors import StoreProblem
from tutor.store import Store
from tutor.store.spot import Spot, write_spot
from tutor.tui.lesson_book import Book
from tutor.tui.lesson_file import WatchedFile

KINDS = ("answer", "finish", "draft", "place", "run", "ran", "review", "spot", "file", "settings")


LESSON, _ = read_lesson(Path(__file__).parents[1] / "tui/course", "01-first/words")
QUIZ = next(task for task in LESSON.tasks if isinstance(task, Quiz) and task.kind == "number")


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def complain(problem: StoreProblem) -> None:
    say(f"problem {problem}")


def work(folder: Path, seed: int) -> None:
    """Keep one thing after the other, for ever."""
    chance = Random(seed)
    with Store.open(folder) as store:
        if store.notice:
            say(f"problem {store.notice}")
        book = Book(store, "", LESSON, complain)
        mine = WatchedFile(folder / "mine.py", "")
        number = seed * 1000
        while True:
            number += 1
            kind = chance.choice(KINDS)
            text = str(number)
            match kind:
                case "answer":
                    book.answer(QUIZ.id, text, grade(QUIZ, text).right)
                case "finish":
                    book.finish(text)
                case "draft":
                    book.draft("draft", text)
                case "place":
                    book.place(text)
                case "run":
                    store.keep_run(f"perceptron?seed={number}", number, {"loss": 0.5}, curves="x" * chance.randrange(20_000))
                case "ran":
                    book.ran(text, "perceptron", number, {"loss": 0.5}, True)
                case "review":
                    store.review("", "a", "quiz", text, True, number, float(number))
                case "spot":
                    write_spot(folder, Spot(screen="lab", link="perceptron", step=number))
                case "file":
                    mine.write(f"{number}\n" + "#" * chance.randrange(5000) + f"\n{number}\n")
                case "settings":
                    store.set("theme", text)
            say(f"{kind} {number}")


def main(folder: Path) -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            say(f"pid {os.getpid()}")  # the child says it: what it keeps must not be heard first
            work(folder / line.split()[1], int(line.split()[0]))
        os.waitpid(child, 0)
        say("dead")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
