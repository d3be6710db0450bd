"""Whom a rule calls, and in which words: one short new note, once per cause and step."""

from typing import Annotated

from pydantic import Field

from app.core.document import Model
from app.core.length import Length

_ONE = r"(assignees|requester|mover|board\.escalation|role [a-z][\w-]*)"
Recipient = Annotated[str, Field(pattern=rf"^{_ONE}( or {_ONE})*$")]


class SummonSpec(Model):
    """One short new note, once per cause, that mentions those who must act."""

    who: list[Recipient] = Field(
        min_length=1,
        description="`assignees`, `requester`, `mover`, `board.escalation`, `role NAME` for whoever holds that role; "
        "`this or that` where the first may name nobody.",
    )
    text: str = Field(description="What they are told; may hold the check's placeholders.")
    after: Length | None = Field(
        default=None,
        description="Only once it has lasted so long, by the wall clock: what another system brings within the hour is "
        "not asked for.",
    )
