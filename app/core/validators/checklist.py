"""The validator `checklist`."""

import re
from functools import lru_cache
from typing import Literal, Self

from pydantic import Field, model_validator

from app.core.validators.reading import About, Kind, Reading, listed
from app.core.validators.wording import bare, is_command, is_placeholder, plain, tick

_ASIDE = re.compile(r"\A\s*\([^()]*\)")
_SEPARATOR = re.compile(r"\A[\s*_`]*[:=|–—)?-]")
_EDGES = " \t*_`|#:=–—-)?"
_SHORT = 3
_HEAD = 200


class Checklist(Kind):
    """Finds lists of named items, such as MEDDPPICC, of which too few have been worked out.

    An item counts when something stands after its name on the line ("Metrics: 20 % fewer incidents"), or on the lines
    below it, or when its box is ticked. "Champion: TBD" does not count. Short names (M, EB) need a colon or a dash
    after them. The problem names what is still open. Example: seven of the eight parts of MEDDPPICC.
    """

    kind: Literal["checklist"]
    items: dict[str, list[str]] = Field(
        min_length=1, description="Each item by its name, with other names for it (may be empty)."
    )
    need: int | None = Field(None, ge=1, description="How many must be there; all when not given.")
    example: str = Field(
        "Metrics: 20 % fewer incidents\nChampion: Alice Archer", description="A few good lines."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.need is not None and self.need > len(self.items):
            raise ValueError(f"need is {self.need}, but there are {len(self.items)} items")
        owner: dict[str, str] = {}
        for item, synonyms in self.items.items():
            for said in (item, *synonyms):
                if not plain(said):
                    raise ValueError(f'"{said}" of item "{item}" has no letter or digit')
                if owner.setdefault(plain(said), item) != item:
                    raise ValueError(
                        f'"{said}" names both "{owner[plain(said)]}" and "{item}"; keep it at one'
                    )
        return self

    @property
    def reads_whole(self) -> bool:
        return True

    def _look(self, text: str, about: About) -> Reading:
        there = self._there(text)
        need = len(self.items) if self.need is None else self.need
        names = [item for item in self.items if item in there]
        missing = [item for item in self.items if item not in there]
        understood = f"{len(names)} of {len(self.items)}: {', '.join(names)}" if names else ""
        value = frozenset(names)
        if len(names) >= need:
            return Reading(understood=understood, value=value)
        short = f"{len(names)} of the {need} needed are there" if need < len(self.items) else ""
        return Reading(
            f"still open: {listed(missing, 'and')}" + (f" ({short})" if short else ""),
            understood,
            value=value,
        )

    def _there(self, text: str) -> set[str]:
        names = _names(tuple((item, *synonyms) for item, synonyms in self.items.items()))
        keys = list(self.items)
        there: set[str] = set()
        current = ""
        for line in text.splitlines():
            ticked = tick(line)
            words = bare(line).strip("|#*_` \t")
            match = names.match(words[:_HEAD])
            if match and _is_label(match, words):
                current = keys[int((match.lastgroup or "_0").split("_")[1])]
                rest = words[match.end() :]
                rest = _ASIDE.sub("", rest.lstrip("*_` ")).strip(_EDGES)
                if ticked or not is_placeholder(rest):
                    there.add(current)
            elif current and not (is_placeholder(words) or is_command(line)):
                there.add(current)
        return there


def _is_label(match: re.Match[str], line: str) -> bool:
    """Whether the name at the line's start is meant as one: a short one needs a colon or the like after it."""
    return len(match[0]) > _SHORT or bool(_SEPARATOR.match(line[match.end() :]))


@lru_cache(maxsize=64)
def _names(items: tuple[tuple[str, ...], ...]) -> re.Pattern[str]:
    forms = sorted(
        {(plain(said), i) for i, item in enumerate(items) for said in item}, key=lambda f: (-len(f[0]), f)
    )
    parts = [
        "(?P<n{}_{}>{})".format(n, i, r"[\W_]{0,3}".join(re.escape(word) for word in form.split()))
        for n, (form, i) in enumerate(forms)
    ]
    return re.compile(rf"(?:{'|'.join(parts)})(?![^\W_])", re.IGNORECASE)
