"""Finds a request with none of the labels of a family on, or with several."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from app.core.document import Model, Path
from app.core.effects import Effects, Fact, label
from app.core.facts import Facts
from app.core.given import written_at
from app.core.labels import label_since, last_person_act
from app.core.plan import Clause, stamp
from app.core.result import Change, Result
from app.core.text import Ours, quote
from app.core.validators.reading import listed


class Family(Model):
    """Labels that begin alike are a family, and exactly one of them is on: it says of what kind the request is.

    Where none is on and the request itself says which, in a block with a choice, that one is put on; but not again
    once a person took it off, until the description is edited. Of several only people know which to keep.
    Example: the block says EMEA, so `Partner Region-EMEA` goes on.
    """

    PLACEHOLDERS: ClassVar = frozenset({"family", "have", "unsaid"})
    ALSO_CLOSED: ClassVar = False

    kind: Literal["family"]
    prefix: str = Field(min_length=1, description="How all labels of the family begin.")
    block: str = Field(default="", description="The heading of the block that says which one.")
    labels: dict[str, str] = Field(default={}, description="Keys of its choice, each with its label.")

    @model_validator(mode="after")
    def _fit_together(self) -> "Family":
        if bool(self.block) != bool(self.labels):
            raise ValueError("block and labels go together: which label for which choice in which block")
        if stranger := next((label for label in self.labels.values() if not self._mine(label)), ""):
            raise ValueError(f'"{stranger}" does not begin with "{self.prefix}"')
        return self

    def block_names(self) -> Iterator[tuple[Path, str, list[str]]]:
        """The block that is named, with its place and the choices in it."""
        if self.block:
            yield ("block",), self.block, list(self.labels)

    def effects(self) -> Effects:
        """It looks for issues with none of the family on, or several, and puts on the one that is said."""
        several = Fact("other", f"several of {self.prefix}", frozenset())
        ways = (frozenset({label(f"{self.prefix}*", on=False)}), frozenset({several}))
        return Effects(ways, repairs=frozenset(label(name) for name in self.labels.values()))

    def look(self, facts: Facts) -> Result:
        have = sorted(filter(self._mine, facts.issue.labels))
        chosen = self._chosen(facts)
        cause = written_at(facts)
        refused_at = self._refused_at(facts, chosen, cause)

        def clauses() -> tuple[Clause, ...]:
            found = (
                Clause(
                    f"not exactly one label of {self.prefix} is on", ", ".join(have) or "none", len(have) != 1
                ),
                Clause("the request says which", chosen or "no", not have and chosen != ""),
            )
            refused = f"at {stamp(refused_at)}" if refused_at else "nobody did"
            refusal = Clause("no person took it off since", refused, not refused_at)
            return (*found, refusal) if chosen and not have else found

        if len(have) == 1:
            return Result(False, f"{have[0]} is on, and no other one", clauses)
        adds = not have and chosen and not refused_at
        return Result(
            True,
            f"{len(have) or 'none'} of the labels {self.prefix} {'is' if not have else 'are'} on",
            clauses,
            since=self._since(facts, have),
            cause_at=cause,
            values={
                "family": Ours(
                    listed([quote(label) for label in self.labels.values()] or [f"`{self.prefix}…`"])
                ),
                "unsaid": bool(self.block) and not chosen,
                "have": Ours(listed([quote(label) for label in have], "and")),
            },
            changes=(Change(add=chosen),) if adds else (),
        )

    def _mine(self, label: str) -> bool:
        return label.startswith(self.prefix)

    def _chosen(self, facts: Facts) -> str:
        """The label that the block says, where it names exactly one; else nothing."""
        answer = facts.answer(self.block) if self.block else None
        named = {self.labels[key] for key in (answer.choices if answer else ()) if key in self.labels}
        return named.pop() if len(named) == 1 else ""

    @staticmethod
    def _refused_at(facts: Facts, label: str, cause: datetime) -> datetime | None:
        """When a person took the label off since the cause; None when nobody did, or it was put on again."""
        act = last_person_act(facts.acts, label) if label else None
        return act.at if act and act.kind == "label_off" and act.at >= cause else None

    def _since(self, facts: Facts, have: list[str]) -> datetime:
        """Since when there have been two of them, or since when none."""
        if have:
            return sorted(label_since(facts.issue, label) or facts.issue.created_at for label in have)[1]
        events = facts.issue.label_events
        gone = [e.at for e in events if e.action == "remove" and e.label and self._mine(e.label)]
        return max(gone, default=facts.issue.created_at)
