"""How a lab pane is laid out, by its own size: it may have the whole screen or half of it."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.labs.spec import View
from tutor.tui.lab_session import Want

_BESIDE, _LARGE, _TALL, _TWO = 72, 100, 28, 32


def classes_for(width: int, height: int) -> dict[str, bool]:
    """Each class of the style sheet, and whether it holds for this size.

    Knobs and numbers stand beside the picture, or below it, or (small) in its place.
    """
    beside = width >= _BESIDE
    return {
        "-beside": beside,
        "-below": not beside and height >= _TALL,
        "-small": not beside and height < _TALL,
        "-large": width >= _LARGE,
        "-two": beside and height >= _TWO,
        "-tall": height >= _TALL,
    }


def second_view(views: Sequence[View], first: View) -> View | None:
    """The picture that goes with the first one: a curve beside a picture, a picture beside a curve, else the next."""
    others = [view for view in views if view is not first and not view.sweep]
    return next((view for view in others if bool(view.curves) != bool(first.curves)), others[0] if others else None)


def wants_for(shown: Sequence[tuple[View, tuple[int, int]]]) -> list[Want]:
    """What to ask the worker for: (view, size in cells) of what is on screen, in as few requests as can be.

    A curve is the same at any size, so it goes along with whatever else there is.
    """
    drawn = [(view, size) for view, size in shown if not view.curves and min(size) > 0]
    curves = tuple(view.name for view, size in shown if view.curves and min(size) > 0)
    if not drawn:
        return [Want(curves, max((size for _, size in shown), default=(1, 1)))] if curves else []
    wants = [Want((view.name,), size) for view, size in drawn]
    return [*wants[:-1], Want((*wants[-1].views, *curves), wants[-1].size)]


CSS = """
LabParts { width: 1fr; height: 1fr; layout: vertical; background: $background; color: $foreground; overflow: hidden; }
LabParts #lab-title, LabParts #lab-foot { background: $surface; }
LabParts #lab-body { height: 1fr; overflow: hidden; }
LabParts #lab-pictures { height: 1fr; width: 1fr; layout: vertical; overflow: hidden; }
LabParts PictureView { width: 1fr; height: 1fr; }
LabParts #lab-second { display: none; height: 11; margin-top: 1; }
LabParts #lab-side { overflow: hidden; }
LabParts #lab-turn { height: auto; layout: vertical; overflow: hidden; }
LabParts #lab-detail { height: 4; margin-top: 1; }
LabParts #lab-metrics { height: 1fr; margin-top: 1; }
LabParts #lab-words { height: 2; }
LabParts.-plugged #lab-words { height: 3; }
LabParts #lab-goal { height: auto; max-height: 2; }
LabParts #lab-guess { height: auto; max-height: 2; }
LabParts #lab-goal.-none { display: none; }
LabParts.-tall #lab-words, LabParts.-tall Entry { height: 3; }
LabParts.-tall.-plugged #lab-words { height: 4; }
LabParts.-typing #lab-words { display: none; }

LabParts.-beside #lab-body { layout: horizontal; }
LabParts.-beside #lab-side { width: 29; height: 1fr; layout: vertical; margin-left: 1; }
LabParts.-beside KnobPanel { max-height: 12; }
LabParts.-beside.-tall KnobPanel { max-height: 20; }
LabParts.-beside.-tall #lab-detail { height: 6; }
LabParts.-beside.-large #lab-side { width: 38; margin-left: 2; }
LabParts.-two #lab-second { display: block; }
LabParts.-two.-single #lab-second { display: none; }

LabParts.-below #lab-body { layout: vertical; }
LabParts.-below #lab-side { width: 1fr; height: auto; max-height: 15; layout: horizontal; margin: 1 0; }
LabParts.-below #lab-turn { width: 1fr; height: auto; }
LabParts.-below #lab-metrics { width: 22; margin: 0 0 0 2; height: auto; }
LabParts.-below #lab-detail { height: 4; }

LabParts.-small #lab-body { layout: vertical; }
LabParts.-small #lab-side { width: 1fr; height: 1; layout: vertical; }
LabParts.-small #lab-goal, LabParts.-small #lab-guess { max-height: 1; }
LabParts.-small KnobPanel { height: 1; }
LabParts.-small #lab-detail, LabParts.-small #lab-metrics { display: none; }
LabParts.-small.-other #lab-pictures { display: none; }
LabParts.-small.-other #lab-side { height: 1fr; }
LabParts.-small.-other KnobPanel { height: auto; }
LabParts.-small.-other #lab-detail, LabParts.-small.-other #lab-metrics { display: block; }
LabParts.-small.-other #lab-detail { height: 3; }
"""
