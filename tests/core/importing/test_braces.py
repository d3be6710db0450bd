"""Braces in labels stand for several."""

import pytest

from app.core.importing.braces import TooMany, expanded


@pytest.mark.parametrize(
    ("label", "stands_for"),
    [
        ("bug", ["bug"]),
        ("type::{bug, feature}", ["type::bug", "type::feature"]),
        ("p{1..3}", ["p1", "p2", "p3"]),
        ("p{ 2 .. 2 }", ["p2"]),
        ("{a,b}-{1..2}", ["a-1", "a-2", "b-1", "b-2"]),
        ("{a}", ["{a}"]),
        ("p{3..1}", []),
        ("{a, a}", ["a"]),
    ],
)
def test_each_label_stands_for_these(label: str, stands_for: list[str]) -> None:
    assert expanded(label) == stands_for


@pytest.mark.parametrize("label", ["p{1..9999}", "{a,b}" * 8])
def test_nobody_has_that_many(label: str) -> None:
    with pytest.raises(TooMany):
        expanded(label)
