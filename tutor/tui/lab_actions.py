"""What the keys of a lab do. `LabPane` is the widget; this is the part of it that the keys reach."""

from __future__ import annotations

from pathlib import Path

from textual import on
from textual.widget import Widget

from tutor.engine.client import Frame
from tutor.engine.link import make_link, read_value, split_link, value_text
from tutor.errors import BadLink, UserError
from tutor.labs import find_lab
from tutor.labs.spec import Knob, LabSpec, Value, View
from tutor.tui import lab_keys
from tutor.tui.lab_commands import Back, Change, Command, Open, Pause, Play, Restart, Revive, Seek, Step, Switch
from tutor.tui.lab_session import Engine, Session
from tutor.tui.lab_words import Goal
from tutor.tui.screens.help import HelpScreen, lab_help, sections_for
from tutor.tui.screens.source import SourceScreen, kernel_listing, learner_listing
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.knobs import KnobPanel
from tutor.tui.widgets.slider import short_text
from tutor.words import tr

_SCRUBS = 50
"""Presses of [ from the end of a run to its start."""


class LabActions(Widget):
    """The keys of a lab. The attributes are the pane's."""

    worker: Engine
    session: Session
    panel: KnobPanel
    entry: Entry
    spec: LabSpec
    plug: Path | None
    free: bool
    goal: Goal
    frame: Frame | None
    views: tuple[View, ...]
    view_index: int
    pace: float
    coarse: bool
    playing: bool
    """As the learner wants it; the frame says how it is."""
    notice: str
    """Said once, until the next key."""
    gone: str
    """What happened to the worker, or ""."""
    hidden_knobs: tuple[str, ...]
    locked_knobs: tuple[str, ...]
    goes_on: bool
    """A run of another session is to go on once it is where it was; any key has a say before that."""
    _turned: dict[str, Value]
    """Knobs turned since the last frame was asked for."""

    # -- what the pane does for the keys

    @property
    def link(self) -> str:
        raise NotImplementedError

    def set_run(self, text: str) -> None:
        raise NotImplementedError

    def link_turned(self) -> str:
        """The run's link with the knobs as they are shown."""
        raise NotImplementedError

    def claim(self) -> None:
        raise NotImplementedError

    def refresh_parts(self) -> None:
        raise NotImplementedError

    def leave(self) -> None:
        raise NotImplementedError

    def sweep(self, text: str) -> None:
        """Make the runs that were typed. Raises UserError."""
        raise NotImplementedError

    # -- which keys make sense

    @property
    def shown_knobs(self) -> tuple[Knob, ...]:
        return tuple(knob for knob in self.spec.knobs if knob.name not in self.hidden_knobs)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.is_mounted and self.entry.open and hasattr(self, f"action_{action}"):
            return False
        if action in lab_keys.RUN_ACTIONS:
            return self.spec.trains
        if action == "device":
            return len(self.spec.devices) > 1
        if action == "view":
            return len(self.views) > 1
        if action == "show_view":
            return isinstance(parameters[0], int) and parameters[0] <= len(self.views)
        if action == "other_side":
            return self.has_class("-small")
        return True

    def senseless(self) -> list[str]:
        """The ids of the bindings that would do nothing now."""
        bindings = [b for group in self._bindings.key_to_bindings.values() for b in group]
        return [b.id or "" for b in bindings if not self.check_action(b.action.partition("(")[0], (1,))]

    def _do(self, command: Command) -> None:
        self.notice, self.goes_on = "", False
        if self.gone and not isinstance(command, Open | Revive):
            self.refresh_parts()
            return
        self.claim()
        self.session.do(command)
        self.refresh_parts()

    # -- the run

    def action_toggle_run(self) -> None:
        if self.playing:
            self.playing = False
            self._do(Pause())
        elif self.frame is not None and self.frame.finished and self.frame.step == self.frame.head:
            self.notice = tr("This run has ended: r starts it again, n with another seed.")
            self.refresh_parts()
        else:
            self.playing = not self.gone
            self._do(Play(self.pace))

    def action_step(self, count: int) -> None:
        self.playing = False
        self._do(Step(count))

    def action_back(self, count: int) -> None:
        self.playing = False
        self._do(Back(count))

    def action_scrub(self, places: int) -> None:
        if self.frame is None:
            return
        seeks = [c.step for c in self.session.pending if isinstance(c, Seek)]
        here = seeks[-1] if seeks else self.frame.step
        self.playing = False
        self._do(Seek(min(max(0, here + places * max(1, self.frame.head // _SCRUBS)), self.frame.head)))

    def action_again(self) -> None:
        if self.gone:
            self.gone = ""
            self._do(Revive())
        else:
            self._do(Restart())

    def action_new_seed(self) -> None:
        waiting = [c.seed for c in self.session.pending if isinstance(c, Restart) and c.seed is not None]
        seed = waiting[-1] if waiting else self.frame.seed if self.frame is not None else 0
        self._do(Restart((seed + 1) % 2**32))

    def action_device(self) -> None:
        """Go on on the lab's next device."""
        devices = self.spec.devices
        waiting = [c.device for c in self.session.pending if isinstance(c, Switch)]
        here = waiting[-1] if waiting else self.frame.device if self.frame is not None else devices[0]
        self._do(Switch(devices[(devices.index(here) + 1) % len(devices)]))

    def action_faster(self, places: int) -> None:
        self.pace = lab_keys.next_pace(self.pace, places)
        if self.playing:
            self._do(Play(self.pace))
        else:
            self.refresh_parts()

    # -- views

    def action_view(self, places: int) -> None:
        self._show_view((self.view_index + places) % len(self.views))

    def action_show_view(self, number: int) -> None:
        if number <= len(self.views):
            self._show_view(number - 1)

    def _show_view(self, index: int) -> None:
        self.view_index = index
        self.coarse = False
        self.remove_class("-other")
        self.claim()
        self.session.redraw()
        self.refresh_parts()

    def action_other_side(self) -> None:
        self.toggle_class("-other")

    # -- knobs

    def action_choose(self, places: int) -> None:
        self.panel.choose(places)

    def action_turn(self, presses: int) -> None:
        self.panel.turn(presses)

    def action_turn_fine(self, presses: int) -> None:
        self.panel.turn(presses, fine=True)

    def action_turn_to_end(self, last: int) -> None:
        self.panel.turn_to_end(bool(last))

    def turn_knob(self, knob: Knob, value: Value) -> None:
        """A knob has another value now: show it at once, and tell the run. A locked one stays as it is."""
        if knob.name in self.locked_knobs:
            self.notice = tr("{knob} is locked in this lesson.", knob=knob.title)
            self.refresh_parts()
            return
        self._turned[knob.name] = value
        if self.session.lost and not self.gone:
            # The run could not be opened as the knobs stood: perhaps it can as they stand now.
            self._do(Open(self.link_turned(), self.plug))
        else:
            self._do(Change(knob.name, value))

    # -- typing

    def action_type_value(self) -> None:
        knob = self.panel.knob
        if knob is None:
            return
        match knob.kind:
            case "choice":
                hint = tr("one of {choices}", choices=", ".join(knob.choices))
            case "text":
                hint = knob.help
            case _:
                hint = tr("{low} to {high}", low=short_text(float(knob.low)), high=short_text(float(knob.high)))
        self._ask(
            f"knob:{knob.name}",
            f"{knob.title} =",
            value_text(self.panel.value(knob)),
            tr("{hint}; enter sets it, escape leaves it", hint=hint),
        )

    def action_type_link(self) -> None:
        what = tr("A step, or a link") if self.spec.trains else tr("A link")
        self._ask("link", ":", "", tr("{what} such as {link}; enter goes there, escape leaves it", what=what, link=self.link))

    def _ask(self, purpose: str, prompt: str, text: str, hint: str) -> None:
        self.add_class("-typing")
        self.entry.ask(purpose, prompt, text, hint)

    @on(Entry.Given)
    def _typed(self, event: Entry.Given) -> None:
        event.stop()
        try:
            if event.purpose == "link":
                self._go_to(event.text.strip())
            elif event.purpose == "sweep":
                self.sweep(event.text)
            else:
                knob = self.spec.knob(event.purpose.removeprefix("knob:"))
                assert knob is not None
                self.turn_knob(knob, read_value(knob, event.text))
        except UserError as error:
            event.entry.refuse(str(error))
        else:
            self._stop_typing()

    @on(Entry.Left)
    def _stop_typing(self) -> None:
        self.entry.close()
        self.remove_class("-typing")
        self.focus()

    def _go_to(self, text: str) -> None:
        """Go to a step, or to another run. Raises BadLink."""
        digits = text.replace(" ", "")
        if not digits:
            return
        if self.spec.trains and digits.isdecimal() and len(digits) <= 12:
            self.playing = False
            self._do(Seek(int(digits)))
            return
        lab_id, pairs = split_link(text)
        spec = find_lab(lab_id).spec
        make_link(spec, pairs)
        if self.goal.condition and spec.id != self.spec.id:
            said = tr("the goal here is one of the lab {lab!r}", lab=self.spec.id)
            raise BadLink(said, tr("write it like: {link}", link=self.link))
        wanted = dict(make_link(spec, pairs).knobs)
        for name in self.locked_knobs if spec.id == self.spec.id else ():
            if wanted[name] != self.panel.values[name]:
                kept = tr("leave it at {value}", value=value_text(self.panel.values[name]))
                raise BadLink(tr("{name!r} is locked in this lesson", name=name), kept)
        self.set_run(text)
        self.gone = ""
        self.panel.load(self.shown_knobs, wanted)
        self._do(Open(text, self.plug, 0, self.free))

    # -- elsewhere

    def action_source(self) -> None:
        listings = [kernel_listing(self.spec.source)]
        if self.plug is not None:
            listings.insert(0, learner_listing(self.plug, self.spec.socket.name if self.spec.socket else ""))
        self.app.push_screen(SourceScreen(listings))

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.spec.title, [*sections_for(self.screen), *lab_help(self.spec)]))

    def action_leave(self) -> None:
        self.leave()
