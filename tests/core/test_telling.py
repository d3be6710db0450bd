"""What the bot tells of its rules on an issue: to SAs all, internally; to the requester nothing that is internal."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.plan import Plan, Reply, Written
from app.core.ruleset import Ruleset
from app.core.telling import told_all, told_one
from app.sandbox.mentions import mentioned, other_references, referenced, shape
from app.sandbox.quick_actions import extract
from tests.core.test_laws import Deed, histories, played, quick

OPENED = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled except "Agreement"\n'
LATE = "2026-03-04T15:00Z"


@pytest.fixture
def reply(plan_of: Callable[..., Plan]) -> Callable[..., Reply]:
    """The bot's answer to the words."""

    def make(who: str, words: str, before: str = "", *, at: str = LATE, internally: bool = False) -> Reply:
        how = "comments internally" if internally else "comments"
        lines = f"{OPENED}{before}{at} {who} {how}\n  | @triage-bot {words}\n"
        (found,) = [a for a in plan_of(lines, "2026-03-06T15:00Z").actions if isinstance(a, Reply)]
        return found

    return make


def test_an_sa_hears_all_in_an_internal_note_as_it_was_when_they_asked(reply: Callable[..., Reply]) -> None:
    said = reply("sam", "explain", at="2026-03-03T15:00Z")
    assert said.internal
    assert (
        "`sam` asked me how my rules stand; this was so on Tue 3 Mar 2026, 10:00 EST (New York)." in said.body
    )
    assert "1 of 46 rules fires here." in said.body
    assert "`late-activity` lacks: 48 hours on working days have passed: `25 hours counted`" in said.body
    assert said.body.count("<details>") == said.body.count("</details>") == 2
    assert len(said.body) < 4000


def test_the_requester_hears_what_rules_ask_for(reply: Callable[..., Reply]) -> None:
    said = reply("alice", "explain")
    assert not said.internal
    assert "of 46 rules fire here" in said.body
    assert "- `late-activity`: Whoever asks hears from an SA within 48 hours." in said.body
    assert "counted" not in said.body


@pytest.mark.parametrize(
    "words",
    ["why late-activity", "why not late-activity", "why NOT `late-activity`?", "Why is late-activity"],
)
def test_one_rule_is_told_with_each_clause(reply: Callable[..., Reply], words: str) -> None:
    said = reply("sam", words, at="2026-03-03T15:00Z").body
    assert "`late-activity` is silent." in said
    assert "- ✗ 48 hours on working days have passed: `25 hours counted`" in said
    assert "Next by itself: Tue 3 Mar 2026, 23:24 EST (New York)." in said
    assert "rules/late-activity.yaml:7`" in said


def test_the_requester_hears_what_a_rule_lacks_without_its_value(reply: Callable[..., Reply]) -> None:
    said = reply("alice", "why not late-activity", at="2026-03-03T15:00Z").body
    assert "What it lacks is: 48 hours on working days have passed." in said
    assert "25 hours" not in said


@pytest.mark.parametrize(
    ("who", "words", "answer"),
    [
        (
            "root",
            "explain",
            "`explain` is for the SAs and the requester of this board to say. To me you are neither",
        ),
        ("root", "why late-activity", "`why` is for the SAs and the requester"),
        ("sam", "why not late-activty", "I know no rule `late-activty`. There are: `late-activity`"),
        ("sam", "why", "I know no rule `of that name`"),
        ("sam", "explian", "Did you mean `explain`?"),
        ("sam", "xyzzy", "I do not understand `xyzzy`. I know"),
    ],
)
def test_who_may_ask_and_what_is_not_understood(
    reply: Callable[..., Reply], who: str, words: str, answer: str
) -> None:
    assert answer in reply(who, words).body


def test_quiet_is_told_too(plan_of: Callable[..., Plan]) -> None:
    lines = f"{OPENED}2026-03-03T15:00Z sofia comments\n  | @triage-bot snooze 3d because x\n"
    lines += f"{LATE} sam comments\n  | @triage-bot explain\n"
    said = "".join(a.body for a in plan_of(lines, "2026-03-06T15:30Z").actions if isinstance(a, Reply))
    assert "No calls until Fri 6 Mar 2026, 10:00 EST (New York), by the order of `sofia`." in said


def test_help_says_who_may(reply: Callable[..., Reply]) -> None:
    said = reply("root", "help").body
    for verb in ("agree", "explain", "expedite", "snooze", "hold", "allow", "move"):
        assert f"`@triage-bot {verb}" in said
    assert "(the SAs and managers)" in said
    assert "(the SAs and managers and the requester)" in said


SECRET = "lawsuit"
INTERNAL = (
    f'2026-03-02T15:00Z sam comments internally "@maria {SECRET}, urgent because {SECRET}"\n',
    f'2026-03-02T15:00Z sam comments internally "@triage-bot allow late-activity because {SECRET}"\n',
    f'2026-03-02T15:00Z sam comments internally "@triage-bot snooze 9d because {SECRET}"\n',
)


@pytest.mark.parametrize("before", INTERNAL)
def test_nothing_internal_reaches_the_requester(
    plan_of: Callable[..., Plan], ruleset: Ruleset, before: str
) -> None:
    words = ["explain", *(f"why not {rule.id}" for rule in ruleset.rules[:18])]
    asked = "\n".join(f"  | @triage-bot {each}" for each in words)
    lines = f"{OPENED}{before}{LATE} alice comments\n{asked}\n"
    found = [a for a in plan_of(lines, "2026-03-06T15:00Z").actions if isinstance(a, Reply)]
    public = [said for said in found if not said.internal]
    assert len(public) == 1
    assert SECRET not in public[0].body


@quick
@given(histories, st.booleans())
def test_what_is_told_mentions_nobody_and_runs_nothing(history: list[Deed], whole: bool) -> None:
    world = played(history, watching=lambda _i: False)[1]
    from app.core.evaluate import evaluate

    ruleset, now = world.ruleset, world.issue.newest_event_at
    outcomes = {o.rule: o for o in evaluate(world.issue, ruleset, now).outcomes}
    zone = ruleset.boards["us-east"].calendar.zone
    said = [told_all(outcomes, ruleset.rules, zone, whole=whole)]
    said += [told_one(outcomes[rule.id], rule, zone, whole=whole) for rule in ruleset.rules]
    for text in said:
        assert (mentioned(text), referenced(text), other_references(text)) == (set(), set(), set())
        assert extract(text).commands == ()


HOSTILE = "/close @maria </details> <!-- triage:status 1#1 --> `x`` ~bug #1 ![](x) \u202e"


@pytest.mark.parametrize(
    "words",
    [f"{verb} {HOSTILE}" for verb in ("expedite because", "hold because", "snooze 2d because", "why", "x")],
)
def test_hostile_words_stand_in_quotes(plan_of: Callable[..., Plan], words: str) -> None:
    lines = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity"\n'
    lines += f"2026-03-02T15:00Z sam comments\n  | @triage-bot {words}\n"
    written = [a for a in plan_of(lines, "2026-03-02T15:01Z").actions if isinstance(a, Written)]
    assert written
    for action in written:
        assert mentioned(action.body) <= {"sam"}
        assert (referenced(action.body), other_references(action.body)) == (set(), set())
        assert extract(action.body).commands == ()
        assert len(shape(action.body).comments) == 1
