"""An imported rule does what the original says: ten policies, and what gitlab-triage's documentation has each do.

For every policy issues as lines, and the actions that gitlab-triage would take on them; the imported rule takes the
same through `evaluate`. Source: https://www.rubydoc.info/gems/gitlab-triage#conditions-field and #actions-field
"""

from dataclasses import replace

import pytest

from app.core.evaluate import evaluate
from app.core.example import effects
from app.core.importing.mapping import Import
from app.core.plan import Comment, Summon
from app.core.ruleset import Ruleset
from app.core.timeline import parse, read_instant
from tests.conftest import ROOT
from tests.core.importing.policy import bare, brought

OPENED = '2026-01-05T09:00Z alice opens "Acme"'
NOW = "2026-03-18T15:00Z"
THREE = "06T09:00Z a likes it; 06T09:00Z b likes it; 06T09:00Z c likes it"
UNDONE = "06T09:00Z sam adds bug; 07T09:00Z sam removes bug"
TWO = "06T09:00Z sam adds wanted::1; 07T09:00Z sam adds wanted::3; 08T09:00Z sam assigns sofia"
# The policy, what happened after the opening, when it is looked at, and what gitlab-triage does then.
TABLE = [
    ("Ask where nothing is labelled", "", "2026-01-10T08:59Z", ""),
    ("Ask where nothing is labelled", "", "2026-01-10T09:00Z", "+needs labels, summon"),
    ("Ask where nothing is labelled", "06T09:00Z sam adds bug", "2026-01-12T09:00Z", ""),
    ("Ask where nothing is labelled", "06T09:00Z alice closes", "2026-01-12T09:00Z", ""),
    (
        "Ask where nothing is labelled",
        UNDONE,
        "2026-01-12T09:00Z",
        "+needs labels, summon",
    ),
    ("Fade out", "", "2026-02-16T08:59Z", ""),
    ("Fade out", "", "2026-02-16T09:00Z", "+quiet, note"),
    ("Fade out", "12T09:00Z alice comments", "2026-02-23T08:59Z", ""),
    ("Fade out", "12T09:00Z alice comments", "2026-02-23T09:00Z", "+quiet, note"),
    ("Fade out", "06T09:00Z sam adds keep", NOW, ""),
    ("Fade out", "06T09:00Z sam adds quiet", NOW, ""),
    ("Close what faded", "06T09:00Z sam adds quiet", "2026-01-20T08:59Z", ""),
    ("Close what faded", "06T09:00Z sam adds quiet", "2026-01-20T09:00Z", "-quiet, close"),
    # The label is what restarts the timer, be it the bot that put it on, long after a person did anything.
    ("Close what faded", "25T09:00Z triage-bot adds quiet", "2026-02-08T08:59Z", ""),
    ("Close what faded", "25T09:00Z triage-bot adds quiet", "2026-02-08T09:00Z", "-quiet, close"),
    ("Close what faded", "06T09:00Z sam adds quiet; 18T09:00Z alice comments", "2026-01-21T09:00Z", ""),
    ("Close what faded", "", NOW, ""),
    ("One stage only", "06T09:00Z sam adds stage::done", NOW, ""),
    ("One stage only", "06T09:00Z sam adds stage::draft", NOW, ""),
    (
        "One stage only",
        "06T09:00Z sam adds stage::draft; 07T09:00Z sam adds stage::done",
        NOW,
        "-stage::draft",
    ),
    (
        "One stage only",
        "06T09:00Z sam adds stage::review; 07T09:00Z sam adds stage::done",
        NOW,
        "-stage::review",
    ),
    ("Popular ones first", "06T09:00Z a likes it; 06T09:00Z b likes it", NOW, ""),
    (
        "Popular ones first",
        THREE,
        NOW,
        "+rank::2",
    ),
    (
        "Popular ones first",
        f"{THREE}; 07T09:00Z sam adds rank::1",
        NOW,
        "",
    ),
    (
        "Popular ones first",
        f"{THREE}; 07T09:00Z sam adds rank::3",
        NOW,
        "+rank::2",
    ),
    ("Unplanned deliverable", "06T09:00Z sam adds deliverable", NOW, "-deliverable, summon"),
    (
        "Unplanned deliverable",
        '06T09:00Z sam adds deliverable; 07T09:00Z sam sets the milestone to "18.1"',
        NOW,
        "",
    ),
    ("Unplanned deliverable", "", NOW, ""),
    ("Done means done", "", NOW, ""),
    ("Done means done", "06T09:00Z sam closes", NOW, "+stage::done"),
    ("Done means done", "06T09:00Z sam adds stage::dropped; 07T09:00Z sam closes", NOW, ""),
    ("Done means done", "06T09:00Z sam closes; 07T09:00Z sam reopens", NOW, ""),
    ("Word of the button", "06T09:00Z sam adds button::close", NOW, "-button::close, close, note"),
    (
        "Word of the button",
        "06T09:00Z sam closes; 07T09:00Z sam adds button::close",
        NOW,
        "-button::close, note",
    ),
    ("Word of the button", "06T09:00Z sam adds button::open", NOW, ""),
    ("Only these labels", "06T09:00Z sam adds bug", NOW, "+area::unknown"),
    ("Only these labels", "06T09:00Z sam adds bug; 07T09:00Z sam adds ux", NOW, ""),
    ("Only these labels", "06T09:00Z sam adds ux", NOW, ""),
    ("Somebody has it", "06T09:00Z sam adds wanted::2", NOW, ""),
    ("Somebody has it", "06T09:00Z sam adds wanted::2; 07T09:00Z sam assigns sofia", NOW, "-wanted::2"),
    ("Somebody has it", "06T09:00Z sam adds wanted::4; 07T09:00Z sam assigns sofia", NOW, ""),
    (
        "Somebody has it",
        TWO,
        NOW,
        "-wanted::1, -wanted::3",
    ),
]


