"""A clause in CEL, compiled once: what it may ask of an issue, and what its answer is worth. Bounded by what it gets.

A limit by a clock would make one issue come out now so and now so; instead texts and lists are cut, and a clause goes
through one list at most, so that the worst takes some hundredths of a second.
"""

import re
from functools import lru_cache
from importlib import import_module, util
from typing import Any

from app.core.conditions.history import touched_at
from app.core.conditions.seen import Seen, steady
from app.core.facts import Facts

PACKAGE = "cel_expr_python"
LONGEST_TEXT, LONGEST_COMMENT, LONGEST_LIST = 20_000, 4_000, 50
STRINGS = ("title", "description", "author", "state", "milestone", "due_date", "created_at", "closed_at")
LISTS = ("labels", "assignees", "comments")
NUMBERS = ("upvotes", "downvotes")
_LOOP = re.compile(r"\.\s*(?:all|exists|exists_one|existsOne|filter|map|transformList|transformMap)\s*\(")

_MATCHES = re.compile(r"\bmatches\s*\(")
_WRITTEN_OUT = re.compile(r"""\.\s*matches\s*\(\s*[rR]?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")


def why_not(clause: str) -> str:
    """Why the clause cannot be used; empty when it can."""
    if util.find_spec(PACKAGE) is None:
        return "a clause in CEL needs the package cel-expr-python; install triage-boards[cel], or write it without"
    if len(_LOOP.findall(clause)) > 1:
        return "a clause goes through a list once at most; write two clauses"
    if len(_MATCHES.findall(clause)) > len(_WRITTEN_OUT.findall(clause)):
        return "the expression that matches asks for is written out in the clause: TEXT.matches('...')"
    try:
        kind = compiled(clause).return_type().name()
    except RuntimeError as error:
        said = str(error).removeprefix("INVALID_ARGUMENT: ERROR: <input>:").partition("\n")[0]
        return f"CEL does not understand it: {said}; known are {', '.join(sorted(_variables()))}"
    return "" if kind == "BOOL" else f"it says {kind.lower()}, and must say true or false"


@lru_cache(maxsize=256)
def compiled(clause: str) -> Any:
    """The clause, ready to be asked. Errors: RuntimeError where CEL does not understand it."""
    return _environment().compile(clause)


@lru_cache(maxsize=1)
def _environment() -> Any:
    cel = import_module(f"{PACKAGE}.cel")
    return cel.NewEnv(variables=_variables())


@lru_cache(maxsize=1)
def _variables() -> dict[str, Any]:
    kinds = import_module(f"{PACKAGE}.cel").Type
    found = dict.fromkeys(STRINGS, kinds.STRING) | dict.fromkeys(NUMBERS, kinds.INT)
    return found | dict.fromkeys(LISTS, kinds.List(kinds.STRING)) | {"confidential": kinds.BOOL}


def seen_by(clause: str, facts: Facts) -> Seen:
    """What the clause says of the issue; what is no answer is unknown, an error with what CEL says of it."""
    since = touched_at(facts)
    try:
        answer = compiled(clause).eval(data=_given(facts)).plain_value()
    except RuntimeError as error:
        return steady(None, str(error), since)
    return (
        steady(answer, str(answer).lower(), since) if isinstance(answer, bool) else _no_answer(answer, since)
    )


def _no_answer(answer: object, since: Any) -> Seen:
    return steady(None, f"no answer: {answer}", since)


def _given(facts: Facts) -> dict[str, Any]:
    issue = facts.issue
    return {
        "title": issue.title,
        "description": issue.description[:LONGEST_TEXT],
        "author": issue.author.username,
        "state": issue.state,
        "milestone": issue.milestone.title if issue.milestone else "",
        "due_date": str(issue.due_date or ""),
        "created_at": issue.created_at.isoformat(),
        "closed_at": issue.closed_at.isoformat() if issue.closed_at and issue.state == "closed" else "",
        "labels": sorted(issue.labels)[:LONGEST_LIST],
        "assignees": [user.username for user in issue.assignees][:LONGEST_LIST],
        "comments": [note.body[:LONGEST_COMMENT] for note in issue.comments[-LONGEST_LIST:]],
        "upvotes": issue.upvotes,
        "downvotes": issue.downvotes,
        "confidential": issue.confidential,
    }
