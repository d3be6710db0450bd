"""What the labels of every board mean, as `rules/labels.yaml` says it."""

from functools import cached_property
from typing import Annotated

from pydantic import Field, model_validator

from app.core.document import Model
from app.core.history import StateLabels


class Look(Model):
    """How a label looks in GitLab, where setup makes it."""

    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = Field(
        default="#6699cc", description="Its colour, as #rrggbb."
    )
    description: str = Field(default="", max_length=400, description="What it means, in a line.")


class LabelsFile(Model):
    """`rules/labels.yaml`: what the labels of every board mean."""

    state: list[str] = Field(min_length=1, description="Exclusive, in the board's order. Open has no label.")
    waiting: str = Field(description="The state label that means: an SA waits for the requester.")
    attribute: list[str] = Field(description="Free labels beside the state.")
    claiming: list[str] = Field(
        min_length=1, description="State labels that make whoever puts them on the owner."
    )
    clocks: list[str] = Field(
        default=[],
        description="What clocks put on, the weakest first: several rules may own one, and of them one at most is on.",
    )
    elsewhere: list[str] = Field(
        default=[], description="Labels that say that others than the SAs have the request now."
    )
    expedite: str = Field(
        default="",
        description="The attribute label that `@bot expedite because ...` puts on; without it nobody can.",
    )
    off: str = Field(description="Silences the bot on an issue; counts from SAs and the escalation.")
    on: str = Field(description="Adopts a request that is older than the board's `since`.")

    looks: dict[str, Look] = Field(
        default={}, description="Colours and descriptions by the label's name, for triage setup."
    )

    @model_validator(mode="after")
    def _fit_together(self) -> "LabelsFile":
        if self.waiting not in self.state:
            raise ValueError(f'waiting: "{self.waiting}" is not among the state labels')
        if strange := sorted(set(self.elsewhere) - {*self.state, *self.attribute}):
            raise ValueError(f'elsewhere: "{strange[0]}" is neither a state nor an attribute label')
        if self.expedite and self.expedite not in self.attribute:
            raise ValueError(f'expedite: "{self.expedite}" is not among the attribute labels')
        if strange := sorted(set(self.claiming) - set(self.state)):
            raise ValueError(f'claiming: "{strange[0]}" is not among the state labels')
        names = [*self.state, *self.attribute, *self.clocks, self.off, self.on]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f'"{twice[0]}" is given twice; one label, one meaning')
        return self

    @cached_property
    def states(self) -> StateLabels:
        """The state labels by themselves."""
        return StateLabels(tuple(self.state), self.waiting)

    def look(self, name: str) -> Look:
        """How that label looks; in a colour of its kind where the file does not say."""
        if name in self.looks:
            return self.looks[name]
        colors = {**dict.fromkeys(self.attribute, "#8e44ad"), **dict.fromkeys(self.state, "#428bca")}
        colors |= dict.fromkeys(self.clocks, "#cc0033")
        return Look(color=colors.get(name, "#6699cc"))
