"""A lab's description in the learner's language. Names, which links and conditions are written in, stay as they are."""

from __future__ import annotations

from dataclasses import replace

from tutor.labs.spec import Knob, LabSpec, Metric, View
from tutor.words import ENGLISH, language, tr


def spoken(spec: LabSpec) -> LabSpec:
    """The same description with its titles, labels and help in the current language, where the table has them."""
    if language() == ENGLISH:
        return spec
    return replace(
        spec,
        title=tr(spec.title),
        summary=tr(spec.summary),
        unit=tr(spec.unit),
        knobs=tuple(_knob(knob) for knob in spec.knobs),
        metrics=tuple(_metric(metric) for metric in spec.metrics),
        views=tuple(_view(view) for view in spec.views),
    )


def _knob(knob: Knob) -> Knob:
    return replace(knob, label=tr(knob.title), help=_told(knob.help))


def _metric(metric: Metric) -> Metric:
    return replace(metric, label=tr(metric.title), help=_told(metric.help))


def _view(view: View) -> View:
    return replace(view, title=tr(view.title), help=_told(view.help))


def _told(text: str) -> str:
    return tr(text) if text else ""