# The same for what came later: the second part is of due dates, members by project 4711, and months.
MORE = [
    ("Half a year of silence", "", "2026-07-05T08:59Z", ""),
    ("Half a year of silence", "", "2026-07-05T09:00Z", "close, summon"),
    ("Half a year of silence", "06T09:00Z triage-bot comments", "2026-07-05T09:00Z", ""),
    ("Half a year of silence", "06T09:00Z triage-bot comments", "2026-07-06T09:00Z", "close, summon"),
    ("Half a year of silence", "06T09:00Z bob says", "2026-07-05T09:00Z", ""),
    ("Half a year of silence", "06T09:00Z sam closes", "2026-08-05T09:00Z", ""),
    ("Due within three days", "", NOW, ""),
    ("Due within three days", "06T09:00Z sam sets the due date to 2026-03-20", "2026-03-16T23:59Z", ""),
    (
        "Due within three days",
        "06T09:00Z sam sets the due date to 2026-03-20",
        "2026-03-17T00:00Z",
        "+soon, summon",
    ),
    (
        "Due within three days",
        "06T09:00Z sam sets the due date to 2026-03-20",
        "2026-06-17T00:00Z",
        "+soon, summon",
    ),
    ("From outside", "", NOW, "+community"),
    ("From outside", "07T09:00Z sam adds community", NOW, ""),
]


def lines(after: str) -> str:
    """The lines of a timeline; labels without their quotes are given them."""
    found = [OPENED]
    for each in filter(None, map(str.strip, after.split(";"))):
        at, who, verb, *rest = each.split(maxsplit=3)
        what = " ".join(rest) or {"comments": '"Hello"', "says": '"mentioned in issue #7"'}.get(verb, "")
        found.append(f"2026-01-{at} {who} {verb} " + (f'"{what}"' if verb in ("adds", "removes") else what))
    return "\n".join(found)


@pytest.fixture(scope="module")
def ten(ruleset: Ruleset) -> Import:
    return brought((ROOT / "tests" / "policies" / "ten.yml").read_text(), ruleset)


