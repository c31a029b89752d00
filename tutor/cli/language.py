"""`dltutor language`: the language of lessons and screens, to look at and to choose."""

from __future__ import annotations

from tutor import paths
from tutor.cli.output import print_json
from tutor.cli.parser import Parser, Wanted, json_option
from tutor.errors import UserError, nearest
from tutor.words import ENGLISH, VARIABLE, language, languages, use, wanted

EXAMPLE = f"""examples:
  dltutor language
  dltutor language fr
  dltutor language auto

Without a choice the locale decides (LC_ALL, LC_MESSAGES, LANG); the variable {VARIABLE} comes before both. What is not
translated is shown in English."""

SETTING = "language"
_AUTO = "auto"


def configure(parser: Parser) -> None:
    parser.add_argument("choice", metavar="CODE|auto", nargs="?", help="two letters, such as fr; auto: the locale's")
    json_option(parser)


def main(arguments: Wanted) -> int:
    from tutor.store import Store

    choice, known = arguments.choice, offered()
    if choice not in (None, _AUTO, *known):
        raise UserError(f"nothing here is in the language {choice!r}", nearest(choice, [*known, _AUTO]))
    if choice is not None:
        with Store.open() as store:
            store.set(SETTING, "" if choice == _AUTO else choice)
    speak()
    if arguments.json:
        print_json({"language": language(), "offered": known})
    else:
        print(f"{language()}, of: {', '.join(known)}")
    return 0


def offered() -> list[str]:
    """The languages that the interface or the built-in course has."""
    from tutor.course.folder import languages_of

    return [ENGLISH, *sorted({*languages(), *languages_of(paths.lessons_folder())} - {ENGLISH})]


def speak() -> None:
    """From now on speak the learner's language. A store that cannot be read leaves it to the locale."""
    from tutor.store import Store

    try:
        with Store.open() as store:
            use(wanted(store.setting(SETTING)))
    except UserError:
        use(wanted())
