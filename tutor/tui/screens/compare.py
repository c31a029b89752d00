"""The runs that were kept, swept and are on screen now, side by side: curves, pictures, and the table of what was tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from tutor.draw import draw
from tutor.draw.cells import Look, Row, Span
from tutor.engine.curves import ROLES, Record, overlay, smoothed
from tutor.errors import StoreProblem
from tutor.labs.spec import LabSpec
from tutor.pictures import Lines
from tutor.store import Store
from tutor.tui import compare_rows, kept
from tutor.tui.compare_pictures import Gallery, beside
from tutor.tui.kept import Tried
from tutor.tui.lab_words import count_text
from tutor.tui.screens.dialogs import Confirm
from tutor.tui.screens.help import HelpScreen, lab_help, sections_for
from tutor.tui.strips import fit, wrap
from tutor.tui.sweeps import Sweep
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.strip_view import StripView, ink, look_of, tail, words
from tutor.words import tr

_SMOOTHINGS = (0.0, 0.01, 0.05, 0.2)
"""Shares of a run over which the moving average forgets."""
_READS = 50
"""Presses of [ from one end of the curves to the other."""


class CompareScreen(Screen[Tried | None]):
    """What was tried in a lab. Ends with the run to go on with, or None."""

    BINDING_GROUP_TITLE = "Comparing"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [replace(binding, priority=True) for binding in compare_rows.BINDINGS]
    DEFAULT_CSS = compare_rows.CSS

    def __init__(self, spec: LabSpec, now: Record | None, store: Store | None, sweep: Sweep | None) -> None:
        super().__init__()
        self.spec = spec
        self._now, self._store, self._sweep = now, store, sweep
        self._runs: list[Tried] = []
        self._kept: list[Tried] = []
        self._hidden: set[tuple[str, int, str]] = set()
        self._current = self._top = self._page = self._smoothing = 0
        self._metrics = [metric.name for metric in spec.metrics]
        curves = next((view for view in spec.views if view.curves), None)
        self._metric = self._metrics.index(curves.curves[0]) if curves is not None else 0
        self._log = curves is not None and curves.y_log
        self._cursor: float | None = None
        self._notice = ""
        self._gallery = Gallery(spec, lambda: self.query_one("#compare-picture", StripView).update_rows())
        self._pages = ["", *(view.name for view in spec.views if not (view.curves or view.sweep))]

    def compose(self) -> ComposeResult:
        yield StripView(self._title_rows, id="compare-title")
        yield StripView(self._picture_rows, id="compare-picture")
        yield StripView(self._word_rows, id="compare-words")
        yield Entry(id="compare-entry")
        yield StripView(self._table_rows, id="compare-table")
        yield StripView(self._foot_rows, id="compare-foot")

    def on_mount(self) -> None:
        if self._sweep is not None:
            self._sweep.changed = self._gather
            self._current = 1 if self._now is not None else 0
        self.load()

    def on_unmount(self) -> None:
        if self._sweep is not None:
            self._sweep.changed = None

    def on_resize(self) -> None:
        self.set_class(self.size.height < 24, "-short")
        self.set_class(self.size.height >= 36, "-tall")
        self.call_after_refresh(self._show)

    def load(self) -> None:
        self._kept = kept.kept_runs(self._store, self.spec)
        self._gather()

    def _gather(self) -> None:
        now = [Tried(self._now, "now")] if self._now is not None else []
        swept = self._sweep.tried() if self._sweep is not None else []
        self._runs = [*now, *swept, *self._kept]
        self._current = max(0, min(self._current, len(self._runs) - 1))
        self._show()

    @property
    def metric(self) -> str:
        return self._metrics[self._metric]

    @property
    def look(self) -> Look:
        return look_of(self)

    def _drawn(self) -> list[Tried]:
        """The runs that have a colour of their own: those not hidden, the first ones."""
        return [run for run in self._runs if run.key not in self._hidden and not run.state][: len(ROLES)]

    # -- what is shown

    def _show(self) -> None:
        if self._page:
            self._ask_for_pictures()
        for view in self.query(StripView):
            view.update_rows()

    def _title_rows(self, width: int, height: int) -> list[Row]:
        page = self.spec.view(self._pages[self._page])
        what = page.title if page is not None else self._title_of(self.metric)
        name = Span(
            words(tr("{title}: what you have tried", title=self.spec.title), self.look), ink("primary", self.look, bold=True)
        )
        return [
            fit((name, Span("   "), Span(words(what, self.look), ink("text", self.look, bold=True))), width, tail(self.look))
        ]

    def _title_of(self, name: str) -> str:
        return next(metric.title for metric in self.spec.metrics if metric.name == name)

    def _picture_rows(self, width: int, height: int) -> list[Row]:
        if not self._page:
            return draw(self.overlaid(), (width, height), self.look)
        picture = self._gallery.picture(self._beside(), self._pages[self._page], width, height)
        return draw(picture, (width, height), self.look)

    def overlaid(self) -> Lines:
        """The chosen number of all drawn runs in one plot."""
        drawn = self._drawn()
        share = _SMOOTHINGS[self._smoothing]
        curves = [
            (label, smoothed(run.record.curves[self.metric], share))
            for label, run in zip(kept.labels(drawn, self.spec), drawn, strict=True)
            if self.metric in run.record.curves
        ]
        return overlay(curves, self._title_of(self.metric), self.spec.unit, y_log=self._log, cursor=self._cursor)

    def _word_rows(self, width: int, height: int) -> list[Row]:
        if self._notice:
            return wrap(words(self._notice, self.look), width, height, ink("accent", self.look, bold=True), tail(self.look))
        said = [self._sweep.words()] if self._sweep is not None else []
        if not self._page:
            share = _SMOOTHINGS[self._smoothing]
            how = tr(", smoothed over {share:g} % of each run", share=share * 100) if share else ""
            said.append(f"{self._title_of(self.metric)}{how}{', logarithmic axis' if self._log else ''}.")
            if self._cursor is not None:
                said.append(tr("The table reads it at {unit} {step}.", unit=self.spec.unit, step=count_text(int(self._cursor))))
        if self._runs:
            said.append(self._runs[self._current].record.link)
        else:
            said.append(tr("Nothing has been tried yet: c in the lab keeps a run."))
        return wrap(words(" ".join(said), self.look), width, height, ink("text", self.look), tail(self.look))

    def _table_rows(self, width: int, height: int) -> list[Row]:
        sheet = kept.sheet(self._runs, self.spec, self.metric, None if self._page else self._cursor)
        drawn = self._drawn()
        places = [drawn.index(run) if run in drawn else None for run in self._runs]
        rows, self._top = compare_rows.table_rows(sheet, places, self._current, width, height, self.look, self._top)
        return rows

    def _foot_rows(self, width: int, height: int) -> list[Row]:
        return [compare_rows.foot(compare_rows.BINDINGS, width, self.look)]

    def _beside(self) -> list[Tried]:
        current = self._runs[self._current] if self._runs else None
        return beside(self._drawn(), current, self.size.width)

    def _ask_for_pictures(self) -> None:
        width, height = self.query_one("#compare-picture").size
        runs, view = self._beside(), self._pages[self._page]
        if self._gallery.missing(runs, view, width, height):
            work = self._gallery.make(runs, view, width, height)
            self.run_worker(work, name="pictures", group="pictures", exclusive=True)

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not (self.is_mounted and self.query_one(Entry).open and hasattr(self, f"action_{action}"))

    def action_choose(self, places: int) -> None:
        self._current = max(0, min(self._current + places, len(self._runs) - 1))
        self._say("")

    def action_draw(self) -> None:
        if self._runs:
            self._hidden ^= {self._runs[self._current].key}
        self._say("")

    def action_page(self, places: int) -> None:
        self._page = (self._page + places) % len(self._pages)
        self._say("")

    def action_metric(self, places: int) -> None:
        self._metric = (self._metric + places) % len(self._metrics)
        self._say("")

    def action_cursor(self, places: int) -> None:
        last = max((run.record.step for run in self._drawn()), default=0)
        here = self._cursor if self._cursor is not None else float(last)
        self._cursor = max(0.0, min(here + places * max(1, last // _READS), float(last)))
        self._say("")

    def action_log_axis(self) -> None:
        self._log = not self._log
        self._say("")

    def action_smooth(self) -> None:
        self._smoothing = (self._smoothing + 1) % len(_SMOOTHINGS)
        self._say("")

    def action_open(self) -> None:
        if self._runs:
            self.dismiss(self._runs[self._current])

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(tr("what you have tried"), [*sections_for(self), *lab_help(self.spec)]))

    def _chosen(self, origin: str = "") -> Tried | None:
        """The chosen run, if it is of this kind; else why not is said."""
        run = self._runs[self._current] if self._runs else None
        if run is None or (origin and run.origin != origin):
            self._say(tr("Only a run that is kept can be named or deleted: c keeps this one."))
            return None
        return run

    def action_keep(self) -> None:
        run = self._runs[self._current] if self._runs else None
        if run is None or self._store is None or run.state or run.origin == "kept":
            self._say(
                tr("It is kept already.") if run is not None and run.origin == "kept" else tr("There is nothing to keep yet.")
            )
            return
        self._stored(lambda store: kept.keep(store, run.record), "Kept.")

    def action_delete(self) -> None:
        run = self._chosen("kept")
        if run is not None:
            asked = Confirm(tr("Keep this run no longer?"), run.record.link, tr("delete it"), tr("keep it"))
            self.app.push_screen(asked, lambda yes: self._delete(run) if yes else None)

    def _delete(self, run: Tried) -> None:
        self._stored(lambda store: store.forget_run(run.id), "Deleted.")

    def action_name(self) -> None:
        run = self._chosen("kept")
        if run is not None:
            self.add_class("-typing")
            self.query_one(Entry).ask(
                str(run.id), tr("name ="), run.name, tr("a few words; empty takes it away; enter sets it")
            )

    @on(Entry.Given)
    def _named(self, event: Entry.Given) -> None:
        event.stop()
        name = " ".join(event.text.split())[:60]
        self._stop_typing()
        self._stored(
            lambda store: store.name_run(int(event.purpose), name), tr("It is called {name} now.", name=name) if name else ""
        )

    @on(Entry.Left)
    def _stop_typing(self) -> None:
        self.query_one(Entry).close()
        self.remove_class("-typing")
        self.set_focus(None)

    def action_export(self) -> None:
        runs = [run for run in self._runs if not run.state]
        files = [Path.cwd() / f"dltutor-{self.spec.id}.{ending}" for ending in ("csv", "json")]
        try:
            for file, text in zip(files, (kept.as_csv(runs, self.spec), kept.as_json(runs)), strict=True):
                file.write_text(text, encoding="utf-8")
        except OSError as error:
            self._say(tr("{filename} cannot be written: {strerror}.", filename=error.filename, strerror=error.strerror))
        else:
            self._say(
                tr("Written: {name} and {name2} in {parent}.", name=files[0].name, name2=files[1].name, parent=files[0].parent)
            )

    def _stored(self, work: Callable[[Store], object], said: str) -> None:
        if self._store is None:
            return
        try:
            work(self._store)
        except StoreProblem as error:
            said = str(error)
        self._notice = said
        self.load()

    def _say(self, notice: str) -> None:
        self._notice = notice
        self._show()
