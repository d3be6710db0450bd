"""Instants as our files and options write them."""

from datetime import UTC, datetime


def read_instant(text: str) -> datetime:
    """An instant with its zone, such as 2026-03-02T14:00Z, in UTC. Errors: ValueError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no instant; write it as 2026-03-02T14:00Z") from None
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no zone; write it as 2026-03-02T14:00Z")
    return at.astimezone(UTC)
