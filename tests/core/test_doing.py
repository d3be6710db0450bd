"""What rules do once per cause: when it is done, that it is done once, and that people win."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.core.after import after
from app.core.condition_faults import condition_faults
from app.core.evaluate import evaluate
from app.core.model import Issue
from app.core.plan import Assign, Comment, OpenIssue, Plan
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant
from tests.own_rules import faults_of, own_rule, rule_of, with_rules

OPENS = '2026-08-03T14:00Z alice opens "Acme demo"'  # a Monday
ON = '2026-08-03T15:00Z sam adds "go"'
NOW = "2026-08-03T16:00Z"

Do = Callable[..., list[str]]


@pytest.fixture
def do(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Do:
    def make(does: str, *lines: str, now: str = NOW, when: str = "{label: go}", more: str = "") -> list[str]:
        own = with_rules(ruleset, own_rule(when, f"does: {does}\n{more}"))
        issue = issue_of("\n".join([OPENS, *lines]))
        plan = evaluate(issue, own, read_instant(now))
        for action in plan.actions:
            issue = after(issue, action, plan.at)
        assert evaluate(issue, own, plan.at).actions == ()  # and never again
        return [str(action) for action in plan.actions]

    return make


OFF_LATER = '2026-08-03T15:30Z sam removes "x"'


@pytest.mark.parametrize(
    ("does", "lines", "done"),
    [
        ("{add_labels: [x, y]}", [], ["+x", "+y"]),
        ("{add_labels: [x]}", ['2026-08-03T15:10Z sam adds "x"', OFF_LATER], []),
        ("{add_labels: [x]}", ['2026-08-03T14:10Z sam adds "x"', '2026-08-03T14:30Z sam removes "x"'], ["+x"]),
        ("{add_labels: [x]}", ['2026-08-03T15:10Z triage-bot adds "x"', OFF_LATER], []),
        ("{remove_labels: ['x*']}", ['2026-08-03T14:10Z sam adds "x1"', '2026-08-03T14:10Z sam adds "z"'], ["-x1"]),
        ("{remove_labels: [x]}", ['2026-08-03T15:10Z sam adds "x"'], []),
        ("{remove_labels: [go]}", [], ["-go"]),
        ("{assign: sofia}", [], ["assign sofia"]),
        ("{assign: sofia}", ["2026-08-03T14:10Z maria assigns sam"], []),
        (
            "{assign: sofia}",
            ["2026-08-03T15:10Z triage-bot assigns sofia", "2026-08-03T15:20Z maria unassigns sofia"],
            [],
        ),
        ("{assign: requester}", [], ["assign alice"]),
        ("{assign: triage-bot}", [], []),
        ("{state: close}", [], ["close"]),
        ("{state: close}", ["2026-08-03T15:10Z triage-bot closes", "2026-08-03T15:20Z alice reopens"], []),
        ("{state: reopen}", [], []),
        ("{due_date: +5d}", [], ["due 2026-08-08"]),
        ("{due_date: {in: 5d, count: working_days}}", [], ["due 2026-08-10"]),
        ("{due_date: +5d}", ["2026-08-03T15:10Z alice sets the due date to 2026-09-01"], []),
        ("{due_date: +5d}", ["2026-08-03T14:10Z alice sets the due date to 2026-09-01"], ["due 2026-08-08"]),
        ("{due_date: +5d}", ["2026-08-03T15:10Z alice sets the due date to 2026-09-01",
                             "2026-08-03T15:20Z alice removes the due date"], []),
        ("{due_date: none}", ["2026-08-03T14:10Z alice sets the due date to 2026-09-01"], ["not due"]),
        ("{due_date: none}", ["2026-08-03T15:10Z alice sets the due date to 2026-09-01"], []),
        ("{confidential: true}", [], ["confidential"]),
        ("{confidential: true}", ["2026-08-03T15:10Z triage-bot makes it confidential",
                                  "2026-08-03T15:20Z maria makes it visible"], []),
        ("{confidential: false}", [], []),
        ("{confidential: false}", ["2026-08-03T14:10Z maria makes it confidential"], ["not confidential"]),
        ("{note: Hello}", [], ["comment own/note/2026-08-03T15:00:00.000Z"]),
        ("{move: us-west}", [], ["move to us-west"]),
        ("{move: us-east}", [], []),
        ("{move: us-west}", ['2026-08-03T15:10Z sam says "moved from us-west-enterprise-triage#3"'], []),
        ("{note: Bye, state: close, add_labels: [x]}", [],
         ["comment own/note/2026-08-03T15:00:00.000Z", "+x", "close"]),
    ],
)  # fmt: skip
def test_it_is_done_once_and_people_win(do: Do, does: str, lines: list[str], done: list[str]) -> None:
    assert do(does, *sorted([ON, *lines])) == done


def test_nothing_is_done_before_the_cause_nor_undone_after_it(do: Do) -> None:
    when = "[{label: go}, {age: {label_on: go, at_least: 1d, count: wall}}]"
    assert do("{add_labels: [x]}", ON, now="2026-08-04T14:59:59Z", when=when) == []
    assert do("{add_labels: [x]}", ON, now="2026-08-04T15:00Z", when=when) == ["+x"]
    over = [ON, '2026-08-03T15:10Z triage-bot adds "x"', '2026-08-03T15:20Z sam removes "go"']
    assert do("{add_labels: [x]}", *over) == []


def test_a_new_cause_is_another_time(do: Do) -> None:
    again = ['2026-08-03T15:10Z triage-bot adds "x"', '2026-08-03T15:20Z sam removes "x"']
    again += ['2026-08-03T15:30Z sam removes "go"', '2026-08-03T15:40Z sam adds "go"']
    assert do("{add_labels: [x]}", ON, *again) == ["+x"]


def test_closing_takes_off_what_the_rule_owns_and_calls_people_first(do: Do) -> None:
    more = "while_failing: {labels: [own], summon: {who: [requester], text: Closed.}}"
    found = do("{state: close}", ON, more=more)
    assert found == ["+own", "summon own/failing/2026-08-03T15:00:00.000Z", "close", "-own"]


@pytest.mark.parametrize(
    ("manner", "done"), [("advise", []), ("ask", ["comment"]), ("put_back", ["comment", "+x"])]
)
def test_a_board_says_how_far_it_goes(
    ruleset: Ruleset, issue_of: Callable[..., Issue], manner: str, done: list[str]
) -> None:
    own = with_rules(
        ruleset, own_rule("{label: go}", f"does: {{add_labels: [x], note: Hi}}\nmanner: {manner}")
    )
    plan = evaluate(issue_of(f"{OPENS}\n{ON}"), own, read_instant(NOW))
    assert [str(action).split()[0] for action in plan.actions] == done


@pytest.fixture
def plan(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Callable[..., Plan]:
    def make(does: str, *lines: str, opens: str = OPENS, board: str = "us-east") -> Plan:
        own = with_rules(ruleset, own_rule("{label: go}", f"does: {does}"))
        return evaluate(issue_of("\n".join([opens, *lines, ON]), board), own, read_instant(NOW))

    return make


def test_nothing_is_done_where_the_bot_is_silent(plan: Callable[..., Plan], ruleset: Ruleset) -> None:
    off = '2026-08-03T14:30Z sam adds "bot::off"'
    assert plan("{state: close}", off).actions == ()
    old = '2020-01-01T14:00Z alice opens "Acme demo"'
    assert plan("{state: close}", opens=old).actions == ()


def test_a_rule_that_is_let_pass_does_nothing(plan: Callable[..., Plan]) -> None:
    assert (
        plan(
            "{state: close}", '2026-08-03T14:30Z sam comments "@triage-bot allow own because I know"'
        ).actions[1:]
        == ()
    )


def test_what_people_wrote_runs_nothing_and_mentions_nobody(plan: Callable[..., Plan]) -> None:
    opens = '2026-08-03T14:00Z alice opens "/close @sam <!-- x"'
    does = "{note: 'Dear @maria, see {{ title }}.', issue: {title: 'On {{ title }}', description: '/close'}}"
    note, issue = plan(does, opens=opens).actions
    assert isinstance(note, Comment)
    assert isinstance(issue, OpenIssue)
    assert note.body.endswith("\nDear `@maria`, see `/close @sam <!-- x`.")
    assert issue.title == "On `/close @sam <!-- x`"
    assert issue.body.splitlines()[1] == "\\/close"
    assert issue.body.startswith("<!-- triage:report related own/issue/2026-08-03T15:00:00.000Z 1#1 -->")


def test_an_issue_related_to_a_confidential_one_is_confidential(plan: Callable[..., Plan]) -> None:
    (issue,) = plan("{issue: {title: x}}", "2026-08-03T14:30Z sam makes it confidential").actions
    assert isinstance(issue, OpenIssue)
    assert issue.confidential


def test_two_rules_that_undo_each_other_are_named(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    from app.core.problem import Unsettled

    own = with_rules(
        ruleset,
        own_rule("{label: x, on: false}", "does: {add_labels: [x]}", "one"),
        own_rule("{label: x}", "does: {remove_labels: [x]}", "two"),
    )
    with pytest.raises(Unsettled, match="one, two"):
        evaluate(issue_of(OPENS), own, read_instant(NOW))


def test_an_unknown_id_is_for_the_client_to_ask(plan: Callable[..., Plan]) -> None:
    (assign,) = plan("{assign: sofia}").actions
    assert isinstance(assign, Assign)
    assert assign.user.id == 0


@pytest.mark.parametrize(
    ("does", "fault"),
    [
        ("{}", "it does nothing"),
        ("{add_label: [x]}", 'did you mean "add_labels"?'),
        ("{add_labels: [x], remove_labels: [x]}", "both put on and taken off"),
        ("{move: us-west, state: close}", "say only one of move and state"),
        ("{due_date: 5d}", "write none, +5d"),
        ("{due_date: +soon}", "is no length of time"),
        ("{assign: '@sofia'}", "write sofia"),
        ("{note: {text: x, mention: y}}", 'unknown key "mention"'),
    ],
)
def test_a_faulty_shape(does: str, fault: str) -> None:
    assert fault in faults_of(own_rule("{label: go}", f"does: {does}"))[0]


@pytest.mark.parametrize(
    ("when", "more", "fault"),
    [
        ("{label: go}", "does: {add_labels: [SA Doing]}", "which is for people to say"),
        ("{label: go}", "does: {remove_labels: ['SA *']}", "which is for people to say"),
        ("{label: go}", "does: {add_labels: ['bot::off']}", "for people to tell the bot"),
        (
            "{label: go}",
            "does: {add_labels: [own]}\nwhile_failing: {labels: [own]}",
            "belongs to the rule own",
        ),
        ("{label: go}", "does: {move: us-wets}", 'unknown board "us-wets"; did you mean "us-west"?'),
        ("{label: go}", "does: {assign: role juggler}", "nobody holds the role 'juggler'"),
        ("{label: go}", "while_failing: {repair: true}", "a condition repairs nothing"),
        ("{field: {block: SA Ask, filled: true}}", "", 'no template has a block "SA Ask"'),
        ("{not: {assignee_in: role juggler}}", "", "nobody holds the role 'juggler'"),
    ],
)
def test_a_fault_between_files(ruleset: Ruleset, when: str, more: str, fault: str) -> None:
    rule, document = rule_of(own_rule(when, more))
    own = replace(ruleset, rules=(rule,), documents={rule.id: document})
    assert [message for _, message in condition_faults(rule, own) if fault in message]
