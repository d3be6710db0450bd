"""What rules do by what they read and write: on descriptions by hand, whatever kinds of check there are."""

from hypothesis import given
from hypothesis import strategies as st

from app.core.codes import Code
from app.core.codes.behaviour import (
    CONTRADICTING,
    IMPOSSIBLE,
    KEEP_EACH_OTHER,
    KEEPS_ITSELF,
    NEVER_ENDS,
    OWN_TIMER,
    STATE_BESIDE,
    UNDO_EACH_OTHER,
    UNDOES_ITSELF,
)
from app.core.effects import ALWAYS, Effects, Fact, Timer, Way, both, clash, label, possible, same
from app.core.lint.loops import alone, together

ON, OFF, OTHER = label("a"), label("a", on=False), label("b")
OPENED, CLOSED = (Fact("state", "", frozenset({name})) for name in ("opened", "closed"))
OLD = Fact("other", "older than 30 days", frozenset())
FACTS = st.builds(label, st.sampled_from(["a", "b", "c::1", "c::*"]), on=st.booleans()) | st.sampled_from(
    [
        OPENED,
        CLOSED,
        OLD,
        Fact("is", "region", frozenset({"EMEA"})),
        Fact("is", "region", frozenset({"AMER"})),
    ]
)


def way(*facts: Fact) -> Way:
    return frozenset(facts)


def codes(effects: Effects, states: frozenset[str] = frozenset()) -> list[Code]:
    return [finding.code for finding in alone("rule", effects, states)]


def codes_of(**rules: Effects) -> list[Code]:
    return [finding.code for finding in together(rules)]


def test_a_label_that_ends_what_put_it_on_undoes_itself() -> None:
    assert codes(Effects((way(OFF),), holds=way(ON))) == [UNDOES_ITSELF]
    assert codes(Effects((way(OTHER), way(OLD, OFF)), holds=way(ON))) == [UNDOES_ITSELF]
    assert codes(Effects((way(label("a::*", on=False)),), holds=way(label("a::b")))) == [UNDOES_ITSELF]


def test_what_is_set_and_left_ends_its_condition_as_it_should() -> None:
    assert codes(Effects((way(OFF),), sets=way(ON))) == []
    assert codes(Effects((way(OPENED),), sets=way(CLOSED))) == []


def test_a_rule_that_waits_for_its_own_label_is_told_only_where_there_is_no_other_way() -> None:
    assert codes(Effects((way(ON, OLD),), holds=way(ON))) == [KEEPS_ITSELF]
    assert codes(Effects((way(ON), way(OLD)), holds=way(ON))) == []


def test_conditions_that_exclude_each_other_hold_for_nothing() -> None:
    emea, amer = (Fact("is", "region", frozenset({key})) for key in ("EMEA", "AMER"))
    assert codes(Effects((way(ON, OFF),))) == [IMPOSSIBLE]
    assert codes(Effects((way(emea, amer),))) == [IMPOSSIBLE]
    assert codes(Effects(())) == [IMPOSSIBLE]
    assert codes(Effects((way(emea, emea._replace(no=True)),))) == [IMPOSSIBLE]
    assert codes(Effects((way(ON, OFF), way(OTHER)))) == []
    several = [fact._replace(about="says") for fact in (emea, amer)]
    assert codes(Effects((way(*several),))) == []  # both boxes may be ticked


def test_what_is_repeated_must_end_its_condition() -> None:
    assert codes(Effects((way(OLD),), notes=True, repeats=True)) == [NEVER_ENDS]
    assert codes(Effects(ALWAYS, sets=way(ON), repeats=True)) == [NEVER_ENDS]
    assert codes(Effects((way(OLD, OFF),), sets=way(ON), notes=True, repeats=True)) == []
    assert codes(Effects((way(OLD, OFF), way(OTHER)), sets=way(ON), repeats=True)) == [NEVER_ENDS]
    assert codes(Effects((way(OLD),), notes=True)) == []  # once for each cause


def test_a_timer_is_restarted_by_what_the_rule_does_itself_where_the_bot_counts() -> None:
    table = [
        (Timer("note", of_bot=True), Effects(notes=True), True),
        (Timer("note"), Effects(notes=True), False),
        (Timer("note", of_bot=True), Effects(sets=way(ON)), False),
        (Timer("update", of_bot=True), Effects(sets=way(ON)), True),
        (Timer("update", of_bot=True), Effects(notes=True), True),
        (Timer("update", of_bot=True), Effects(), False),
        (Timer("label", of_bot=True, label="a"), Effects(sets=way(ON)), True),
        (Timer("label", of_bot=True, label="b"), Effects(sets=way(ON)), False),
        (Timer("label", of_bot=True), Effects(holds=way(ON)), True),
        (Timer("state", of_bot=True), Effects(sets=way(CLOSED)), True),
        (Timer("assignee", of_bot=True), Effects(sets=way(CLOSED)), False),
        (Timer("opening", of_bot=True), Effects(notes=True), False),
    ]
    for timer, effects, restarts in table:
        timed = Effects(sets=effects.sets, holds=effects.holds, notes=effects.notes, timers=(timer,))
        assert (OWN_TIMER in codes(timed)) == restarts, timer


