"""What is wrong between a clock and the rest of the ruleset: calendars, roles and labels that do not exist."""

from collections.abc import Iterator

from app.core.checks.sla import Sla
from app.core.document import Path, one_of
from app.core.rule import Rule
from app.core.ruleset import Ruleset

NOTE_OF, ROLE = "note of ", "role "


def clock_faults(rule: Rule, ruleset: Ruleset) -> Iterator[tuple[Path, str]]:
    """The faults of the rule's clock with their places; none where it has no clock."""
    check = rule.check
    if not isinstance(check, Sla):
        return
    if check.calendar and check.calendar not in ruleset.calendars:
        known = one_of(check.calendar, list(ruleset.calendars))
        yield ("check", "calendar"), f'unknown calendar "{check.calendar}"; {known}'
    for i, label in enumerate(check.paused_while):
        if label in rule.owns:
            yield ("check", "paused_while", i), f'the clock would stop itself by its own label "{label}"'
    for path, name in _moments(check):
        if name[0] in "+-" and name[1:] in ruleset.labels.clocks:
            yield ("check", *path), f'"{name[1:]}" is put on by clocks, and what they do starts and ends none'


def role_faults(rule: Rule, ruleset: Ruleset) -> Iterator[tuple[Path, str]]:
    """Roles that a rule waits for or calls, and that nobody holds on one of its boards."""
    named = rule.applies_to.boards or list(ruleset.boards)
    boards = [ruleset.boards[name] for name in named if name in ruleset.boards]
    for path, role in _roles(rule):
        lacking = [board.id for board in boards if not board.file.roles.get(role)]
        if lacking:
            yield (
                path,
                f"nobody holds the role {role!r} on {', '.join(lacking)}; name them in the board's `roles`",
            )


def _moments(check: Sla) -> Iterator[tuple[Path, str]]:
    for key in ("starts", "answered_by", "restarts"):
        yield from (((key, i), name) for i, name in enumerate(getattr(check, key)))


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
