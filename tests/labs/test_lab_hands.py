"""What holds of every view that can be taken by hand: its knobs are live and of the right kind, its drawing fits a link."""

from __future__ import annotations

import numpy as np
import pytest

from tutor.engine.link import make_link, read_value
from tutor.labs import find_lab, lab_ids
from tutor.labs.pads import decode_pad, encode_pad
from tutor.labs.spec import Hand, LabSpec

HANDS = [(lab, view.name, view.hand) for lab in lab_ids() for view in find_lab(lab).spec.views if view.hand is not None]


def test_there_are_some() -> None:
    assert {lab for lab, _, _ in HANDS} >= {"timeline", "can-do", "imagenet"}


@pytest.mark.parametrize(("lab", "view", "hand"), HANDS, ids=[f"{lab}-{view}" for lab, view, _ in HANDS])
def test_a_hand_turns_knobs_that_are_there(lab: str, view: str, hand: Hand) -> None:
    spec = find_lab(lab).spec
    for name, kinds in ((hand.x, ("integer",)), (hand.y, ("integer",)), (hand.pad, ("text",)), (hand.answers, ("text",))):
        knob = spec.knob(name)
        assert knob is not None or not name, name
        assert knob is None or (knob.live and knob.kind in kinds), name
    if hand.pad:
        _fits(spec, hand)


def _fits(spec: LabSpec, hand: Hand) -> None:
    rows, columns = hand.pad_size
    pad, x, y = (spec.knob(name) for name in (hand.pad, hand.x, hand.y))
    assert pad is not None
    assert x is not None
    full = encode_pad(np.ones((rows, columns)))
    assert read_value(pad, full) == full
    assert decode_pad(full, rows, columns).all()
    assert x.high - x.low + 1 <= columns
    assert y is None or y.high - y.low + 1 <= rows
    assert make_link(spec, [(hand.pad, full)]).knobs_at(0)[hand.pad] == full
