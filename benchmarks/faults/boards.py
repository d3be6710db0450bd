"""Boards as they stand after a run, and where two of them differ (DESIGN: "Two boards are equal"). Changes nothing."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.core.ruleset import Ruleset
from benchmarks.faults.acts import Json
from tests.town import Town

KEY = re.compile(r"\A<!-- triage:(\S+) ")
BOTS = ("triage-bot", "sweep-bot")

Board = Mapping[int, Mapping[str, Any]]


def board(url: str, ruleset: Ruleset, iids: Sequence[int]) -> Board:
    """Each request's state, labels, assignees, open findings, and their notes by key; what is still to do as well."""
    town = Town(url, ruleset)
    try:
        return town.board(list(iids))
    finally:
        town.close()


def differences(wanted: Board, found: Board) -> list[str]:
    """Where a board is not as the other, one line each; empty when they are equal."""
    lines = [f"#{iid} is missing" for iid in sorted(wanted.keys() - found.keys())]
    lines += [f"#{iid} is one too many" for iid in sorted(found.keys() - wanted.keys())]
    for iid in sorted(wanted.keys() & found.keys()):
        lines += [f"#{iid}: {line}" for line in _of_one(wanted[iid], found[iid])]
    return lines


def _of_one(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterable[str]:
    for what in sorted(wanted.keys() | found.keys() - {"notes"}):
        if what != "notes" and wanted.get(what) != found.get(what):
            yield f"{what} should be {_shown(wanted.get(what))}, is {_shown(found.get(what))}"
    notes, others = wanted.get("notes", {}), found.get("notes", {})
    yield from (f"the note {key} is missing" for key in sorted(notes.keys() - others.keys()))
    yield from (f"the note {key} is one too many" for key in sorted(others.keys() - notes.keys()))
    for key in sorted(notes.keys() & others.keys()):
        if notes[key] != others[key]:
            yield f"the note {key} reads otherwise: {_first_difference(notes[key], others[key])}"


def _shown(value: Any) -> str:
    return (
        ", ".join(sorted(map(str, value))) or "none"
        if isinstance(value, set | frozenset | list)
        else str(value)
    )


def _first_difference(wanted: str, found: str) -> str:
    pairs = zip([*wanted.splitlines(), ""], [*found.splitlines(), ""], strict=False)
    one, other = next(((a, b) for a, b in pairs if a != b), (f"{len(wanted)} characters", str(len(found))))
    return f"{one!r} should be there, {other!r} is"


def doubled(notes: Iterable[Json]) -> list[str]:
    """The keys of which one request has more than one note of the bot's."""
    keys = Counter(
        found[1]
        for note in notes
        if not note["system"] and note["author"]["username"] in BOTS and (found := KEY.match(note["body"]))
    )
    return [key for key, number in keys.items() if number > 1]
