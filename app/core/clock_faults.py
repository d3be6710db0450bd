"""What is wrong between a clock and the rest of the ruleset: calendars, roles and labels that do not exist."""

from collections.abc import Iterator
from datetime import UTC, datetime

from app.core.board import Board
from app.core.calendar import Calendar
from app.core.checks.sla import Sla
from app.core.codes import Code
from app.core.codes.behaviour import BOT_STARTS, NEVER_DUE, OWN_TIMER
from app.core.codes.names import NO_CALENDAR, NO_LABEL, NOBODY_HOLDS
from app.core.document import Path, one_of
from app.core.effects import same
from app.core.rule import Rule
from app.core.ruleset import Ruleset
from app.core.terms import Terms

NOTE_OF, ROLE = "note of ", "role "
Fault = tuple[Path, str, Code]
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def clock_faults(rule: Rule, ruleset: Ruleset) -> Iterator[Fault]:
    """The faults of the rule's clock with their places; none where it has no clock."""
    check = rule.check
    if not isinstance(check, Sla):
        return
    if check.calendar and check.calendar not in ruleset.calendars:
        known = one_of(check.calendar, list(ruleset.calendars))
        yield ("check", "calendar"), f'unknown calendar "{check.calendar}"; {known}', NO_CALENDAR
    for i, label in enumerate(check.paused_while):
        if label in rule.owns:
            message = f'the clock would stop itself by its own label "{label}"'
            yield ("check", "paused_while", i), message, OWN_TIMER
    names = [*ruleset.labels.state, *ruleset.labels.attribute]
    for place, label in _labels(check):
        if label not in names:
            yield place, f'"{label}" is no label of rules/labels.yaml; {one_of(label, names)}', NO_LABEL
    for path, name in _moments(check):
        if name[0] in "+-":
            yield from ((("check", *path), *fault) for fault in _moment_faults(name[1:], names, ruleset))
    if check.calendar in ("", *ruleset.calendars):
        yield from _never_due(rule, check, ruleset)


def _moment_faults(label: str, names: list[str], ruleset: Ruleset) -> Iterator[tuple[str, Code]]:
    """Labels by whose change no clock can run: those that only rules put on, and those that nobody knows."""
    if label in ruleset.labels.clocks:
        yield f'"{label}" is put on by clocks, and what they do starts and ends none', BOT_STARTS
    elif label in ruleset.owned and label not in names:
        yield (
            f'only rules put "{label}" on, and what they do starts and ends no clock; name what people do',
            BOT_STARTS,
        )
    elif not any(same(label, known) for known in (*names, *ruleset.families)):
        yield f'"{label}" is no label of rules/labels.yaml; {one_of(label, names)}', NO_LABEL


def _never_due(rule: Rule, check: Sla, ruleset: Ruleset) -> Iterator[Fault]:
    """Targets that the calendar of a board does not reach within a lifetime."""
    terms: list[tuple[Path, Terms]] = [(("check",), check)]
    terms += [(("check", "earlier", i), old) for i, old in enumerate(check.earlier)]
    named = [(path, one.target, one.count) for path, one in terms if one.target]
    named += [((*path, "expedite"), fast.target, fast.count) for path, one in terms if (fast := one.expedite)]
    for path, target, count in named:
        for board in _boards(rule, ruleset):
            calendar: Calendar = ruleset.calendars[check.calendar] if check.calendar else board.calendar
            try:
                calendar.counting(count).add(SOME_DAY, target)
            except OverflowError as error:
                message = f"by the calendar of {board.id} it is {error}; write a shorter time"
                yield (*path, "target"), message, NEVER_DUE


def role_faults(rule: Rule, ruleset: Ruleset) -> Iterator[Fault]:
    """Roles that a rule waits for or calls, and that nobody holds on one of its boards."""
    boards = _boards(rule, ruleset)
    for path, role in _roles(rule):
        lacking = [board.id for board in boards if not board.file.roles.get(role)]
        if lacking:
            yield (
                path,
                f"nobody holds the role {role!r} on {', '.join(lacking)}; name them in the board's `roles`",
                NOBODY_HOLDS,
            )


def _boards(rule: Rule, ruleset: Ruleset) -> list[Board]:
    """The boards that the rule is for."""
    named = rule.applies_to.boards or list(ruleset.boards)
    return [ruleset.boards[name] for name in named if name in ruleset.boards]


def _moments(check: Sla) -> Iterator[tuple[Path, str]]:
    for key in ("starts", "answered_by", "restarts"):
        yield from (((key, i), name) for i, name in enumerate(getattr(check, key)))


def _labels(check: Sla) -> Iterator[tuple[Path, str]]:
    """The labels by which the clock runs or stands still, and the one that makes its promise shorter."""
    yield from ((("check", "paused_while", i), label) for i, label in enumerate(check.paused_while))
    if check.only_while:
        yield ("check", "only_while"), check.only_while
    if check.expedite:
        yield ("check", "expedite", "label"), check.expedite.label


def _roles(rule: Rule) -> Iterator[tuple[Path, str]]:
    if isinstance(rule.check, Sla):
        for path, name in _moments(rule.check):
            if name.startswith(NOTE_OF):
                yield ("check", *path), name.removeprefix(NOTE_OF)
    for path, spec in rule.summonses().items():
        for i, recipient in enumerate(spec.who):
            for one in recipient.split(" or "):
                if one.startswith(ROLE):
                    yield (*path, "who", i), one.removeprefix(ROLE)
