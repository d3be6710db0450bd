"""What is checked: a ruleset with the places of all its files, and how something of a rule is found in its file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.board import Board
from app.core.codes import Code
from app.core.document import Document, Path
from app.core.problem import Problem
from app.core.rule import Rule
from app.core.ruleset import Ruleset


@dataclass(frozen=True)
class Book:
    """A ruleset whose names all exist, with the documents of its boards and templates by id and by name.
    `remarks` are what was odd when its files were read."""

    ruleset: Ruleset
    boards: Mapping[str, Document]
    templates: Mapping[str, Document]
    remarks: tuple[Problem, ...] = ()

    def boards_of(self, rule: Rule) -> list[Board]:
        """The boards that the rule is for."""
        named = rule.applies_to.boards or list(self.ruleset.boards)
        return [self.ruleset.boards[name] for name in named if name in self.ruleset.boards]

    def at_rule(self, rule: str, path: Path, message: str, code: Code) -> Problem:
        """A fault of a rule."""
        return self.ruleset.documents[rule].problem(path, message, code)

    def at_text(self, rule: str, text: str, message: str, code: Code) -> Problem:
        """A fault of a rule, at the first place of that text in it; at its check where it is not written out."""
        document = self.ruleset.documents[rule]
        ways = (
            {text, f"+{text}", f"-{text}"} if text else set()
        )  # moments name labels by what is done to them
        places = (path for path, said in leaves(document.data) if isinstance(said, str) and said in ways)
        return document.problem(next(places, ("check",)), message, code)


def leaves(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The single values of a document, with their places; examples are left out."""
    if isinstance(data, dict):
        for key, value in data.items():
            if path or key != "examples":
                yield from leaves(value, (*path, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from leaves(value, (*path, i))
    else:
        yield path, data
