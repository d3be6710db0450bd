"""Reads the case files of a rules folder: `tests/*.yaml` in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.case import Case, CaseFile
from app.core.case_run import faults
from app.core.document import Document, parse
from app.core.document import Path as Place
from app.core.ruleset import Ruleset
from app.errors import ConfigError, Problem
from app.rules_folder import CASES


@dataclass(frozen=True)
class Found:
    """One case, with where it stands."""

    case: Case
    document: Document
    path: Place


def load_cases(folder: Path, ruleset: Ruleset) -> list[Found]:
    """Every case of the folder, by file. Errors: ConfigError with every fault found."""
    found: list[Found] = []
    problems: list[Problem] = []
    for path in sorted((folder / CASES).glob("*.yaml")):
        document = _document(path)
        file = document.read(CaseFile)
        problems += document.problems
        for i, case in enumerate(file.cases if file else ()):
            place: Place = ("cases", i)
            problems += faults(case, ruleset, document, place)
            found.append(Found(case, document, place))
    problems += _twice(found)
    if problems:
        raise ConfigError(problems)
    return found


def _document(path: Path) -> Document:
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        why = "save it as UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        return Document(str(path), problems=[Problem(str(path), 0, 0, f"it cannot be read: {why}")])


def _twice(found: list[Found]) -> Iterator[Problem]:
    seen = set()
    for each in found:
        key = (each.document.file, each.case.name)
        if key in seen:
            message = f'two cases here are named "{each.case.name}"; give one another name'
            yield each.document.problem((*each.path, "name"), message)
        seen.add(key)
