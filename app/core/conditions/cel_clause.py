"""A clause in CEL, compiled once and bounded: what it is given is cut, and an error or a late answer is no answer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from app.core.conditions.history import touched_at
from app.core.conditions.seen import Seen, steady
from app.core.facts import Facts

PACKAGE = "cel_expr_python"
LONGEST_TEXT, MOST_COMMENTS = 20_000, 200
VARIABLES = {
    "title": "STRING",
}


def why_not(clause: str) -> str:
    """Why the clause cannot be used; empty when it can."""
    return "not wired yet"


@lru_cache(maxsize=256)
def compiled(clause: str) -> Any:
    return None


def seen_by(expression: Any, facts: Facts) -> Seen:
    return steady(None, "not wired yet", touched_at(facts))
