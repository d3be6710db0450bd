"""`triage rules backtest`: each request's past, played again with rules, beside what was done or what others would have
done. Reads GitLab, and writes nothing."""

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rich.console import Console

from app.core.backtest import Account, Difference, by_todays_text, difference, of_history, of_replay
from app.core.board import Board
from app.core.model import IssueRef
from app.core.problem import Unsettled
from app.core.replay import replay
from app.core.ruleset import Ruleset
from app.other_rules import other_rules
from app.reconcile import Looked
from app.survey import survey
from app.sweep import choose_boards
from app.tools import Tools

HISTORY = "what was done"


@dataclass(frozen=True)
class Compared:
    """One request: what came of it before, and what comes of it now. `silent` says why the bot leaves it alone."""

    ref: IssueRef
    reference: str
    board: str
    before: Account
    now: Account
    difference: Difference
    confidential: bool = False
    silent: str = ""


@dataclass(frozen=True)
class Backtest:
    """The whole. `before` names what the rules are held against; `todays_text` and `todays_members` what of the past is
    judged by what is so today."""

    since: datetime
    until: datetime
    version: str
    before: str
    rows: list[Compared]
    failed: list[str] = field(default_factory=list)
    todays_text: list[str] = field(default_factory=list)
    todays_members: list[str] = field(default_factory=list)

    @property
    def differing(self) -> list[Compared]:
        return [row for row in self.rows if row.difference]

    def calls(self, *, now: bool) -> Counter[str]:
        """How often each person is called, in all."""
        found: Counter[str] = Counter()
        for row in self.rows:
            for (name, _week), number in (row.now if now else row.before).calls.items():
                found[name] += number
        return found

    def most_in_a_week(self, *, now: bool) -> Counter[str]:
        """For each person the most calls in one week."""
        weekly: Counter[tuple[str, object]] = Counter()
        for row in self.rows:
            weekly.update((row.now if now else row.before).calls)
        found: Counter[str] = Counter()
        for (name, _week), number in weekly.items():
            found[name] = max(found[name], number)
        return found


def run(tools: Tools, boards: list[str], length: timedelta, against: str) -> Backtest:
    """Plays the last `length` of the boards' requests again. `against` names a folder or a git ref with rules; empty:
    what the bot really did. Errors: ConfigError, Unauthorized."""
    chosen = choose_boards(tools.ruleset, boards)
    until = tools.clock.now()
    since = until - length
    with ExitStack() as stack:
        other = stack.enter_context(other_rules(against, tools.folder))[1] if against else None
        stack.enter_context(Console(stderr=True, highlight=False).status("Playing the past again ..."))
        found = survey(
            chosen,
            tools,
            lambda looked, board: _compared(looked, board, tools.ruleset, other, since, until),
            closed_for=length,
            against=other,
        )
    rulesets = [tools.ruleset, *([other] if other else [])]
    return Backtest(
        since,
        until,
        tools.ruleset.version,
        against or HISTORY,
        sorted(
            (row for row in found.rows if isinstance(row, Compared)), key=lambda row: (row.board, row.ref)
        ),
        found.failed + [row for row in found.rows if isinstance(row, str)],
        sorted({rule for ruleset in rulesets for rule in by_todays_text(ruleset.rules)}),
        sorted({path for board in chosen for path in board.groups()}),
    )


def _compared(
    looked: Looked, board: Board, ruleset: Ruleset, other: Ruleset | None, since: datetime, until: datetime
) -> Compared | str:
    issue = looked.issue
    try:
        replayed = replay(issue, ruleset, since, until)
        now = of_replay(replayed, since)
        if other:
            before = of_replay(replay(issue, other, since, until), since)
        else:
            before = of_history(issue, looked.plan, since)
    except Unsettled as error:
        return f"{issue.reference}: {error}"
    differ = difference(before, now, by_rule=other is not None)
    silent = replayed.last.silent
    return Compared(issue.ref, issue.reference, board.id, before, now, differ, issue.confidential, silent)
