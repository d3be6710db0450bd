"""Conditions in plain facts: each way in which a tree is so, and each in which it is not."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from app.core.conditions.tree import When
from app.core.conditions.ways import SOMEBODY, timers, ways
from app.core.effects import ALWAYS, NOBODY, Fact, Timer, Way, label

A_ON, A_OFF, B_ON, B_OFF = label("a"), label("a", on=False), label("b"), label("b", on=False)
A, B = {"label": "a"}, {"label": "b"}


def read(value: Any) -> When:
    return TypeAdapter(When).validate_python(value)


def way(*facts: Fact) -> Way:
    return frozenset(facts)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (A, [way(A_ON)]),
        ({"label": "a", "on": False}, [way(A_OFF)]),
        ([A, B], [way(A_ON, B_ON)]),
        ({"any": [A, B]}, [way(A_ON), way(B_ON)]),
        ({"not": A}, [way(A_OFF)]),
        ({"not": {"any": [A, B]}}, [way(A_OFF, B_OFF)]),
        ({"not": {"all": [A, B]}}, [way(A_OFF), way(B_OFF)]),
        ({"not": {"not": A}}, [way(A_ON)]),
        ([{"any": [A, B]}, {"state": "opened"}], [
            way(A_ON, Fact("state", "", frozenset({"opened"}))),
            way(B_ON, Fact("state", "", frozenset({"opened"}))),
        ]),
        ({"not": {"state": "opened"}}, [way(Fact("state", "", frozenset({"closed"})))]),
        ({"assignee": "none"}, [way(NOBODY)]),
        ({"not": {"assignee": "none"}}, [way(SOMEBODY)]),
        ({"labels": "none"}, [way(label("*", on=False))]),
        ({"any": [A] * 65}, list(ALWAYS)),
    ],
)  # fmt: skip
def test_a_condition_in_facts(condition: Any, found: list[Way]) -> None:
    assert list(ways(read(condition))) == found


def test_what_has_no_plain_fact_is_told_by_its_words_and_denied_by_them() -> None:
    (so,), (not_so,) = ways(read({"confidential": True})), ways(read({"not": {"confidential": True}}))
    assert not_so == frozenset({Fact("other", f"not: {next(iter(so)).name}", frozenset())})


@pytest.mark.parametrize(
    ("age", "timer"),
    [
        ({"since": "created"}, Timer("opening")),
        ({"since": "edited"}, Timer("description")),
        ({"since": "last_note_by_sa"}, Timer("note")),
        ({"since": "updated"}, Timer("update")),
        ({"label_on": "a"}, Timer("label", of_bot=True, label="a")),
    ],
)
def test_ages_are_timers(age: dict[str, str], timer: Timer) -> None:
    assert list(timers(read([A, {"age": age | {"at_least": "2d"}}]))) == [timer]
