"""The validator `choice`."""

import re
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from app.core.validators.reading import About, Kind, Reading, listed
from app.core.validators.wording import is_placeholder, is_spaceless, plain, tick, word_set

_CLAUSE = re.compile(r"[.,;:!?()](?=\s|\Z)|[\n;|()]|\bbut\b|\bhowever\b|—|\s-\s", re.IGNORECASE)
_BETWEEN = re.compile(r"[\W_]+")
_NO_BEFORE = word_set(
    """not no non never without neither nor none isnt arent wasnt dont doesnt didnt wont cant cannot except excluding
    instead rather"""
)
_NOT_REALLY = frozenset({"only", "sure", "just", "decided", "clear", "yet", "known"})
_NO_AFTER = re.compile(
    r"\A ?(?:\| ?)?(?:no(?: \||\Z)|(?:is|are) (?:not|out|no)\b|isnt\b|not (?:an|possible)\b|wont\b)"
)


class Choice(Kind):
    """Finds which of the named options a text chooses, and asks when it chooses none.

    An option is found by its key or one of its synonyms, as whole words, whatever the case and the hyphens:
    "self-hosted", "Self Hosted", "selfhosted". "Not self-hosted" and "Self-hosted: no" do not count. When lines have
    boxes (`[x]`, `[ ]`) and one is ticked, only ticked lines count; untouched boxes count for nothing. Example: "Cloud,
    their own AWS account" chooses `cloud`.
    """

    kind: Literal["choice"]
    options: dict[str, list[str]] = Field(
        min_length=1, description="Each option by its name, with other words for it (may be empty)."
    )
    many: bool = Field(False, description="Whether several options may be chosen.")
    others: bool = Field(False, description="Whether an answer that is none of the options is fine too.")

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        owner: dict[str, str] = {}
        for key, synonyms in self.options.items():
            for said in (key, *synonyms):
                form = plain(said).replace(" ", "")
                if not form:
                    raise ValueError(f'"{said}" of option "{key}" has no letter or digit')
                if owner.setdefault(form, key) != key:
                    raise ValueError(f'"{said}" stands for both "{owner[form]}" and "{key}"; keep it at one')
        return self

    @property
    def reads_whole(self) -> bool:
        return True

    def _look(self, text: str, about: About) -> Reading:
        if not text:
            return Reading(f"please choose {self._asked}")
        lines = text.splitlines()
        boxes = [tick(line) for line in lines]
        if True in boxes:
            lines = [line for line, box in zip(lines, boxes, strict=True) if box]
        else:
            lines = [line for line, box in zip(lines, boxes, strict=True) if box is None]
            if not any(line.strip() for line in lines):
                return Reading(f"no box is ticked; please tick {self._asked}")
        chosen = self._chosen("\n".join(lines))
        understood = ", ".join(key for key in self.options if key in chosen)
        if not chosen:
            if self.others and any(not is_placeholder(line) for line in lines):
                return Reading(value=frozenset())
            return Reading(f"none of the options was recognised; please name {self._asked}")
        if len(chosen) > 1 and not self.many:
            return Reading(
                f"more than one is named ({understood}); please keep the one that applies", understood
            )
        return Reading(understood=understood, value=frozenset(chosen))

    @cached_property
    def forms(self) -> tuple[re.Pattern[str], tuple[str, ...]]:
        """A group for each form of an option, the longest first so that none hides in another; and whose form each is.

        Those that begin with the same sign stand together: no other needs to be tried.
        """
        forms = {(plain(said), key) for key, synonyms in self.options.items() for said in (key, *synonyms)}
        ordered = sorted(forms, key=lambda pair: (-len(pair[0]), pair))
        by_sign: dict[str, list[tuple[str, str]]] = {}
        for form, key in ordered:
            by_sign.setdefault(form[0], []).append((form, key))
        parts = [
            f"{_edge(sign)}{sign}(?:{'|'.join(f'({_rest(form)})' for form, _ in group)})"
            for sign, group in by_sign.items()
        ]
        return re.compile("|".join(parts)), tuple(key for group in by_sign.values() for _, key in group)

    @property
    def _asked(self) -> str:
        names = list(self.options)
        return f"one or more of {listed(names)}" if self.many else listed(names)

    def _chosen(self, text: str) -> set[str]:
        clauses = " | ".join(_plain_clause(clause) for clause in _CLAUSE.split(text) if clause)
        pattern, owners = self.forms
        chosen = set()
        for match in pattern.finditer(clauses):
            before = clauses[max(0, match.start() - 60) : match.start()].rpartition("|")[2].split()[-3:]
            after = clauses[match.end() : match.end() + 30]
            refused = _NO_BEFORE & set(before) and not _NOT_REALLY & set(before)
            if not refused and not _NO_AFTER.match(after):
                chosen.add(owners[(match.lastindex or 1) - 1])
        return chosen


def _plain_clause(clause: str) -> str:
    return _BETWEEN.sub(" ", clause.casefold().replace("'", "").replace("’", "")).strip()


def _edge(sign: str) -> str:
    """Where a word begins or ends with that sign, if its script has words."""
    return "" if is_spaceless(sign) else r"\b"


def _rest(form: str) -> str:
    """The form behind its first sign, with or without its spaces, one or many."""
    plural = "(?:e?s)?" if form[-1].isalpha() and len(form) > 2 else ""
    return form[1:].replace(" ", " ?") + plural + _edge(form[-1])
