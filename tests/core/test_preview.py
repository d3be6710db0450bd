"""What differs between two plans: what is done, and not which rule wants it or when it was decided."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.core.model import IssueRef, User
from app.core.plan import (
    Action,
    AddLabel,
    Assign,
    DeleteNote,
    Move,
    Plan,
    Postponed,
    PutNote,
    RemoveLabel,
    Reopen,
    Reply,
    Summon,
    Unassign,
)
from app.core.preview import difference

AT = datetime(2026, 3, 2, 14, tzinfo=UTC)
SAM = User(2, "sam", "Sam")


def plan(*actions: Action, **more: object) -> Plan:
    made = Plan(IssueRef(1, 1), "g/p#1", "us-east", AT, "v1", actions=actions)
    return replace(made, **more)  # type: ignore[arg-type]


SAME = {
    "a label by another rule": (AddLabel("a", "x"), AddLabel("b", "x")),
    "a label off by another rule": (RemoveLabel("a", "x"), RemoveLabel("b", "x")),
    "somebody whose name changed": (Assign("a", SAM), Assign("a", User(2, "sam", "Samuel"))),
    "unassigned by another rule": (Unassign("a", SAM), Unassign("b", SAM)),
    "a note written or edited": (PutNote("a", "k", "t", None), PutNote("a", "k", "t", 7)),
    "a call due at another instant": (Summon("a", "k", "t", AT), Summon("a", "k", "t", None)),
    "an answer by another rule": (Reply("a", "k", "t"), Reply("b", "k", "t")),
    "the same second note": (DeleteNote("a", "k", 7), DeleteNote("b", "k", 7)),
    "reopened by another rule": (Reopen("a"), Reopen("b")),
    "moved with another excuse": (Move("a", "k", "emea", "g/e", "x"), Move("a", "k", "emea", "g/e", "y")),
}
OTHER = {
    "another label": (AddLabel("a", "x"), AddLabel("a", "y")),
    "on and off": (AddLabel("a", "x"), RemoveLabel("a", "x")),
    "another person": (Assign("a", SAM), Assign("a", User(3, "sofia"))),
    "another text": (PutNote("a", "k", "t", None), PutNote("a", "k", "u", None)),
    "another key": (Summon("a", "k", "t"), Summon("a", "l", "t")),
    "an internal answer": (Reply("a", "k", "t"), Reply("a", "k", "t", internal=True)),
    "another second note": (DeleteNote("a", "k", 7), DeleteNote("a", "k", 8)),
    "another board": (Move("a", "k", "emea", "g/e", "x"), Move("a", "k", "apac", "g/a", "x")),
    "another kind": (Reopen("a"), AddLabel("a", "x")),
}


@pytest.mark.parametrize(("before", "now"), SAME.values(), ids=SAME)
def test_what_does_the_same_is_no_difference(before: Action, now: Action) -> None:
    assert not difference(plan(before), plan(now))


@pytest.mark.parametrize(("before", "now"), OTHER.values(), ids=OTHER)
def test_what_does_something_else_is_new_and_the_other_gone(before: Action, now: Action) -> None:
    found = difference(plan(before), plan(now))
    assert (found.new, found.gone) == ((now,), (before,))


def test_a_call_that_waits_for_the_service_is_wanted_like_one_that_does_not() -> None:
    call = Summon("a", "k", "t", AT)
    waiting = plan(postponed=(Postponed(call, AT),))
    assert not difference(waiting, plan(call))
    assert difference(plan(), waiting).new == (call,)


def test_where_there_is_no_plan_nothing_is_done() -> None:
    assert difference(None, plan(Reopen("a"))).new == (Reopen("a"),)
    assert difference(plan(Reopen("a")), None).gone == (Reopen("a"),)
    assert not difference(None, None)
