"""`dltutor read`: a lesson as plain text, for a pipe, a screen reader or paper."""

from __future__ import annotations

from tutor.cli.courses import find_lesson
from tutor.cli.output import columns, print_json
from tutor.cli.own_labs import know_labs
from tutor.cli.parser import Parser, Wanted, json_option, whole
from tutor.cli.texts import formats, shown
from tutor.course import library
from tutor.course.read import lesson_text

EXAMPLE = """examples:
  dltutor read perceptron
  dltutor read 01-neuron/perceptron --answers | less"""


def configure(parser: Parser) -> None:
    parser.add_argument("lesson", metavar="LESSON", help="such as 01-neuron/perceptron, or only perceptron")
    parser.add_argument("--answers", action="store_true", help="with the answers")
    parser.add_argument(
        "--width", metavar="N", type=whole(30, 400), help="columns of a line; without: the terminal's, at most 100"
    )
    json_option(parser)


def main(arguments: Wanted) -> int:
    lesson = find_lesson(arguments.lesson)
    know_labs(library.at(library.root_of(lesson.file)))
    text = shown(lesson_text(lesson, formats(), arguments.width or columns(), answers=arguments.answers))
    if arguments.json:
        print_json({"id": lesson.id, "title": lesson.title, "minutes": lesson.minutes, "text": text})
    else:
        print(text)
    return 0
