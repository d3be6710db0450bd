"""The texts beside the rules: the status note whole, and what is answered to orders. Which values each of them has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from app.core.document import Model
from app.core.status import samples
from app.core.text import Ours
from app.core.words import WordsError, faults, render


class Answers(Model):
    """`rules/texts/answers.yaml`: what the bot says to orders, each in one or two sentences."""

    VALUES: ClassVar[Mapping[str, frozenset[str]]] = {
        "allowed": frozenset({"who", "rule", "until"}),
        "no_reason": frozenset({"who", "rule", "bot"}),
        "bad_day": frozenset({"who", "said"}),
        "unknown_rule": frozenset({"who", "said", "rules"}),
        "agreed": frozenset({"who", "party", "missing"}),
        "moves_where": frozenset({"who", "boards", "bot"}),
        "unknown_board": frozenset({"who", "said", "boards"}),
        "here_already": frozenset({"who", "board"}),
        "cannot_move": frozenset({"who", "board"}),
        "overruled": frozenset({"who", "by", "board"}),
        "not_yours": frozenset({"who", "verb", "may", "role"}),
        "explained": frozenset({"by", "at", "told", "bot"}),
        "snoozed": frozenset({"who", "until", "bot"}),
        "snoozed_note": frozenset({"by", "until", "because"}),
        "how_to_snooze": frozenset({"who", "bot", "said"}),
        "held": frozenset({"who", "until", "bot"}),
        "how_to_hold": frozenset({"who", "bot"}),
        "bad_hold": frozenset({"who", "bot"}),
        "over": frozenset({"who", "what"}),
        "expedited": frozenset({"who", "label", "because"}),
        "how_to_expedite": frozenset({"who", "bot", "label"}),
        "help": frozenset({"who", "bot", "sas", "marking"}),
        "unknown": frozenset({"who", "said", "bot", "near"}),
    }

    allowed: str = Field(description="A rule is let pass.")
    no_reason: str = Field(description="It would be, but no reason was given.")
    bad_day: str = Field(description="The day behind until is none, or past.")
    unknown_rule: str = Field(description="No rule has that name.")
    agreed: str = Field(description="Somebody agrees that the request is done.")
    moves_where: str = Field(description="To be moved, but nobody said where to.")
    unknown_board: str = Field(description="No board has that name.")
    here_already: str = Field(description="To be moved to where it is.")
    cannot_move: str = Field(description="GitLab does not let the bot move it.")
    overruled: str = Field(description="It was to be moved, but somebody has it moved elsewhere.")
    not_yours: str = Field(description="The order is for others to give.")
    explained: str = Field(description="How rules stand; `told` is made by the bot.")
    snoozed: str = Field(description="Nobody is called until then.")
    snoozed_note: str = Field(description="The line in the status note meanwhile.")
    how_to_snooze: str = Field(description="A snooze that names no time.")
    held: str = Field(description="The request is left alone until then.")
    how_to_hold: str = Field(description="A hold that gives no reason.")
    bad_hold: str = Field(description="A hold or a snooze until a day that is none, or past.")
    over: str = Field(description="A snooze or a hold is over.")
    expedited: str = Field(description="The request is marked as urgent.")
    how_to_expedite: str = Field(description="It would be, but no reason was given.")
    help: str = Field(description="What can be ordered, and by whom.")
    unknown: str = Field(description="The order is none that we know.")

    def say(self, name: str, **values: Any) -> Ours:
        """The answer of that name, filled in."""
        return render(getattr(self, name), values)


@dataclass(frozen=True)
class Texts:
    """The texts of a ruleset. `status` is the source of the status note."""

    status: str
    answers: Answers


def status_faults(source: str) -> list[WordsError]:
    """What is wrong with the text of the status note: names that it has not, and what fails once it is filled in."""
    found = faults(source, samples()[0].keys())
    for values in () if found else samples():
        try:
            render(source, values)
        except WordsError as error:
            return [error]
    return found


def answer_faults(answers: Answers) -> dict[str, list[WordsError]]:
    """What is wrong with the answers, by their names."""
    return {name: _answer_faults(getattr(answers, name), known) for name, known in Answers.VALUES.items()}


def _answer_faults(source: str, known: frozenset[str]) -> list[WordsError]:
    found = faults(source, known)
    try:
        _ = None if found else render(source, dict.fromkeys(known, Ours("so")))
    except WordsError as error:
        return [error]
    return found
