"""Which labels are renamed, and when none is."""

import pytest

from app.core.label_rename import Home, Label, Seen, Step, name_faults, steps_for, unknown

GROUP, HERE, THERE = Home("g", group=True), Home("g/a"), Home("g/b")
ALL = {GROUP: 15, HERE: 15, THERE: 15}


def test_a_group_label_is_one_step_for_all_its_boards() -> None:
    label = Label(7, "Old", GROUP)
    found = steps_for("Old", "New", [Seen("a", "g/a", (label,)), Seen("b", "g/b", (label,))], ALL)
    assert found.steps == (Step(label, ("a", "b")),)
    assert not found.refusals


def test_a_project_may_hold_one_of_its_own_beside_the_groups() -> None:
    mine, groups = Label(8, "Old", HERE), Label(7, "Old", GROUP)
    found = steps_for("Old", "New", [Seen("a", "g/a", (mine, groups))], ALL)
    assert [s.label.id for s in found.steps] == [8, 7]


def test_what_is_done_and_what_is_lacking_is_named() -> None:
    seen = [
        Seen("a", "g/a", (Label(1, "New", HERE),)),
        Seen("b", "g/b", (Label(2, "Other", THERE),)),
    ]
    found = steps_for("Old", "New", seen, ALL)
    assert (found.steps, found.done, found.lacking) == ((), ("a",), ("b",))


@pytest.mark.parametrize("level", [0, 10, 14])
def test_below_a_planner_nothing_may_be_done(level: int) -> None:
    found = steps_for("Old", "New", [Seen("a", "g/a", (Label(1, "Old", HERE),))], {HERE: level})
    assert f"g/a: the bot has access level {level} there" in found.refusals[0]


def test_a_project_that_cannot_be_seen_refuses_all() -> None:
    found = steps_for("Old", "New", [Seen("a", "g/a", unseen="no such project")], {})
    assert found.refusals == ("a: no such project",)
    assert found.lacking == ()


def test_both_names_in_one_project_refuse_all() -> None:
    labels = (Label(1, "Old", HERE), Label(2, "New", GROUP))
    (told,) = steps_for("Old", "New", [Seen("a", "g/a", labels)], ALL).refusals
    assert 'there is a label "New" beside "Old", in group g' in told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a", "a"),
        ("a", ""),
        ("a", " b"),
        ("a", "b,c"),
        ("a", 'b"'),
        ("a", "b\n"),
        ("a", "x" * 256),
        ("a::b", "c::b"),
    ],
)
def test_names_that_will_not_do(old: str, new: str) -> None:
    assert name_faults(old, new)


@pytest.mark.parametrize(
    ("old", "new"), [("a", "b c"), ("a::b", "a::c"), ("a::b::c", "a::b::d"), ("a", "x" * 255)]
)
def test_names_that_will_do(old: str, new: str) -> None:
    assert name_faults(old, new) == []


def test_an_unknown_label_gets_the_nearest_one() -> None:
    assert unknown("Expedit", ["Expedite"]).endswith('did you mean "Expedite"?')
    assert unknown("zzz", ["Expedite"]).endswith('a label "zzz"')
