"""Salesforce's record ids: what kind of record one names, and whether it survived the copying.

An id is 15 characters that mind their case; the form of 18 adds three that say which letters are upper case.
Source: https://help.salesforce.com/s/articleView?id=000383751&type=1
"""

import re
from dataclasses import dataclass
from typing import Literal

Fault = Literal["", "short", "long", "checksum"]

KINDS = {
    "001": "account",
    "003": "contact",
    "005": "user",
    "006": "opportunity",
    "00Q": "lead",
    "500": "case",
    "701": "campaign",
    "00O": "report",
    "01Z": "dashboard",
    "0Q0": "quote",
    "800": "contract",
    "801": "order",
}
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_LIKE_AN_ID = re.compile(r"[0-9A-Za-z]{4,40}")


@dataclass(frozen=True)
class RecordId:
    """An id as found in a text. `id` has the right case again where that could be told."""

    id: str
    kind: str
    fault: Fault


def checksum(core: str) -> str:
    """The three characters that follow the first 15: for each five, one that says which are upper case."""
    return "".join(
        _SIGNS[sum(1 << i for i, c in enumerate(core[at : at + 5]) if "A" <= c <= "Z")] for at in (0, 5, 10)
    )


def record_id(word: str) -> RecordId | None:
    """The word as an id: one of a kind we know in any length, of another kind only when 15 or 18 long."""
    if not _LIKE_AN_ID.fullmatch(word):
        return None
    kind = KINDS.get(word[:3]) or KINDS.get(word[:3].upper(), "")
    if not kind:
        numbered = len(word) in (15, 18) and sum(c.isdigit() for c in word) >= 3
        return RecordId(word, "record of another kind", "") if numbered else None
    if not any(c.isdigit() for c in word):
        return None
    if len(word) < 15 or len(word) in (16, 17):
        return RecordId(word, kind, "short")
    if len(word) > 18:
        return RecordId(word, kind, "long")
    if len(word) == 18 and checksum(word[:15]) != word[15:]:
        mended = _with_case(word)
        return RecordId(mended or word, kind, "" if mended else "checksum")
    return RecordId(word, kind, "")


def _with_case(word: str) -> str:
    """The id with its case restored, when something along the way made it all lower or all upper case; else nothing."""
    if word not in (word.lower(), word.upper()) or any(c not in _SIGNS for c in word[15:].upper()):
        return ""
    mended = (
        "".join(
            c.upper() if _SIGNS.index(word[15 + i // 5].upper()) >> i % 5 & 1 else c.lower()
            for i, c in enumerate(word[:15])
        )
        + word[15:].upper()
    )
    return mended if checksum(mended[:15]) == mended[15:] else ""
