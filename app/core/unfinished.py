"""A rule that counts from GitLab's `updated_at` and was interrupted: its own note moved the time from which it counts,
so that without this it would forget what it had begun. Pure.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from app.core.board import Board
from app.core.board_rules import Seat
from app.core.conditions.history import touched_at
from app.core.doing import once
from app.core.facts import Facts
from app.core.look import Look
from app.core.plan import stamp
from app.core.result import Result


def unfinished(seat: Seat, facts: Facts, boards: Mapping[str, Board]) -> Result | None:
    """What the rule found when it wrote its last note, while something of what it does once is still to be done for
    that; None where nothing is, or a person did anything since.

    When it was is in the note's key. A rule with labels of its own gets none: they would come and go.
    """
    rule, check = seat.rule, seat.rule.check
    if rule.does is None or seat.owns or check.kind != "condition" or "updated_at" not in check.counts_from:
        return None
    written = ((note.at, key) for key, note in facts.own_notes.items() if key.startswith(f"{rule.id}/"))
    at, key = max(written, default=(None, ""))
    began = _instant(key)
    if at is None or began is None or touched_at(facts) >= at:
        return None
    result = seat.look(facts.with_issue(replace(facts.issue, updated_at=began)))
    if not result.failing or result.cause_at is None or stamp(result.cause_at) != stamp(began):
        return None
    return result if once(Look(seat, result, None, True), facts, boards) else None


def _instant(key: str) -> datetime | None:
    """When the cause began of which a key tells; None where it tells of none."""
    try:
        return datetime.fromisoformat(key.rpartition("/")[2])
    except ValueError:
        return None
