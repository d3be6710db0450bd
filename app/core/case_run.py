"""Plays a case: tells the story up to each instant, has the bot look and act there, and compares with what must be."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.core.after import after
from app.core.case import Case, Look
from app.core.document import Document, Path, one_of
from app.core.evaluate import evaluate
from app.core.example import done_by, effects, with_cast
from app.core.plan import Outcome, Plan, Written
from app.core.problem import Problem, Unsettled
from app.core.ruleset import Ruleset
from app.core.timeline import Telling, TimelineError, read_instant

NO_RULES = ("orders", "adoption")  # what is done in these names is no rule's


@dataclass(frozen=True)
class Difference:
    """One thing that is otherwise: what it is about, what was expected and did not come, what came instead."""

    what: str
    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """A look that is not as it must be, with its place, and what the rules said that it is about."""

    place: Problem
    at: datetime
    zone: ZoneInfo
    differences: tuple[Difference, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Played:
    """A case that was played: where it failed, if it did, and what it says something about of what rules said."""

    file: str
    name: str
    failures: tuple[Failure, ...]
    seen: tuple[Outcome, ...]


def faults(case: Case, ruleset: Ruleset, document: Document, path: Path) -> Iterator[Problem]:
    """Boards and rules that are none, and lines that cannot be read."""
    if case.board not in ruleset.boards:
        message = f'unknown board "{case.board}"; {one_of(case.board, list(ruleset.boards))}'
        yield document.problem((*path, "board"), message)
        return
    project = ruleset.boards[case.board].file.project
    try:
        telling = Telling(case.timeline, ruleset.templates, project=project)
        telling.until(read_instant(case.looks[-1].now))
        if line := telling.next_line:
            raise TimelineError(line, "it comes after the last look; look later, or leave it out")
    except TimelineError as error:
        yield document.problem((*path, "timeline"), f"line {error.line} of the timeline: {error}")
    known = [rule.id for rule in ruleset.rules]
    last: datetime | None = None
    for n, look in enumerate(case.looks):
        for key in ("expect", "findings", "verdicts", "due"):
            names = getattr(look, key) or ()
            for i, name in enumerate(names):
                if name not in known and not (key == "expect" and name in NO_RULES):
                    at = (*path, "looks", n, key, i if key == "findings" else name)
                    yield document.problem(at, f'unknown rule "{name}"; {one_of(name, known)}', at_key=True)
        now = read_instant(look.now)
        if last is not None and now <= last:
            yield document.problem(
                (*path, "looks", n, "now"), "looks stand in order, each later than the one before"
            )
        last = now


def play(case: Case, ruleset: Ruleset, document: Document, path: Path) -> Played:
    """The case played on that ruleset with the people of the examples; it has no `faults`."""
    ruleset = replace(ruleset, boards={name: with_cast(board) for name, board in ruleset.boards.items()})
    board = ruleset.boards[case.board]
    telling = Telling(case.timeline, ruleset.templates, project=board.file.project)
    failures, seen = [], list[Outcome]()
    for n, look in enumerate(case.looks):
        now, here = read_instant(look.now), (*path, "looks", n)
        try:
            issue = telling.until(now)
            plan = evaluate(issue, ruleset, now)
        except (TimelineError, Unsettled) as error:
            place = document.problem(here, f'case "{case.name}": {error}')
            failures.append(Failure(place, now, board.calendar.zone, (Difference(str(error)),), ()))
            break
        for action in plan.actions:
            issue = after(issue, action, now)
        telling.become(issue)
        about = [
            o for o in plan.outcomes if o.rule in look.rules() or look.others or look.findings is not None
        ]
        seen += about
        if found := tuple(_differences(look, plan, ruleset)):
            named = {difference.what.split(":")[0] for difference in found} | look.rules()
            place = document.problem(here, f'case "{case.name}"')
            told = tuple(o for o in plan.outcomes if o.rule in named)
            failures.append(Failure(place, now, board.calendar.zone, found, told))
    return Played(document.file, case.name, tuple(failures), tuple(seen))


def _differences(look: Look, plan: Plan, ruleset: Ruleset) -> Iterator[Difference]:
    rules = {rule.id: rule for rule in ruleset.rules}
    names = dict.fromkeys(
        [*look.expect, *(({*rules} | {a.rule for a in plan.actions}) if look.others else ())]
    )
    for name in names:
        if name == "status":
            continue  # the note in which rules ask, which is told of as theirs
        got = effects(plan, rules[name]) if name in rules else sorted(done_by(plan, name))
        expected = look.expect.get(name, [])
        if (
            name not in look.expect
        ):  # what a rule asks in the note that stands there is nothing that it does now
            got = [each for each in got if each not in ("ask", "advise")]
        yield from _compared(f"{name}: does", expected, got)
    if look.findings is not None:
        yield from _compared("findings", look.findings, [o.rule for o in plan.findings])
    said = {outcome.rule: outcome for outcome in plan.outcomes}
    for name, verdict in look.verdicts.items():
        outcome = said.get(name)
        yield from _compared(f"{name}: is", [verdict], [outcome.verdict if outcome else "not looked at"])
    for name, due in look.due.items():
        expected_due = [_shown(read_instant(due))] if due else []
        yield from _compared(f"{name}: due", expected_due, _due(said.get(name)))
    yield from _notes(look, plan)
    if look.silent is not None and (look.silent not in plan.silent or bool(look.silent) != bool(plan.silent)):
        yield Difference("silent", (look.silent or "the bot may act",), (plan.silent or "the bot may act",))


def _compared(what: str, expected: Iterable[str], got: Iterable[str]) -> Iterator[Difference]:
    missing, surplus = sorted(set(expected) - set(got)), sorted(set(got) - set(expected))
    if missing or surplus:
        yield Difference(what, tuple(missing), tuple(surplus))


def _due(outcome: Outcome | None) -> list[str]:
    """When the last cycle of the rule's clock is due, if it is open."""
    clocks = outcome.clocks if outcome else ()
    if not clocks or clocks[-1].ended_at is not None or clocks[-1].due_at is None:
        return []
    return [_shown(clocks[-1].due_at)]


def _notes(look: Look, plan: Plan) -> Iterator[Difference]:
    bodies = [a.body.partition("\n")[2] for a in plan.actions if isinstance(a, Written)]
    for text in look.notes:
        if not any(text in body for body in bodies):
            yield Difference("notes", (text,), tuple(bodies) or ("no note is written",))
    for text in look.no_notes:
        if any(text in body for body in bodies):
            yield Difference("notes", (), (text,))


def _shown(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
