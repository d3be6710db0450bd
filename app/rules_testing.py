"""Runs rules' examples and cases, and tells what came out: as text, as data and as JUnit XML."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from app.case_files import Found
from app.core.case_run import Difference, Failure, Played, play
from app.core.coverage import Coverage
from app.core.document import one_of
from app.core.example import looked_at
from app.core.problem import Problem
from app.core.ruleset import Ruleset
from app.core.text import steady
from app.core.why import rule_lines, there
from app.errors import ConfigError

SHOWN = 3  # things that were never seen of one rule, in the text


@dataclass(frozen=True)
class Example:
    """One example of a rule that was run, and what is wrong with it."""

    rule: str
    name: str
    file: str
    problem: Problem | None


@dataclass(frozen=True)
class Tested:
    """All that was run."""

    examples: tuple[Example, ...]
    cases: tuple[Played, ...]
    coverage: Coverage

    @property
    def failed(self) -> int:
        return sum(1 for e in self.examples if e.problem) + sum(1 for c in self.cases if c.failures)

    @property
    def passed(self) -> int:
        return len(self.examples) + len(self.cases) - self.failed


def run(ruleset: Ruleset, cases: Sequence[Found], *, rule: str = "", board: str = "") -> Tested:
    """The examples and cases about that rule and on that board, or all. Errors: ConfigError, no such rule or board."""
    for option, name, known in (
        ("--rule", rule, [r.id for r in ruleset.rules]),
        ("--board", board, [*ruleset.boards]),
    ):
        if name and name not in known:
            raise ConfigError(f'{option}: unknown {option[2:]} "{name}"; {one_of(name, known)}')
    chosen = [each for each in ruleset.rules if rule in ("", each.id)]
    coverage = Coverage(each.id for each in chosen)
    examples = []
    for each in chosen:
        file = ruleset.documents[each.id].file
        told = (example for example in each.examples if board in ("", example.board))
        for example, (plan, problem) in zip(told, looked_at(ruleset, each, board), strict=True):
            examples.append(Example(each.id, example.name, file, problem))
            for outcome in plan.outcomes if plan else ():
                if outcome.rule == each.id:
                    coverage.see(outcome)
    played = [play(c.case, ruleset, c.document, c.path) for c in cases if _meant(c, rule, board)]
    for outcome in (outcome for each in played for outcome in each.seen):
        coverage.see(outcome)
    return Tested(tuple(examples), tuple(played), coverage)


def _meant(found: Found, rule: str, board: str) -> bool:
    named = any(rule in look.rules() for look in found.case.looks)
    return board in ("", found.case.board) and (not rule or named)


def as_text(tested: Tested) -> str:
    """What failed, with why; how many passed; and what no test has seen yet."""
    lines = [str(e.problem) for e in tested.examples if e.problem]
    lines += [line for case in tested.cases for failure in case.failures for line in _failure_lines(failure)]
    failed = sum(1 for e in tested.examples if e.problem)
    lines.append(f"{len(tested.examples) - failed} examples pass, {failed} fail")
    failed = sum(1 for case in tested.cases if case.failures)
    lines.append(f"{len(tested.cases) - failed} cases pass, {failed} fail")
    return "\n".join([*lines, *_coverage_lines(tested.coverage)])


def _failure_lines(failure: Failure) -> Iterator[str]:
    yield f"{failure.place}, {there(failure.at, failure.zone)}"
    for difference in failure.differences:
        yield from _difference_lines(difference)
    for outcome in failure.outcomes:
        yield from (f"  {line}" for line in rule_lines(outcome, failure.zone))
    yield ""


def _difference_lines(difference: Difference) -> Iterator[str]:
    yield f"  {difference.what}"
    for sign, texts in (("-", difference.missing), ("+", difference.surplus)):
        for text in texts:
            first, *more = text.splitlines() or [""]
            yield f"    {sign} {first}"
            yield from (f"    {sign} {line}" for line in more)


def _coverage_lines(coverage: Coverage) -> Iterator[str]:
    yield f"{coverage.percent} % of what rules can say was seen"
    for rule, seen in coverage.rules.items():
        if unseen := seen.unseen():
            more = f"; and {len(unseen) - SHOWN} more" if len(unseen) > SHOWN else ""
            yield f"  {rule}: {'; '.join(unseen[:SHOWN])}{more}"


def as_data(tested: Tested) -> dict[str, Any]:
    """The same as JSON takes it; `passed` and `failed` are of examples, as ever."""
    problems = [e.problem for e in tested.examples if e.problem]
    return {
        "passed": len(tested.examples) - len(problems),
        "failed": [problem.as_dict() for problem in problems],
        "cases": [_case_data(case) for case in tested.cases],
        "coverage": tested.coverage.as_dict(),
    }


def _case_data(case: Played) -> dict[str, Any]:
    failures = [
        {
            **failure.place.as_dict(),
            "at": there(failure.at, failure.zone),
            "differences": [vars(difference) for difference in failure.differences],
            "explained": [line for outcome in failure.outcomes for line in rule_lines(outcome, failure.zone)],
        }
        for failure in case.failures
    ]
    return {"file": case.file, "name": case.name, "passed": not failures, "failures": failures}


def write_junit(tested: Tested, path: Path) -> None:
    """JUnit XML, a suite for each file. Errors: ConfigError, the file cannot be written."""
    suites = ElementTree.Element("testsuites", name="triage rules test")
    rows = [(e.file, e.name, str(e.problem) if e.problem else "") for e in tested.examples]
    rows += [
        (c.file, c.name, "\n".join(line for f in c.failures for line in _failure_lines(f)))
        for c in tested.cases
    ]
    for file in dict.fromkeys(file for file, _, _ in rows):
        mine = [(name, why) for each, name, why in rows if each == file]
        failed = sum(1 for _, why in mine if why)
        suite = ElementTree.SubElement(
            suites, "testsuite", name=file, tests=str(len(mine)), failures=str(failed)
        )
        for name, why in mine:
            case = ElementTree.SubElement(suite, "testcase", name=steady(name), classname=file, file=file)
            if why:
                first = steady(why.splitlines()[0])
                ElementTree.SubElement(case, "failure", message=first).text = steady(why)
    try:
        ElementTree.ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise ConfigError(f"--junit: {path} cannot be written: {error.strerror}") from None
