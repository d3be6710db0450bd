"""Whom a rule calls, and in which words: one short new note, once per cause and step."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from app.core.document import Model, one_of
from app.core.length import Length

NAMES = ("assignees", "all assignees", "requester", "mover", "board.escalation")
_ROLE = re.compile(r"role [a-z][\w-]*")
_USER = re.compile(r"@\w(?:[\w.-]*\w)?")


def _recipient(value: str) -> str:
    for one in value.split(" or "):
        if one not in NAMES and not _ROLE.fullmatch(one) and not _USER.fullmatch(one):
            raise ValueError(
                f"{one!r} is nobody to call; {one_of(one, list(NAMES))}, role NAME, or @USERNAME"
            )
    return value


_SOMEBODY = f"({'|'.join(map(re.escape, NAMES))}|{_ROLE.pattern}|@[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?)"
Recipient = Annotated[
    str,
    AfterValidator(_recipient),
    WithJsonSchema(
        {"anyOf": [{"enum": [*NAMES]}, {"type": "string", "pattern": f"^{_SOMEBODY}( or {_SOMEBODY})*$"}]}
    ),
]


class SummonSpec(Model):
    """One short new note, once per cause, that mentions those who must act."""

    who: list[Recipient] = Field(
        min_length=1,
        description="`assignees` (the SAs to whom it belongs), `all assignees` (everybody assigned), `requester`, "
        "`mover`, `board.escalation`, `role NAME` for whoever holds that role, `@USERNAME`; `this or that` where the "
        "first may name nobody.",
    )
    text: str = Field(description="What they are told; may hold the check's placeholders.")
    after: Length | None = Field(
        default=None,
        description="Only once it has lasted so long, by the wall clock: what another system brings within the hour is "
        "not asked for.",
    )
