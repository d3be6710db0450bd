"""A rule as its YAML file says it: which check, for which issues, and what holds while it fails."""

from functools import cached_property
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from app.core.board import Manner
from app.core.calls import SummonSpec
from app.core.checks import Check
from app.core.condition import Conditions
from app.core.document import Model
from app.core.does import Does
from app.core.limits import Limit
from app.core.listing import SummaryIssue

EXPECTED = (
    r"^(ask|advise|summon|reply|note|issue|list|close|reopen|[+-].+|(un)?assign \S+|move to \S+|due \d{4}-\d\d-\d\d"
    r"|not due|(not )?confidential)$"
)


class AppliesTo(Model):
    """Which issues: all, unless boards or templates are named."""

    boards: list[str] = Field(default=[], description="Board ids; none named means every board.")
    templates: list[str] = Field(default=[], description="Template names; none named means every template.")
    where: dict[str, Conditions] = Field(
        default={}, description="By board id: on that board only requests for which this holds."
    )


class WhileFailing(Model):
    """What is so while the check finds something. All of it is undone when it finds nothing any more."""

    labels: list[str] = Field(default=[], description="On while it fails, off when it is over.")
    status: str = Field(
        default="", description="What the status note asks; may hold the check's placeholders."
    )
    advice: str = Field(
        default="", description="A line in the status note if there is one; no note is begun for it alone."
    )
    summon: SummonSpec | None = Field(default=None, description="Who is called, once for each cause.")
    repair: bool = Field(
        default=False, description="Whether the check's own repair is done, such as taking a label off."
    )


class ExceptionSpec(Model):
    """How people except a request from the rule: one comment that mentions somebody of each of these roles."""

    mentions: list[str] = Field(min_length=1, description="Roles, whose holders the board files name.")


class Example(Model):
    """One history, an instant, and what this rule does then; run as a test whenever rules are loaded."""

    name: str = Field(description="What the example shows, in a few words.")
    board: str = Field(
        description="Whose calendar counts; sam and sofia are its SAs here, maria its escalation."
    )
    timeline: str = Field(
        description='The history, a line for each act: `2026-03-02T14:00Z alice opens "Demo" from "SA Activity"`.'
    )
    now: str = Field(description="The instant at which it is looked at, such as 2026-03-04T14:00Z.")
    manner: Manner | None = Field(default=None, description="How the board wants it; else as the rule says.")
    expect: list[Annotated[str, Field(pattern=EXPECTED)]] = Field(
        description="`+label`, `-label`, `assign NAME`, `ask` (status note), `advise` (a line in it), `summon`, "
        "`reopen`, `move to BOARD`, `note`, `issue`, `list` (a line in its issue), `close`, `due 2026-03-20`, `not "
        "due`, `confidential`, `not confidential`; empty: nothing."
    )


class Rule(Model):
    """`rules/<id>.yaml`. The id names the problem and reads after \"allow\"."""

    id: Annotated[str, BeforeValidator(str)] = Field(
        pattern=r"^[a-z][a-z0-9-]*$",
        description="The file's name without its ending: the problem, such as late-activity.",
    )
    summary: str = Field(description="What is so when the rule is kept, in one sentence.")
    why: str = Field(description="Where the rule comes from.")
    applies_to: AppliesTo = Field(default=AppliesTo(), description="Which issues it is for; all without it.")
    check: Check = Field(description="What is looked for: a kind of check with its parameters.")
    manner: Manner | None = Field(
        default=None,
        description="Advise: only the status note. Ask: the summons too. Put back: the repair too. A board may say "
        "otherwise in its `manners`. Without it all that stands in `while_failing` is done.",
    )
    exception: ExceptionSpec | None = Field(
        default=None, description="How people except a request from it by a comment."
    )
    goes_with: str = Field(
        default="", description="Another rule's id: whoever lets that one pass, lets this pass too."
    )
    while_failing: WhileFailing = Field(
        default=WhileFailing(), description="What is so while the check finds something."
    )
    does: Does | None = Field(default=None, description="What is done once per cause, and stays.")
    limit: Limit | None = Field(
        default=None,
        description="At each sweep it acts on so many requests of a board at most: `most_recent: 50`, `oldest: 2`. "
        "Only sweeps let it act then; when something happens, or time has come, it waits for the next one.",
    )
    summary_issue: SummaryIssue | None = Field(
        default=None, description="An issue on each board that lists what the rule finds, kept up by sweeps."
    )
    examples: list[Example] = Field(min_length=2, description="At least one that fails and one that passes.")

    @model_validator(mode="after")
    def _only_once(self) -> "Rule":
        kept = self.while_failing
        if self.limit and (self.check.kind != "condition" or kept.labels or kept.status or kept.advice):
            raise ValueError(
                "a limit is for what a condition does once: does, and summon; it keeps nothing up"
            )
        if self.summary_issue and self.check.kind != "condition":
            raise ValueError(
                "a summary issue lists what a condition finds; the status note tells of other checks"
            )
        return self

    def texts(self) -> dict[tuple[str | int, ...], str]:
        """The texts that may hold placeholders, by their place in the file."""
        found: dict[tuple[str | int, ...], str] = {}
        for name in ("status", "advice"):
            if text := getattr(self.while_failing, name):
                found[("while_failing", name)] = text
        found |= {(*path, "text"): spec.text for path, spec in self.summonses().items()}
        found |= self.does.texts() if self.does else {}
        if self.summary_issue:
            found[("summary_issue", "item")] = self.summary_issue.item
        if self.check.kind == "unowned" and self.check.nobody:
            found[("check", "nobody")] = self.check.nobody
        if self.check.kind == "sla":
            for name, text in self.check.says:
                if text:
                    found[("check", "says", name)] = text
            for i, step in enumerate(self.check.ladder):
                if step.says:
                    found[("check", "ladder", i, "says")] = step.says
        return found

    @property
    def placeholders(self) -> frozenset[str]:
        """What its texts may name that are written once, and told anew at no later look."""
        return frozenset(getattr(self.check, "WRITTEN_ONCE", ()))

    def summonses(self) -> dict[tuple[str | int, ...], SummonSpec]:
        """The calls that the rule may make, by their place in the file."""
        found: dict[tuple[str | int, ...], SummonSpec] = {}
        if self.while_failing.summon:
            found[("while_failing", "summon")] = self.while_failing.summon
        if self.check.kind == "sla":
            for i, step in enumerate(self.check.ladder):
                if step.summon:
                    found[("check", "ladder", i, "summon")] = step.summon
        return found

    @cached_property
    def owns(self) -> tuple[str, ...]:
        """The labels that the rule puts on and takes off, each once."""
        return tuple(dict.fromkeys(self.labels().values()))

    def labels(self) -> dict[tuple[str | int, ...], str]:
        """The same, by their place in the file."""
        found: dict[tuple[str | int, ...], str] = {
            ("while_failing", "labels", i): label for i, label in enumerate(self.while_failing.labels)
        }
        if self.check.kind == "sla":
            for n, step in enumerate(self.check.ladder):
                found |= {("check", "ladder", n, "labels", i): name for i, name in enumerate(step.labels)}
        return found
