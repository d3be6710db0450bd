"""What `triage rules import` says: what became of each rule, what is not taken, what is wrong in the original."""

import textwrap
from collections import Counter
from typing import Any

from app.core.importing.mapping import EVERYWHERE, Import, Imported, Outcome
from app.core.problem import Problem

OUTCOMES: dict[Outcome, str] = {
    "whole": "mapped whole",
    "changed": "mapped with a changed meaning",
    "left out": "left out",
}


def as_text(found: Import, where: str, *, written: bool) -> str:
    """The report for people. `where` is the folder."""
    counts = Counter(one.outcome for one in found.rules)
    told = ", ".join(f"{counts[key]} {words}" for key, words in OUTCOMES.items())
    parts = [f"{found.file}: {_number(len(found.rules), 'rule')} of issues; {told}."]
    parts += [_section(key, found) for key in OUTCOMES if counts[key]]
    if found.not_taken:
        parts.append("\n".join(["Not taken:", *map(_line, found.not_taken)]))
    if found.faults:
        parts.append("\n".join(["Faults in the original:", *map(_line, found.faults)]))
    if any(one.text for one in found.rules):
        parts.append("\n".join(["Of every rule here:", *map(_wrapped, EVERYWHERE)]))
    parts.append(_ending(found, where, written=written))
    return "\n\n".join(parts)


def _ending(found: Import, where: str, *, written: bool) -> str:
    if found.broken:
        lines = [
            "In the way: examples of your own rules do not come out beside these, so that nothing is written:"
        ]
        return "\n".join([*lines, *map(_line, found.broken)])
    if not any(one.text for one in found.rules):
        return "There is nothing to write."
    if written:
        return f"Written into {where}. Read them, then: triage rules check && triage sweep --dry-run"
    return f"Nothing is written; without --dry-run it goes into {where}."


def _section(outcome: Outcome, found: Import) -> str:
    lines = [f"{OUTCOMES[outcome].capitalize()}:"]
    for one in found.rules:
        if one.outcome == outcome:
            lines += _told(one, outcome)
    return "\n".join(lines)


def _told(one: Imported, outcome: Outcome) -> list[str]:
    place = f"{one.policy.document.file}:{one.policy.line}"
    lines = [f'  {place} "{one.policy.name}"' + (f" -> {one.id}.yaml" if one.text else "")]
    lines += [
        _remark(problem) for problem in (one.found.lacking if outcome == "left out" else one.found.changed)
    ]
    if one.text and not one.fires:
        lines.append(
            "    its examples only say when it does not fire: no timeline can tell of all that it asks"
        )
    return lines


def _remark(problem: Problem) -> str:
    return textwrap.fill(
        f"line {problem.line}: {problem.message}", 110, initial_indent="    ", subsequent_indent="      "
    )


def _line(told: object) -> str:
    """What is told, on one line whatever is quoted in it."""
    return f"  {' '.join(str(told).split())}"


def _wrapped(sentence: str) -> str:
    return textwrap.fill(sentence, 110, initial_indent="  - ", subsequent_indent="    ")


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def as_data(found: Import, where: str, *, written: bool) -> dict[str, Any]:
    """The same for programs; with the rules' text."""
    return {
        "file": found.file,
        "folder": where,
        "written": written,
        "broken": [problem.as_dict() for problem in found.broken],
        "rules": [_data(one) for one in found.rules],
        "not_taken": [problem.as_dict() for problem in found.not_taken],
        "faults": [{**fault.problem.as_dict(), "code": fault.code} for fault in found.faults],
        "everywhere": list(EVERYWHERE),
    }


def _data(one: Imported) -> dict[str, Any]:
    return {
        "name": one.policy.name,
        "line": one.policy.line,
        "outcome": one.outcome,
        "id": one.id if one.text else None,
        "text": one.text or None,
        "fires_in_an_example": one.fires,
        "changed": [problem.as_dict() for problem in one.found.changed],
        "left_out": [problem.as_dict() for problem in one.found.lacking],
    }
