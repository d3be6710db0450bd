"""A request that moves from board to board: each board's calendar counts the time that it spent there, and who was an
SA there counts there.

Good Friday is 3 April 2026, Easter Monday the 6th: holidays in England, working days in the United States. London is an
hour ahead of UTC by then, New York four and Los Angeles seven behind.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.board import Person
from app.core.checks.sla import Sla
from app.core.evaluate import evaluate
from app.core.model import Issue, User
from app.core.plan import Plan
from app.core.ruleset import Ruleset
from app.core.timeline import parse, read_instant
from tests.histories import done, facts_of, lines, staffed

PATH = "gitlab-com/customer-success/sa-triage-boards/"
OPENS = '2026-04-02T{at} alice opens "Acme demo" from "SA Activity" filled\n'
FROM_EMEA = '{at} maria says "moved from emea-triage#1"\n'
FROM_US_EAST = '{at} maria says "moved from us-east-enterprise-triage#1"\n'
FROM_US_WEST = '{at} maria says "moved from us-west-enterprise-triage#1"\n'


def issue_on(board: str, history: str, ruleset: Ruleset) -> Issue:
    return parse(history, ruleset.templates, project=ruleset.boards[board].file.project)


@pytest.fixture
def plan_on(ruleset: Ruleset) -> Callable[..., Plan]:
    def make(board: str, history: str, now: str, rules: Ruleset | None = None) -> Plan:
        rules = rules or ruleset
        return evaluate(issue_on(board, history, rules), rules, read_instant(now))

    return make


@pytest.mark.parametrize(
    ("board", "history", "now", "clock"),
    [
        pytest.param(
            # Fourteen hours of Thursday in London, nothing of Good Friday, fifteen hours of Friday in New York from
            # the move on, and nineteen of Monday from its midnight at 04:00Z on.
            "us-east",
            OPENS.format(at="09:00Z") + FROM_EMEA.format(at="2026-04-03T13:00Z"),
            "2026-04-03T14:00Z",
            "2T09:00 to now: running, due 6T23:00, 15:00 counted",
            id="from a holiday to where it is none",
        ),
        pytest.param(
            # Twenty-four hours in New York, then nothing until Tuesday begins in London, on Monday at 23:00Z.
            "emea",
            OPENS.format(at="14:00Z") + FROM_US_EAST.format(at="2026-04-03T14:00Z"),
            "2026-04-04T12:00Z",
            "2T14:00 to now: off hours, due 7T23:00, 24:00 counted",
            id="and the other way round",
        ),
        pytest.param(
            # Six hours in New York before the wait; it ends on Easter Monday, and forty-two hours are left from Monday
            # 23:00Z on.
            "emea",
            OPENS.format(at="14:00Z")
            + '2026-04-02T20:00Z sam adds "SA Waiting"\n'
            + FROM_US_EAST.format(at="2026-04-03T14:00Z")
            + '2026-04-06T12:00Z alice comments "Here it is."',
            "2026-04-06T13:00Z",
            "2T14:00 to now: off hours, due 8T17:00, 6:00 counted",
            id="in the middle of a wait",
        ),
        pytest.param(
            "emea",
            OPENS.format(at="14:00Z")
            + '2026-04-02T20:00Z sam adds "SA Waiting"\n'
            + FROM_US_EAST.format(at="2026-04-03T14:00Z"),
            "2026-04-08T12:00Z",
            "2T14:00 to now: paused, due when it runs again, 6:00 counted",
            id="and the wait goes on there",
        ),
        pytest.param(
            # Twelve hours in New York, Good Friday in London, eleven hours of Friday in Los Angeles; Monday there
            # (from 07:00Z on) makes forty-seven.
            "us-west",
            OPENS.format(at="14:00Z")
            + FROM_US_EAST.format(at="2026-04-03T02:00Z")
            + FROM_EMEA.format(at="2026-04-03T20:00Z"),
            "2026-04-04T06:00Z",
            "2T14:00 to now: running, due 7T08:00, 22:00 counted",
            id="twice",
        ),
        pytest.param(
            # There and back within Good Friday: six hours are lost, from 12:00Z to 18:00Z.
            "us-east",
            OPENS.format(at="14:00Z")
            + FROM_US_EAST.format(at="2026-04-03T12:00Z")
            + FROM_EMEA.format(at="2026-04-03T18:00Z"),
            "2026-04-06T04:00Z",
            "2T14:00 to now: running, due 6T20:00, 32:00 counted",
            id="there and back",
        ),
        pytest.param(
            # The same as GitLab writes it at home, where a copied line is written anew.
            "us-east",
            OPENS.format(at="14:00Z")
            + '2026-04-03T12:00Z maria says "moved from #1"\n'
            + FROM_EMEA.format(at="2026-04-03T18:00Z"),
            "2026-04-06T04:00Z",
            "2T14:00 to now: running, due 6T20:00, 32:00 counted",
            id="there and back, as it is called at home",
        ),
        pytest.param(
            # Two working hours in New York until 21:00Z; the other two on Tuesday in London, from 08:00Z on.
            "emea",
            OPENS.format(at="14:00Z")
            + '2026-04-02T19:00Z alice adds "Expedite"\n'
            + FROM_US_EAST.format(at="2026-04-03T06:00Z"),
            "2026-04-07T09:00Z",
            "2T14:00 to now: running, due 7T10:00, 3:00 counted",
            id="with Expedite",
        ),
        pytest.param(
            # Due at home before it moved: it stays late, by the four days of April and what London adds.
            "emea",
            OPENS.format(at="14:00Z").replace("04-02", "03-02") + FROM_US_EAST.format(at="2026-03-05T10:00Z"),
            "2026-03-05T12:00Z",
            "2T14:00 to now: breached, due 4T14:00, 70:00 counted",
            id="late before it moved",
        ),
        pytest.param(
            "emea",
            OPENS.format(at="14:00Z") + '2026-04-03T14:00Z maria says "moved from gitlab-org/gitlab#1"\n',
            "2026-04-04T12:00Z",
            "2T14:00 to now: off hours, due 8T14:00, 9:00 counted",
            id="from where is no board: counted as here",
        ),
        pytest.param(
            "emea",
            OPENS.format(at="14:00Z")
            + f'2026-04-03T14:00Z maria says "moved from {PATH}us-east-enterprise-triage#1"\n',
            "2026-04-04T12:00Z",
            "2T14:00 to now: off hours, due 7T23:00, 24:00 counted",
            id="from a board that is named in full",
        ),
    ],
)
def test_time_counts_by_the_calendar_of_the_board_on_which_it_was_spent(
    plan_on: Callable[..., Plan], board: str, history: str, now: str, clock: str
) -> None:
    assert lines(plan_on(board, history, now).clocks) == [clock]


CAME = OPENS.format(at="14:00Z") + "{before}" + FROM_US_EAST.format(at="2026-04-03T14:00Z") + "{after}"


@pytest.mark.parametrize(
    ("before", "after", "answered_at"),
    [
        pytest.param('2026-04-02T20:00Z sam comments "Hi."\n', "", "2026-04-02T20:00Z", id="its SA there"),
        pytest.param('2026-04-02T20:00Z sofia comments "Hi."\n', "", None, id="an SA of here, there"),
        pytest.param(
            "", '2026-04-03T14:00Z sofia comments "Hi."\n', "2026-04-03T14:00Z", id="an SA of here, here"
        ),
        pytest.param("", '2026-04-03T15:00Z sam comments "Hi."\n', None, id="an SA of there, here"),
    ],
)
def test_who_was_an_sa_where_it_was_answered_it_there(
    ruleset: Ruleset, plan_on: Callable[..., Plan], before: str, after: str, answered_at: str | None
) -> None:
    rules = staffed(ruleset, us_east=["sam"], emea=["sofia"])
    plan = plan_on("emea", CAME.format(before=before, after=after), "2026-04-04T12:00Z", rules)
    (clock,) = (c for c in plan.clocks if c.name == "activity")
    assert clock.ended_at == (read_instant(answered_at) if answered_at else None)


@pytest.mark.parametrize("who", ["sam", "sofia", "triage-bot"])
def test_a_move_is_no_answer(ruleset: Ruleset, plan_on: Callable[..., Plan], who: str) -> None:
    history = OPENS.format(at="14:00Z") + FROM_US_EAST.format(at="2026-04-03T14:00Z").replace("maria", who)
    (clock,) = (c for c in plan_on("emea", history, "2026-04-04T12:00Z").clocks if c.name == "activity")
    assert clock.open


def test_former_sas_by_group_are_known_by_its_members(ruleset: Ruleset) -> None:
    rules = staffed(ruleset, us_east=["gitlab-com/us-sas"], emea=["sofia"])
    history = CAME.format(before='2026-04-02T20:00Z sam comments "Hi."\n', after="")
    issue = issue_on("emea", history, rules)
    seen = replace(issue, groups={"gitlab-com/us-sas": frozenset({"sam"})})
    hidden = replace(issue, unseen_groups=frozenset({"gitlab-com/us-sas"}))
    found = {
        each.unseen_groups: evaluate(each, rules, read_instant("2026-04-03T15:00Z"))
        for each in (seen, hidden)
    }
    states = {unseen: (plan.clocks[0].state, plan.unseen) for unseen, plan in found.items()}
    assert states == {
        frozenset(): ("met", ()),
        frozenset({"gitlab-com/us-sas"}): ("off hours", ("gitlab-com/us-sas",)),
    }


def test_the_breach_of_the_old_board_is_told_to_the_new_one_once(plan_on: Callable[..., Plan]) -> None:
    history = (
        OPENS.format(at="14:00Z").replace("04-02", "03-02")
        + '2026-03-04T14:00Z triage-bot adds "sla::breached"\n'
        + "2026-03-04T14:00Z triage-bot comments\n"
        + "  | <!-- triage:late-activity/failing/2026-03-02T14:00:00.000Z 9#1 -->\n  | @maria: no SA has answered.\n"
        + FROM_US_EAST.format(at="2026-03-05T10:00Z")
    )
    found = done(plan_on("emea", history, "2026-03-05T12:00Z"))
    assert found == {
        "summon late-activity/failing"
    }  # the label came along, and whoever must act is another one


def test_a_role_is_read_from_the_board_on_which_it_was_then(ruleset: Ruleset) -> None:
    check = Sla.model_validate(
        {
            "kind": "sla",
            "clock": "manager",
            "starts": ["opened"],
            "answered_by": ["note of asm"],
            "target": "5d",
        }
    )
    boards = {
        name: replace(
            board, file=board.file.model_copy(update={"roles": {"asm": [who]}, "sas": [Person(name="sam")]})
        )
        for name, who in (("us-east", "maria"), ("emea", "root"))
        for board in [ruleset.boards[name]]
    }
    rules = replace(ruleset, boards=ruleset.boards | boards)
    for before, after, answered in (
        ('2026-04-02T20:00Z maria comments "Fine."\n', "", True),
        ('2026-04-02T20:00Z root comments "Fine."\n', "", False),
        ("", '2026-04-03T20:00Z root comments "Fine."\n', True),
        ("", '2026-04-03T20:00Z maria comments "Fine."\n', False),
    ):
        issue = issue_on("emea", CAME.format(before=before, after=after), rules)
        facts = facts_of(issue, rules, read_instant("2026-04-03T21:00Z"))
        assert (check.cycles(facts)[0].end is not None) is answered, (before, after)


CLAIMED = '2026-04-02T15:00Z sam adds "SA Triaged"\n'


def test_an_sa_of_the_board_it_left_is_not_assigned_here(
    ruleset: Ruleset, plan_on: Callable[..., Plan]
) -> None:
    history = CAME.format(before=CLAIMED, after="")
    elsewhere = staffed(ruleset, us_east=["sam"], emea=["sofia"])
    both = staffed(ruleset, us_east=["sam"], emea=["sam", "sofia"])
    assert "assign sam" not in done(plan_on("emea", history, "2026-04-03T15:00Z", elsewhere))
    assert "assign sam" in done(plan_on("emea", history, "2026-04-03T15:00Z", both))


def test_whom_gitlab_unassigned_in_the_move_owns_it_no_more(ruleset: Ruleset) -> None:
    history = CAME.format(before="2026-04-02T15:00Z maria assigns sam\n", after="")
    kept = issue_on("emea", history, ruleset)
    lost = replace(kept, assignees=())
    for issue, owners in ((kept, ["sam"]), (lost, [])):
        facts = facts_of(issue, ruleset, read_instant("2026-04-04T12:00Z"))
        assert facts.owners_at(read_instant("2026-04-03T10:00Z")) == ["sam"]
        assert facts.owners_at(read_instant("2026-04-03T15:00Z")) == owners


def test_whoever_was_assigned_after_the_move_is_still(ruleset: Ruleset) -> None:
    issue = issue_on("emea", CAME.format(before="", after="2026-04-03T14:00Z maria assigns sam\n"), ruleset)
    facts = facts_of(replace(issue, assignees=()), ruleset, read_instant("2026-04-04T12:00Z"))
    assert facts.owners_at(read_instant("2026-04-03T15:00Z")) == ["sam"]


@pytest.mark.parametrize(
    ("said", "board"),
    [
        ("moved from us-east-enterprise-triage#7", "us-east"),
        ("moved from sa-triage-boards/us-east-enterprise-triage#7", "us-east"),
        (f"moved from {PATH}us-east-enterprise-triage#7", "us-east"),
        (f"moved from {PATH.upper()}US-East-Enterprise-Triage#7", "us-east"),
        ("moved from sa-initiatives#7", "initiatives"),
        ("moved from triage#7", None),
        ("moved from #7", "emea"),
    ],
)
def test_the_board_it_came_from_is_known_by_whatever_gitlab_calls_it(
    ruleset: Ruleset, said: str, board: str | None
) -> None:
    issue = issue_on("emea", OPENS.format(at="14:00Z") + f'2026-04-03T14:00Z maria says "{said}"', ruleset)
    stays = facts_of(issue, ruleset, read_instant("2026-04-04T12:00Z")).stays
    assert [(stay.board.id, stay.known) for stay in stays] == [
        (board or "emea", board is not None),
        ("emea", True),
    ]


def test_the_shares_of_a_moved_request_tell_whose_sas_had_it(ruleset: Ruleset) -> None:
    rules = staffed(ruleset, us_east=["sam"], emea=["sofia"])
    history = CAME.format(
        before=CLAIMED + '2026-04-02T16:00Z maria assigns sam\n2026-04-02T17:00Z alice comments "And?"\n',
        after="",
    )
    plan = evaluate(issue_on("emea", history, rules), rules, read_instant("2026-04-08T02:00Z"))
    clock = [c for c in plan.clocks if c.name == "activity"][-1]
    # Twenty-one hours in New York; the rest from Monday 23:00Z on in London, where sam is no SA.
    assert (clock.state, clock.due_at) == ("breached", read_instant("2026-04-08T02:00Z"))
    assert clock.shares == {"sa": timedelta(hours=21), "others": timedelta(hours=27)}


def test_the_people_of_a_board_that_is_not_looked_after_any_more_count_there(ruleset: Ruleset) -> None:
    rules = staffed(ruleset, us_east=["sam"], emea=["sofia"])
    east = rules.boards["us-east"]
    shut = replace(east, file=east.file.model_copy(update={"active": False}))
    rules = replace(rules, boards=rules.boards | {"us-east": shut})
    issue = issue_on("emea", CAME.format(before='2026-04-02T20:00Z sam comments "Hi."\n', after=""), rules)
    facts = facts_of(issue, rules, read_instant("2026-04-04T12:00Z"))
    assert facts.people.role(User(2, "sam"), read_instant("2026-04-02T20:00Z")) == "sa"
    assert facts.people.role(User(2, "sam"), read_instant("2026-04-03T20:00Z")) == "bystander"