def test_there_are_ten_and_each_is_taken(ten: Import) -> None:
    assert len(ten.rules) == 10
    assert all(one.outcome == "whole" for one in ten.rules)
    assert {name for name, _, _, _ in TABLE} == {one.policy.name for one in ten.rules}


@pytest.fixture(scope="module")
def more(ruleset: Ruleset) -> Import:
    return brought((ROOT / "tests" / "policies" / "more.yml").read_text(), ruleset)


def test_what_came_later_is_taken_whole(more: Import) -> None:
    assert [one.outcome for one in more.rules] == ["whole"] * 3
    assert {name for name, _, _, _ in MORE} == {one.policy.name for one in more.rules}


@pytest.mark.parametrize(("name", "after", "now", "does"), MORE)
def test_so_does_what_came_later(
    name: str, after: str, now: str, does: str, more: Import, ruleset: Ruleset
) -> None:
    rule = next(one.rule for one in more.rules if one.policy.name == name)
    assert rule is not None
    alone = replace(bare(ruleset), rules=(rule,))
    issue = parse(lines(after), ruleset.templates, project=ruleset.boards["us-east"].file.project)
    bots = [note.author for note in issue.notes if note.author.username == "triage-bot"]
    issue = replace(issue, bot=bots[0] if bots else issue.bot, groups={"project 4711": frozenset({"sam"})})
    assert ", ".join(effects(evaluate(issue, alone, read_instant(now)), rule)) == does
    ours = replace(issue, groups={"project 4711": frozenset({"alice"})})
    if name == "From outside":
        assert evaluate(ours, alone, read_instant(now)).actions == ()


def test_a_call_names_who_is_named_and_the_days(more: Import, ruleset: Ruleset) -> None:
    alone = replace(bare(ruleset), rules=tuple(one.rule for one in more.rules[:1] if one.rule))
    issue = parse(
        lines("06T09:00Z sam assigns bob"), ruleset.templates, project=ruleset.boards["us-east"].file.project
    )
    plan = evaluate(issue, alone, read_instant("2026-07-07T09:00Z"))
    (call,) = [action for action in plan.actions if isinstance(action, Summon)]
    said = "@alice @bob: Silent since 2026-01-06T09:00:00.000Z, until 2026-07-09."
    assert call.body.partition("-->")[2].strip() == said


@pytest.mark.parametrize(("name", "after", "now", "does"), TABLE)
def test_the_imported_rule_does_what_the_original_does(
    name: str, after: str, now: str, does: str, ten: Import, ruleset: Ruleset
) -> None:
    rule = next(one.rule for one in ten.rules if one.policy.name == name)
    assert rule is not None
    alone = replace(bare(ruleset), rules=(rule,))
    issue = parse(lines(after), ruleset.templates, project=ruleset.boards["us-east"].file.project)
    bot = next((e.user for e in issue.label_events if e.user.username == "triage-bot"), issue.bot)
    plan = evaluate(replace(issue, bot=bot), alone, read_instant(now))
    assert ", ".join(effects(plan, rule)) == does


def test_what_is_said_is_the_comment_and_whoever_is_named_hears_of_it(ten: Import, ruleset: Ruleset) -> None:
    said = {}
    for one in ten.rules:
        assert one.rule is not None
        example = one.rule.examples[0]
        line, now = (example.timeline, example.now) if one.fires else (lines(""), NOW)
        issue = parse(line, ruleset.templates, project=ruleset.boards["us-east"].file.project)
        plan = evaluate(issue, replace(bare(ruleset), rules=(one.rule,)), read_instant(now))
        notes = [action.body for action in plan.actions if isinstance(action, Comment | Summon)]
        said[one.policy.name] = [body.partition("-->")[2].strip() for body in notes]
    assert said["Ask where nothing is labelled"] == ["@alice: Nobody has put a label on this yet. Could you?"]
    assert said["Fade out"] == ["Nothing has happened here for six weeks."]
    assert said["Unplanned deliverable"] == ["@maria: have a look, please."]
    assert said["Word of the button"] == ["We close this for now. Open it again when there is news."]
