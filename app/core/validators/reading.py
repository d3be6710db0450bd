"""What every validator takes and gives. Reading never fails: any text gives a `Reading`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from string import Formatter
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from app.core.calendar import Calendar
from app.core.document import Model
from app.core.validators.wording import said_lines

# Zero-width and direction-changing characters come along when people copy, and hide in front of what they wrote.
_UNSEEN = dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)
_SPACES = dict.fromkeys([0xA0, 0x2007, 0x2009, 0x202F, 0x3000], " ")
_CLEAN = {**_UNSEEN, **_SPACES, 0x0D: "\n", 0x2028: "\n", 0x2029: "\n"}


@dataclass(frozen=True)
class About:
    """What is known around a text. `asked_at` (UTC) is when the requester last wrote: relative dates count from it.

    `zone` is the board's, `zones` its abbreviations by IANA name, `people` the usernames known on the board (empty:
    nobody knows). `issue` is the full reference of the issue itself (`group/project#12`), or empty. `calendar` counts
    the board's working days (`Calendar.counting("working_days")`); without it every day is one.
    """

    asked_at: datetime
    zone: ZoneInfo
    zones: Mapping[str, str]
    people: frozenset[str] = frozenset()
    issue: str = ""
    calendar: Calendar | None = None


@dataclass(frozen=True)
class Reading:
    """What a validator makes of a text.

    `problem` is empty when all is well, else half a sentence said to the requester; it never holds people's words.
    `understood` may hold them: quote it. `doubtful` means understood only perhaps, and never blocks: a reading that is
    doubtful has no problem. `value` is typed by kind, None when nothing was understood. `evasive`: what was written
    puts the answer off ("[name]", "n/a", "as soon as possible"), and counts as nothing written.
    """

    problem: str = ""
    understood: str = ""
    doubtful: bool = False
    value: object = None
    evasive: bool = False


class Kind(Model):
    """The base of the validators: their wording may be overridden, what they find may not."""

    message: str = Field(
        "", description="Said instead of the validator's own words; {problem} in it stands for those."
    )
    example: str = Field("", description="One good answer, shown beside the problem.")

    @field_validator("message")
    @classmethod
    def _one_placeholder(cls, value: str) -> str:
        try:
            names = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
        except ValueError as error:
            raise ValueError(f"a lone brace: {error}; write {{{{ or }}}} for a brace") from None
        if names - {"problem"}:
            raise ValueError(f"unknown placeholder {sorted(names)[0]!r}; known: problem")
        return value

    @property
    def reads_whole(self) -> bool:
        """Whether it wants the block whole: with marks of lists, and with the template's own questions and boxes."""
        return False

    def read(self, text: str, about: About) -> Reading:
        """What the words in a block amount to: the requester's own, or all where `reads_whole`; empty says nothing."""
        if not text.isascii() or "\r" in text:
            text = text.replace("\r\n", "\n").translate(_CLEAN)
        words = text.strip()
        reading = self._look(words, about)
        if not reading.problem:
            return reading
        said = self.message.format(problem=reading.problem) if self.message else reading.problem
        return replace(reading, problem=said, evasive=reading.evasive or not said_lines(words))

    def _look(self, text: str, about: About) -> Reading:
        raise NotImplementedError


def listed(names: list[str], last: str = "or") -> str:
    """The names as people list them: `a, b or c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
