"""`triage rules check`: all that is to be said of a rules folder, in one list. What is wrong, app/core/lint says."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.core.codes import Level
from app.core.codes.behaviour import EXAMPLE_FAILS, EXAMPLE_UNREADABLE
from app.core.lint import Book, behaviour_faults, example_faults, lint
from app.core.problem import Problem
from app.errors import ConfigError
from app.memory import growing
from app.rulebook import opened

# GitLab's words for how much a finding matters: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
SEVERITIES: dict[Level, str] = {"error": "critical", "warning": "minor"}


@dataclass(frozen=True)
class Checked:
    """What was found in a folder, by file and line; `book` is what can be read, where all of it can. `played`: the
    examples were run too."""

    book: Book | None
    problems: tuple[Problem, ...]
    played: bool = False

    @property
    def errors(self) -> int:
        return sum(1 for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors

    def fails(self, level: Level) -> bool:
        """Whether there is something of that severity, or of a higher one."""
        return bool(self.errors or (level == "warning" and self.problems))

    def counts(self) -> dict[str, Any]:
        """How much was checked; nothing where it cannot be read."""
        if self.book is None:
            return {}
        ruleset = self.book.ruleset
        return {
            "version": ruleset.version,
            "rules": len(ruleset.rules),
            "boards": len(ruleset.boards),
            "templates": len(ruleset.templates),
            "examples": sum(len(rule.examples) for rule in ruleset.rules),
        }

    def with_more(self, problems: Iterable[Problem]) -> "Checked":
        """The same, with what somebody else found."""
        return replace(self, problems=_in_order([*self.problems, *problems]))


def check(folder: Path, today: date, *, examples: bool = True) -> Checked:
    """What is wrong with the folder. Names come first: what rules do is only told where all of them exist, and examples
    are only played then."""
    try:
        book, problems = opened(folder)
    except ConfigError as error:
        return Checked(None, tuple(error.problems))
    if book is not None:
        problems += book.remarks
        if not any(problem.severity == "error" for problem in problems):
            with growing():
                problems += [*behaviour_faults(book), *lint(book, today)]
            problems += example_faults(book.ruleset, book.ruleset.rules) if examples else ()
            return Checked(book, _in_order(problems), played=examples)
    return Checked(book, _in_order(problems))


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    found = dict.fromkeys(problems)
    return tuple(sorted(found, key=lambda p: (p.file, p.line, p.column, str(p.code or ""), p.message)))


def as_text(checked: Checked) -> str:
    """Each problem on a line, then how much was checked."""
    lines = [str(problem) if problem.file else problem.message for problem in checked.problems]
    counts, total = checked.counts(), len(checked.problems)
    failing = any(problem.code in (EXAMPLE_FAILS, EXAMPLE_UNREADABLE) for problem in checked.problems)
    if counts:
        checks = "{rules} rules, {boards} boards, {templates} templates".format(**counts)
        passed = "; {examples} examples pass".format(**counts) if checked.played and not failing else ""
        lines.append(f"{checks}{passed} (version {counts['version']})")
    if total:
        lines.append(f"{_counted(checked.errors, 'error')}, {_counted(checked.warnings, 'warning')}. {NEXT}")
    return "\n".join(lines)


NEXT = "What a code means: triage rules explain-code CODE"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def as_data(checked: Checked) -> dict[str, Any]:
    """The same for programs. `ok`: the rules are taken."""
    problems = [problem.as_dict() for problem in checked.problems]
    found = {"errors": checked.errors, "warnings": checked.warnings}
    return {"ok": not checked.errors, **checked.counts(), **found, "problems": problems}


def as_code_quality(checked: Checked) -> list[dict[str, Any]]:
    """The same as GitLab shows it beside a merge request. A finding is known again by its file, code and words, so that
    a line more above it makes it no new one."""
    return [
        {
            "description": problem.message,
            "check_name": problem.code.id if problem.code else "triage",
            "fingerprint": _fingerprint(problem),
            "severity": SEVERITIES[problem.severity],
            "location": {"path": _relative(problem.file), "lines": {"begin": max(problem.line, 1)}},
        }
        for problem in checked.problems
    ]


def _fingerprint(problem: Problem) -> str:
    said = "\n".join([_relative(problem.file), str(problem.code or ""), problem.message])
    return sha256(said.encode()).hexdigest()


def _relative(file: str) -> str:
    """The file as it stands below the folder where the command is run, as GitLab wants it."""
    path = os.path.relpath(file) if os.path.isabs(file) else file
    return Path(path).as_posix()
