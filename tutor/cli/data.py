"""`dltutor data`: the data sets that labs can use, to look at, to add, to download, to remove."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tutor.cli.output import Bar, columns, print_json, table
from tutor.cli.parser import BadUsage, Parser, Wanted, json_option, one_of
from tutor.errors import BadData, nearest
from tutor.paths import user_path

EXAMPLE = """examples:
  dltutor data list
  dltutor data get mnist
  dltutor data add mnist ~/Downloads/mnist
  dltutor data add mnist train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz \\
                         t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz
  dltutor data add text alice alice.txt
  dltutor data remove mnist

mnist and fashion-mnist are four files each, gzipped or not. A text is UTF-8, and labs know it by the name that you give it.
A download goes on where it was cut off, and is verified. Nothing of it is needed: every lab also runs on data of its own."""


_BUILT_IN = {
    "toy": "sentences of a small grammar, made up by the program",
    "python": "sources of Python's standard library, as they are on this machine",
    "english": "the reference of the Python language, as it is on this machine",
}
"""Text that comes along → what it is."""


def configure(parser: Parser) -> None:
    words = ("list", "add", "get", "remove")
    parser.add_argument("action", metavar="|".join(words), type=one_of(*words), nargs="?", default="list", help="default: list")
    parser.add_argument("name", metavar="NAME", nargs="?", help="mnist, fashion-mnist; add text; or a text's own name")
    parser.add_argument("paths", metavar="PATH", nargs="*", help="to add: files or a folder; for a text: its name, its file")
    json_option(parser)


def main(arguments: Wanted) -> int:
    name, paths = arguments.name, arguments.paths
    match arguments.action:
        case "list":
            if name:
                raise BadUsage(f"data list does not take {name!r}", "leave it out")
            return _list(arguments.json)
        case "add":
            if not name or not paths:
                raise BadUsage(
                    "data add needs a name and files", "write: dltutor data add mnist FOLDER, or: data add text NAME FILE"
                )
            return _add_text(paths, arguments.json) if name == "text" else _add(name, paths, arguments.json)
        case _:
            if not name or paths:
                raise BadUsage(f"data {arguments.action} needs one name", f"write: dltutor data {arguments.action} mnist")
            return _get(name, arguments.json) if arguments.action == "get" else _remove(name, arguments.json)


def _list(as_json: bool) -> int:
    sets = _sets()
    if as_json:
        print_json(sets)
    else:
        print(table([(one["name"], one["state"], one["says"]) for one in sets], fold=columns()))
    return 0


def _sets() -> list[dict[str, Any]]:
    """Everything there is or could be: name, kind, state ("built-in", "there", "absent" or "damaged"), and what to say."""
    from tutor.data import images

    sets = [_entry("digits", "images", "built-in", "1 797 handwritten digits of 8×8 pixels")]
    for name in images.NAMES:
        try:
            manifest = images.find(name)
        except BadData as error:
            sets.append(_entry(name, "images", "damaged", str(error)))
            continue
        if manifest is None:
            sets.append(_entry(name, "images", "absent", f"dltutor data get {name}"))
        else:
            sets.append({**_entry(name, "images", "there", images.said(manifest)), **asdict(manifest)})
    return [*sets, *_texts()]


def _entry(name: str, kind: str, state: str, says: str) -> dict[str, Any]:
    return {"name": name, "kind": kind, "state": state, "says": says}


def _add(name: str, paths: list[str], as_json: bool) -> int:
    from tutor.data import download, images

    manifest = images.add(name, [user_path(path) for path in paths], download.checksums(download.catalogue()))
    return _told(manifest, as_json)


def _get(name: str, as_json: bool) -> int:
    from tutor.data import download, images

    if name == "digits":
        raise BadUsage("the digits come with the program", "there is nothing to download")
    manifest = images.find(name)
    if manifest is None:
        with Bar(f"{name}, KiB", 1) as bar:

            def tell(label: str, come: int, total: int) -> None:
                bar.total = max(1, total // 1024)
                bar.show(come // 1024)

            manifest = download.get(name, tell)
    return _told(manifest, as_json)


def _told(manifest: Any, as_json: bool) -> int:
    from tutor.data import images

    if as_json:
        print_json(asdict(manifest))
    else:
        print(f"{manifest.name} is there: {images.said(manifest)}.")
    return 0


def _remove(name: str, as_json: bool) -> int:
    from tutor.data import images, texts

    if name == "digits" or name in texts.BUILT_IN:
        raise BadUsage(f"{name} comes with the program", "it takes no room of yours")
    if name in images.NAMES:
        there = images.remove(name)
    elif name in texts.names():
        texts.forget(name)
        there = True
    else:
        raise BadData(f"there is no data set {name!r}", nearest(name, (*images.NAMES, *texts.names())))
    if as_json:
        print_json({"name": name, "removed": there})
    else:
        print(f"{name} is removed." if there else f"{name} was not there.")
    return 0


def _add_text(paths: list[str], as_json: bool) -> int:
    from tutor.data import images, texts

    if len(paths) != 2:
        raise BadUsage("a text needs a name and one file", "write: dltutor data add text NAME FILE")
    if paths[0] in ("digits", *images.NAMES):
        raise BadUsage(f"{paths[0]!r} is the name of a set of images", "call the text something else")
    found = texts.keep(paths[0], user_path(paths[1]))
    if as_json:
        print_json({"name": found.name, "characters": len(found.ids), "symbols": len(found.symbols)})
    else:
        print(f"The text {found.name} is there: {len(found.ids)} characters, {len(found.symbols)} symbols.")
    return 0


def _texts() -> list[dict[str, Any]]:
    from tutor.data import texts

    known = [_entry(name, "text", "built-in", _BUILT_IN.get(name, "")) for name in texts.BUILT_IN]
    for name in texts.names():
        try:
            found = texts.text(name)
            known.append(_entry(name, "text", "there", f"{len(found.ids)} characters, {len(found.symbols)} symbols"))
        except BadData as error:
            known.append(_entry(name, "text", "damaged", str(error)))
    return known
