"""The report as a summary for a merge request: short, and with nothing in it that mentions or references anything."""

from collections.abc import Iterable, Iterator

from app.core.plan import Action
from app.core.text import quote, without_commands
from app.reports.shown import Shown, by_rule, called, counts, shown, touched
from app.reports.words import KINDS, counts_text, did, requests, why_incomplete
from app.sweep.report import Report

CALLS = {"would": "It would call", "did": "Called", "was to": "It was to call"}
FIRST = 30  # requests, people and rules that are shown
ACTIONS = 10  # of one request
# GitLab takes 1,000,000 characters: https://docs.gitlab.com/administration/instance_limits/
LONGEST = 100_000


def as_markdown(report: Report) -> str:
    """What is missing first, then on how many requests what is done, by board and by rule, who is called, and the first
    requests; cut far below what a comment may hold."""
    told = shown(report)
    lines = [f"### {_title(report, touched(told))}", "", *_incomplete(report)]
    now = "Only now" if report.against else "What"
    lines += _table(now, _by_board(told, "actions"))
    lines += _table("No longer", _by_board(told, "gone"))
    lines += [*_rules(told), *_calls(report, told), *_requests(told), _footer(report)]
    return _fitting(without_commands("\n".join(lines))) + "\n"


def _title(report: Report, number: int) -> str:
    if report.against:
        return f"This change would touch {requests(number)}"
    if report.applied:
        done = sum(bool(row.done) for row in report.rows)
        return f"{requests(done)} touched" + (f", of {number}" if done != number else "")
    return f"This would touch {requests(number)}"


def _incomplete(report: Report) -> Iterator[str]:
    if why := why_incomplete(report):
        yield "**INCOMPLETE: there may be more than is shown here.**"
        yield ""
        yield from (f"- {quote(reason, 300)}" for reason in why[:FIRST])
        yield ""


def _by_board(told: Iterable[Shown], which: str) -> dict[str, list[Action]]:
    found: dict[str, list[Action]] = {}
    for each in told:
        if actions := getattr(each, which):
            found.setdefault(each.row.board, []).extend(actions)
    return found


def _table(title: str, boards: dict[str, list[Action]]) -> Iterator[str]:
    """Board by kinds of actions; nothing where there are none."""
    found = {board: counts(actions) for board, actions in boards.items()}
    kinds = [kind for kind in KINDS if any(kind.__name__ in each for each in found.values())]
    if not kinds:
        return
    yield f"| {title} | {' | '.join(KINDS[kind][1] for kind in kinds)} |"
    yield "|---|" + "---:|" * len(kinds)
    for board, each in found.items():
        yield f"| {quote(board)} | {' | '.join(str(each[kind.__name__] or '') for kind in kinds)} |"
    yield ""


def _rules(told: list[Shown]) -> Iterator[str]:
    rules = by_rule(told)
    if not rules:
        return
    yield from ("| Rule | requests | boards |", "|---|---:|---|")
    for rule, boards in list(rules.items())[:FIRST]:
        where = ", ".join(f"{board} {number}" for board, number in boards.most_common())
        yield f"| {quote(rule)} | {boards.total()} | {quote(where, 300)} |"
    yield from _more(len(rules), "rules")
    yield ""


def _calls(report: Report, told: list[Shown]) -> Iterator[str]:
    people = called(told)
    if people:
        verb = CALLS[did(report)]
        names = ", ".join(f"{quote(name)} {_times(number)}" for name, number in people.most_common(FIRST))
        more = f", and {len(people) - FIRST} more" if len(people) > FIRST else ""
        yield from (f"{verb}: {names}{more}.", "")


def _requests(told: list[Shown]) -> Iterator[str]:
    some = [each for each in told if each.number or each.row.error]
    if not some:
        return
    title = f"The first {FIRST} of {requests(len(some))}" if len(some) > FIRST else requests(len(some))
    yield from ("<details>", f"<summary>{title}</summary>", "")
    yield from (f"- {quote(each.row.reference, 200)}: {_does(each)}" for each in some[:FIRST])
    yield from ("", "</details>", "")


def _does(each: Shown) -> str:
    if each.row.error:
        return f"not done, {quote(each.row.error, 200)}"
    if each.hidden:
        return f"{each.number} to do, not shown: the issue is confidential"
    said: list[str] = [quote(str(action)) for action in each.actions]
    said += [f"no longer {quote(str(action))}" for action in each.gone]
    said += [f"{quote(str(call.action))} (waits for the service)" for call in each.waiting]
    more = [f"and {len(said) - ACTIONS} more"] if len(said) > ACTIONS else []
    return ", ".join(said[:ACTIONS] + more)


def _footer(report: Report) -> str:
    ruleset = next((row.plan.ruleset for row in report.rows if row.plan), "")
    parts = [counts_text(report)]
    parts += [f"Compared with {quote(report.against)}."] if report.against else []
    parts += [f"Rules {quote(ruleset)}."] if ruleset else []
    parts += [f"Run {quote(report.run)}."] if report.run else []
    return " ".join(parts)


def _more(number: int, what: str) -> Iterator[str]:
    if number > FIRST:
        yield f"| and {number - FIRST} more {what} | | |"


def _times(number: int) -> str:
    return "once" if number == 1 else "twice" if number == 2 else f"{number} times"


def _fitting(text: str) -> str:
    """The text, cut at a line's end where it is too long."""
    if len(text) <= LONGEST:
        return text
    kept = text[:LONGEST].rpartition("\n")[0]
    closed = "" if kept.count("<details>") == kept.count("</details>") else "\n\n</details>"
    return f"{kept}{closed}\n\n**Cut here: there is more.**"