def test_a_state_label_goes_on_alone() -> None:
    states = frozenset({"doing", "waiting"})
    moved = way(label("doing"), label("waiting", on=False))
    assert codes(Effects(sets=way(label("doing"))), states) == [STATE_BESIDE]
    assert codes(Effects(sets=moved), states) == []
    assert codes(Effects(sets=way(label("waiting", on=False))), states) == []


def test_one_rule_puts_on_what_the_other_takes_off() -> None:
    on, off = Effects(sets=way(ON)), Effects(sets=way(OFF))
    assert codes_of(one=on, two=off) == [CONTRADICTING]
    assert codes_of(one=Effects(holds=way(ON)), two=off) == [CONTRADICTING]
    assert codes_of(one=Effects(holds=way(ON)), two=on) == [CONTRADICTING]  # taken off when it is over
    assert codes_of(one=on, two=Effects(sets=way(label("b", on=False)))) == []


def test_rules_that_never_meet_contradict_nothing() -> None:
    on, off = Effects((way(OPENED, OFF),), sets=way(ON)), Effects((way(CLOSED, ON),), sets=way(OFF))
    assert codes_of(one=on, two=off) == []
    assert codes_of(one=on, two=Effects((way(ON),), sets=way(OFF))) == [CONTRADICTING]


def test_rules_that_end_each_other_take_turns() -> None:
    one = Effects((way(label("b", on=False)),), holds=way(ON))
    assert codes_of(one=one, two=Effects((way(ON),), holds=way(OTHER))) == [UNDO_EACH_OTHER]
    # Both begin at once, and then end each other.
    assert codes_of(one=one, two=Effects((way(OFF),), holds=way(OTHER))) == [UNDO_EACH_OTHER]
    third = {
        "two": Effects((way(ON),), holds=way(label("c"))),
        "three": Effects((way(label("c")),), holds=way(OTHER)),
    }
    assert codes_of(one=one, **third) == [UNDO_EACH_OTHER]


def test_rules_that_wait_for_each_other_never_begin() -> None:
    one, two = Effects((way(OTHER),), holds=way(ON)), Effects((way(ON),), holds=way(OTHER))
    assert codes_of(one=one, two=two) == [KEEP_EACH_OTHER]


def test_a_chain_is_no_circle() -> None:
    one, two = Effects((way(OLD),), holds=way(ON)), Effects((way(ON),), holds=way(OTHER))
    assert codes_of(one=one, two=two, three=Effects((way(OTHER),), notes=True)) == []


def test_names_with_stars_mean_all_that_fit() -> None:
    assert same("sla::*", "sla::late")
    assert same("late", "late")
    assert not same("sla::*", "sla")
    assert not same("a.c", "abc")
    assert not same("[a]*", "a")
    some, none = label("c::*"), label("c::*", on=False)
    assert none.excludes(some)
    assert none.excludes(label("c::1"))
    assert not some.excludes(label("c::1", on=False))  # another of them may be on
    assert label("c::1").gives(some)
    assert none.gives(label("c::1", on=False))
    assert not some.gives(label("c::1"))


@given(st.frozensets(FACTS, max_size=4), st.frozensets(FACTS, max_size=4))
def test_excluding_goes_both_ways_and_more_facts_only_make_less_possible(one: Way, other: Way) -> None:
    assert all(a.excludes(b) == b.excludes(a) for a in one for b in other)
    assert (clash(one, other) is None) == (clash(other, one) is None)
    assert possible(one) or not possible(one | other)
    assert not any(fact.excludes(fact) for fact in one)


@given(
    st.lists(st.frozensets(FACTS, max_size=2), max_size=4),
    st.lists(st.frozensets(FACTS, max_size=2), max_size=4),
)
def test_one_way_of_each_is_as_many_ways(first: list[Way], second: list[Way]) -> None:
    ways = both(tuple(first), tuple(second))
    assert len(ways) == len(first) * len(second)
    assert all(any(a <= found for a in first) and any(b <= found for b in second) for found in ways)
