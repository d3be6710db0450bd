"""Orders to the bot in comments: which lines are some, who may give them, and that each has one answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import process_time

import pytest

from app.core.after import after
from app.core.evaluate import evaluate
from app.core.model import Issue, Note, User
from app.core.orders import orders
from app.core.plan import Move, Plan, PutNote, Reply
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant

OPENED = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled except "Agreement"\n'
NOW = "2026-03-02T16:00Z"


@pytest.fixture
def told(plan_of: Callable[..., Plan]) -> Callable[..., list[str]]:
    """What the bot says to the comments, without the hidden key; a move as `move to BOARD`."""

    def make(*comments: tuple[str, str], board: str = "us-east", before: str = "") -> list[str]:
        lines = OPENED + before
        for minute, (who, words) in enumerate(comments, start=1):
            bars = "\n".join(f"  | {line}" for line in words.split("\n"))
            lines += f"2026-03-02T15:{minute:02}Z {who} comments\n{bars}\n"
        actions = plan_of(lines, NOW, board).actions
        return [
            a.body.partition("\n")[2] if isinstance(a, Reply) else str(a)
            for a in actions
            if isinstance(a, Reply | Move)
        ]

    return make


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("@triage-bot move", [("move", "")]),
        ("@Triage-Bot Move to emea", [("move", "to emea")]),
        ("@triage-bot: agree!", [("agree", "")]),
        ("@triage-bot, agree for the customer", [("agree", "for the customer")]),
        ("Thanks.\n@triage-bot agree\n@triage-bot move", [("agree", ""), ("move", "")]),
        ("@triage-bot", [("", "")]),
        ("   @triage-bot help", [("help", "")]),
        ("- @triage-bot help", [("help", "")]),
        ("1. @triage-bot move to emea", [("move", "to emea")]),
        ("* [ ] @triage-bot agree", [("agree", "")]),
        ("**@triage-bot** help", [("help", "")]),
        ("Please, @triage-bot move", []),
        ("@triage-botany move", []),
        ("@triage-bot-2 move", []),
        ("> @triage-bot move", []),
        ("`@triage-bot move`", []),
        ("```\n@triage-bot move\n```", []),
        ("    @triage-bot move", []),
        ("<!-- \n@triage-bot move\n-->", []),
        ("@sam move", []),
    ],
)
def test_which_lines_are_orders(
    issue_of: Callable[..., Issue], body: str, found: list[tuple[str, str]]
) -> None:
    issue = issue_of(OPENED)
    issue = replace(issue, notes=(Note(1, issue.created_at, User(2, "sam"), body),))
    assert [(o.verb, o.words) for o in orders(issue)] == found


def test_the_bot_gives_itself_no_orders_and_gitlab_gives_none(issue_of: Callable[..., Issue]) -> None:
    issue = issue_of(OPENED)
    notes = (
        Note(1, issue.created_at, issue.bot, "@triage-bot move"),
        Note(2, issue.created_at, User(2, "sam"), "@triage-bot move", system=True),
    )
    assert orders(replace(issue, notes=notes)) == ()


@pytest.mark.parametrize(
    ("who", "words", "answer"),
    [
        (
            "sam",
            "allow late-activity because he is ill",
            "@sam: noted, the rule `late-activity` is let pass here.",
        ),
        (
            "maria",
            "allow late-activity because x until 2026-04-01",
            "let pass here until Wed 1 Apr 2026, 23:59 EDT",
        ),
        ("sam", "allow late-activity", "please say why"),
        ("sam", "allow late-activty because x", "I know no rule `late-activty`. There are: `late-activity`"),
        ("sam", "allow", "I know no rule `of that name`"),
        (
            "alice",
            "allow late-activity because x",
            "`allow` is for the SAs and managers of this board to say.",
        ),
        ("root", "move to emea", "@root: `move` is for the SAs and managers of this board to say."),
        ("sam", "move", "where to? For example `@triage-bot move to emea`"),
        ("sam", "move to emae", "I know no board `emae`. There are: "),
        ("sam", "move to us-east", "this is on the US East board already."),
        ("sam", "move to EMEA", "move to emea"),
        ("sofia", "move to gitlab-com/customer-success/sa-triage-boards/apac-triage", "move to apac"),
        ("sam", "agree", "noted, an SA agrees that this is done."),
        ("alice", "agree", "Still to agree: an SA and the customer."),
        ("alice", "agree for the customer", "the customer agrees that this is done."),
        ("root", "agree", "`agree` is for the SAs and the requester of this board to say."),
        ("root", "help", "you can tell me"),
        ("alice", "please close this", "I do not understand `please close this`."),
        ("alice", "", "you can tell me"),
        ("sam", "allow late-activity until 2026-04-01 because x", "let pass here until Wed 1 Apr 2026"),
        ("sam", "allow `late-activity`, Because x", "the rule `late-activity` is let pass here."),
        ("sam", "allow late-activity because x until 2026-02-30", "I cannot let it pass until `2026-02-30`."),
        ("sam", "allow late-activity because x until 2020-01-01", "I cannot let it pass until `2020-01-01`."),
        ("sam", "allow late-activity until Friday because x", "I cannot let it pass until `Friday`."),
        ("sam", "agree, but the customer has not said so yet", "noted, an SA agrees"),
    ],
)
def test_every_order_has_its_answer(
    told: Callable[..., list[str]], who: str, words: str, answer: str
) -> None:
    (said,) = told((who, f"@triage-bot {words}".strip()), before='2026-03-02T14:30Z sam adds "SA Triaged"\n')
    assert answer in said


@pytest.mark.parametrize(
    "words",
    [
        "Move To EMEA",
        "move it to emea",
        "move this to the EMEA board",
        "move to `emea`.",
        "move to EMEA, please",
        "move emea",
    ],
)
def test_where_to_is_understood_as_people_say_it(told: Callable[..., list[str]], words: str) -> None:
    assert told(("sam", f"@triage-bot {words}")) == ["move to emea"]


def test_of_two_moves_the_last_word_counts_and_the_other_is_answered(told: Callable[..., list[str]]) -> None:
    overruled, move = told(("sam", "@triage-bot move to emea"), ("sofia", "@triage-bot move to apac"))
    assert (
        overruled == "@sam: `sofia` asked me later to move this to the APAC board, so that is where it goes."
    )
    assert move == "move to apac"


def test_a_move_comes_last_whatever_was_said_after_it(told: Callable[..., list[str]]) -> None:
    said, move = told(("sam", "@triage-bot move to emea"), ("sofia", "@triage-bot help"))
    assert said.startswith("@sofia: ")
    assert move == "move to emea"


def test_a_moved_issue_is_left_alone(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    issue = issue_of(OPENED + '2026-03-02T15:00Z sam comments "@triage-bot move to emea"')
    for action in evaluate(issue, ruleset, read_instant(NOW)).actions:
        issue = after(issue, action, read_instant(NOW))
    plan = evaluate(issue, ruleset, read_instant(NOW))
    assert plan.actions == ()


def test_what_was_said_is_quoted_in_the_answer(told: Callable[..., list[str]]) -> None:
    (said,) = told(("root", "@triage-bot @all `x` </details>"))
    assert "``@all `x` </details>``" in said


def test_one_comment_has_one_answer(told: Callable[..., list[str]]) -> None:
    (said,) = told(("alice", "@triage-bot agree\n@triage-bot agree for the customer"))
    assert said.count("noted") == 2


def test_the_same_nonsense_is_answered_once_and_an_order_every_time(told: Callable[..., list[str]]) -> None:
    nonsense = ("root", "@triage-bot I am on holiday")
    assert len(told(nonsense, nonsense, nonsense)) == 1
    assert len(told(("root", "@triage-bot help"), ("root", "@triage-bot help"))) == 2


def test_answered_is_answered(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    issue = issue_of(OPENED + '2026-03-02T15:00Z sam comments "@triage-bot help"')
    for action in evaluate(issue, ruleset, read_instant(NOW)).actions:
        issue = after(issue, action, read_instant(NOW))
    assert evaluate(issue, ruleset, read_instant(NOW)).actions == ()


def test_on_a_closed_issue_nothing_is_answered(
    told: Callable[..., list[str]], plan_of: Callable[..., Plan]
) -> None:
    lines = OPENED + '2026-03-02T15:00Z alice comments "@triage-bot help"\n2026-03-02T15:01Z alice closes\n'
    assert plan_of(lines, NOW).actions == ()


def test_what_was_ordered_before_the_move_was_ordered_elsewhere(plan_of: Callable[..., Plan]) -> None:
    lines = OPENED + '2026-03-02T15:00Z sam comments "@triage-bot move to emea"\n'
    moved = lines + '2026-03-02T15:01Z triage-bot says "moved from us-east-enterprise-triage#1"\n'
    assert [str(a) for a in plan_of(lines, NOW).actions] == ["move to emea"]
    assert plan_of(moved, NOW, board="emea").actions == ()
    again = moved + '2026-03-02T15:30Z sam comments "@triage-bot move to us-east"\n'
    assert [str(a) for a in plan_of(again, NOW, board="emea").actions] == ["move to us-east"]


def test_nothing_is_planned_after_a_move(plan_of: Callable[..., Plan]) -> None:
    lines = (
        OPENED
        + '2026-03-02T15:00Z sam comments "@triage-bot move to emea"\n2026-03-02T15:00Z sam adds "SA Doing"\n'
    )
    assert [str(a) for a in plan_of(lines, NOW).actions] == ["assign sam", "move to emea"]


def test_a_silenced_bot_does_not_answer(plan_of: Callable[..., Plan]) -> None:
    lines = (
        OPENED + '2026-03-02T14:30Z sam adds "bot::off"\n2026-03-02T15:00Z sam comments "@triage-bot help"\n'
    )
    assert plan_of(lines, NOW).actions == ()


def test_a_waiver_ends_with_its_day(plan_of: Callable[..., Plan]) -> None:
    lines = (
        '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled except "SA Asks"\n'
        '2026-03-02T15:00Z sam comments "@triage-bot allow incomplete-request because x until 2026-03-03"\n'
    )
    end = read_instant("2026-03-04T05:00Z")  # midnight in New York
    verdicts = {}
    for at in (end - timedelta(microseconds=1), end):
        plan = plan_of(lines, at.isoformat())
        verdicts[at] = next(o.verdict for o in plan.outcomes if o.rule == "incomplete-request")
    assert list(verdicts.values()) == ["waived", "failing"]
    before = plan_of(lines, "2026-03-02T16:00Z")
    assert next(o.recheck_at for o in before.outcomes if o.rule == "incomplete-request") == end


REGION = (
    '2026-03-02T14:00Z alice opens "Acme demo"\n  | ## Region\n  | EMEA\n  | ## Segment\n  | Enterprise\n'
)


@pytest.mark.parametrize(
    "lines",
    [
        OPENED + '2026-03-02T15:00Z sam comments "@triage-bot move to emea"\n'
        '2026-03-02T15:01Z triage-bot says "moved to gitlab-com/emea-triage#1"\n'
        "2026-03-02T15:01Z triage-bot closes\n2026-03-02T15:30Z sofia reopens\n",
        OPENED + "2026-03-02T14:10Z alice closes\n"
        '2026-03-02T15:00Z sam comments "@triage-bot move to emea"\n2026-03-02T15:30Z alice reopens\n',
        OPENED + '2026-03-02T14:10Z sam adds "bot::off"\n'
        '2026-03-02T15:00Z sam comments "@triage-bot move to emea"\n2026-03-02T15:30Z sam removes "bot::off"\n',
    ],
    ids=["moved, and reopened", "given while it was closed", "given while the bot was silenced"],
)
def test_an_old_order_does_not_come_alive(plan_of: Callable[..., Plan], lines: str) -> None:
    assert not [a for a in plan_of(lines, NOW).actions if isinstance(a, Move | Reply)]


def test_an_order_that_was_answered_is_not_obeyed_later(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    issue = issue_of(
        OPENED.replace('"Agreement"', '"Agreement" "Region"')
        + '2026-03-02T15:00Z sam comments "@triage-bot move"'
    )
    (reply,) = evaluate(issue, ruleset, read_instant(NOW)).actions
    assert isinstance(reply, Reply)
    issue = replace(after(issue, reply, read_instant(NOW)), description=issue_of(REGION).description)
    later = evaluate(issue, ruleset, read_instant("2026-03-20T16:00Z"))
    assert not [a for a in later.actions if isinstance(a, Move)]


def test_what_is_said_internally_stays_internal(plan_of: Callable[..., Plan]) -> None:
    lines = (
        '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled except "SA Asks"\n'
        "2026-03-02T14:30Z triage-bot comments\n  | <!-- triage:status 1#1 -->\n  | old\n"
        '2026-03-02T15:00Z sam comments internally "@triage-bot allow incomplete-request because of the lawsuit"\n'
        '2026-03-02T15:01Z sam comments internally "@triage-bot lawsuit"\n'
    )
    plan = plan_of(lines, NOW)
    assert [a.internal for a in plan.actions if isinstance(a, Reply)] == [True, True]
    (note,) = [a for a in plan.actions if isinstance(a, PutNote)]
    assert "lawsuit" not in note.body
    assert "`a reason that was given internally`" in note.body


def test_an_ended_waiver_hides_no_exception(plan_of: Callable[..., Plan]) -> None:
    lines = (
        '2026-03-02T14:00Z alice opens "Acme"\n  | <!-- triage-template: sa-activity v3 -->\n'
        "  | ## Opportunity Size\n  | USD 5,000\n"
        '2026-03-03T15:00Z sam comments "@triage-bot allow small-deal because ill until 2026-03-04"\n'
        '2026-03-03T16:00Z alice comments "@maria @sofia please, because they grow"\n'
        '2026-03-03T17:00Z alice comments "Thanks @maria and @sofia!"\n'
    )
    plan = plan_of(lines, "2026-03-06T15:00Z", "commercial-amer")
    (outcome,) = [o for o in plan.outcomes if o.rule == "small-deal"]
    assert outcome.verdict == "waived"
    assert outcome.reason.endswith(": they grow")


def test_an_order_is_no_answer_to_anybody_else(plan_of: Callable[..., Plan]) -> None:
    late = OPENED + '2026-03-02T15:00Z sam comments "@triage-bot help"\n'
    assert "+sla::breached" in {str(a) for a in plan_of(late, "2026-03-09T15:00Z").actions}
    spoken = OPENED + "2026-03-02T15:00Z sam comments\n  | @triage-bot help\n  | I look into it.\n"
    assert "+sla::breached" not in {str(a) for a in plan_of(spoken, "2026-03-09T15:00Z").actions}
    waiting = (
        OPENED
        + '2026-03-02T15:00Z sam adds "SA Waiting"\n2026-03-02T15:30Z alice comments "@triage-bot agree"\n'
    )
    assert "-SA Waiting" not in {str(a) for a in plan_of(waiting, NOW).actions}


def test_a_claim_after_a_strangers_is_a_claim(plan_of: Callable[..., Plan]) -> None:
    lines = (
        OPENED + '2026-03-02T15:00:00Z root adds "SA Doing"\n2026-03-02T15:00:05Z root removes "SA Doing"\n'
        '2026-03-02T15:00:10Z sam adds "SA Doing"\n'
    )
    assert [str(a) for a in plan_of(lines, NOW).actions] == ["assign sam"]


@pytest.mark.parametrize(
    "body",
    [
        "@triage-bot allow late-activity because" + " " * 200_000,
        "`" * 200_000 + "@maria",
        "@maria @sofia " * 20_000,
        "expedite " * 30_000,
        "a" * 200_000 + "://",
        "@triage-bot help\n" * 20_000,
        "until " * 50_000,
    ],
    ids=["spaces", "backticks", "mentions", "words", "an address", "orders", "until"],
)
def test_no_comment_keeps_the_bot_busy(ruleset: Ruleset, issue_of: Callable[..., Issue], body: str) -> None:
    issue = issue_of(OPENED + '2026-03-02T14:00Z sam adds "Expedite"\n', "commercial-amer")
    note = Note(99, read_instant("2026-03-02T15:00Z"), User(2, "sam"), body)
    began = process_time()
    plan = evaluate(replace(issue, notes=(*issue.notes, note)), ruleset, read_instant(NOW))
    assert process_time() - began < 10  # a guard against blow-ups, not a measurement
    assert all(len(a.body) < 100_000 for a in plan.actions if isinstance(a, Reply))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("@Triage-Bot help", id="in whatever case"),
        pytest.param("@triage<!-- a comment -->-bot help", id="with a comment in it, which nobody sees"),
        pytest.param("Hello\r\n@triage-bot help", id="behind Windows' line ends"),
    ],
)
def test_an_order_is_found_however_the_name_is_written(issue_of: Callable[..., Issue], line: str) -> None:
    issue = issue_of('2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled')
    note = Note(1, issue.created_at, User(2, "sam"), line)
    assert [o.verb for o in orders(replace(issue, notes=(note,)))] == ["help"]
