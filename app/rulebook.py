"""Reads the rules folder and the templates beside it. The only place that knows where rules stand on disk."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from app.calendars import CalendarFile, calendar_faults, calendar_of
from app.core.board import Board, BoardFile
from app.core.calendar import Calendar
from app.core.codes.files import (
    BAD_TEXT,
    CLAIMED_TWICE,
    OTHER_NAME,
    UNFIT_TEMPLATE,
    UNREADABLE,
)
from app.core.codes.names import NO_CALENDAR, NO_TEMPLATE
from app.core.document import Document, M, one_of, parse
from app.core.document import Path as Place
from app.core.example import run_examples
from app.core.faults import board_faults, duplicate_projects, faults_across
from app.core.labels_file import LabelsFile
from app.core.lint import Book, behaviour_faults
from app.core.quarter import USUAL, Quarters
from app.core.rule import Rule
from app.core.ruleset import Ruleset, sending
from app.core.template import Template, TemplateFile
from app.core.texts import Answers, Texts, answer_faults, status_faults
from app.errors import ConfigError, Problem
from app.memory import growing
from app.rules_folder import TEXTS, bytes_of, contents_of, files_of, templates_folder

LABELS = "labels.yaml"
QUARTERS = "quarters.yaml"

# What stands for files whose examples came out as they say, in this process: they would do so again.
_passed: set[bytes] = set()


def load(folder: Path, *, examples: bool = True) -> Ruleset:
    """The ruleset of the folder, whole and checked, its examples run if `examples`, unless the same files' were before.

    Errors: ConfigError with every fault found.
    """
    contents = contents_of(folder) if examples else b""
    book, problems = opened(folder)
    if book and not problems:
        with growing():
            problems = [*behaviour_faults(book)]
        if examples and contents not in _passed:
            failed = [p for rule in book.ruleset.rules for p in run_examples(book.ruleset, rule)]
            problems += failed
            if not failed and contents_of(folder) == contents:  # nobody wrote while it was read
                _passed.add(contents)
    faults = [p for p in problems if p.severity == "error"]
    if faults or book is None:
        raise ConfigError(faults)
    return ready(book)


def ready(book: Book) -> Ruleset:
    """The ruleset for use. Not before the examples, which must hold whichever boards are looked after."""
    ruleset = book.ruleset
    return replace(ruleset, rules=tuple(sending(rule, ruleset.boards) for rule in ruleset.rules))


def opened(folder: Path) -> tuple[Book | None, list[Problem]]:
    """What stands in the folder, where all its files can be read, and every fault of files and names.

    Errors: ConfigError where there is no such folder.
    """
    if not folder.is_dir():
        raise ConfigError(f"there is no rules folder {folder}; set TRIAGE_RULES to it")
    with growing():
        return _opened(folder)


def _opened(folder: Path) -> tuple[Book | None, list[Problem]]:
    reader = _Reader(folder)
    labels = reader.one(folder / LABELS, LabelsFile)
    templates = reader.templates()
    calendars = reader.calendars()
    boards = reader.boards(calendars, templates)
    rules = reader.rules()
    texts = reader.texts()
    quarters = reader.quarters()
    if reader.problems or labels is None or texts is None:
        return None, reader.problems
    ruleset = Ruleset(
        reader.version, boards, labels, templates, tuple(rules), texts, reader.documents, calendars, quarters
    )
    problems = faults_across(ruleset) + duplicate_projects(boards, reader.board_documents)
    problems += board_faults(ruleset, reader.board_documents)
    return Book(ruleset, reader.board_documents, reader.template_documents, tuple(reader.remarks)), problems


def load_calendars(folder: Path) -> dict[str, Calendar]:
    """The calendars of the folder by id, whether a board uses them or not. Errors: ConfigError."""
    reader = _Reader(folder)
    found = reader.calendars()
    if reader.problems:
        raise ConfigError(reader.problems)
    return found


class _Reader:
    """Collects the faults of all files, so that they are shown at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.documents: dict[str, Document] = {}
        self.remarks: list[Problem] = []
        self.board_documents: dict[str, Document] = {}
        self.template_documents: dict[str, Document] = {}
        digest = hashlib.sha256()
        for path in files_of(folder):
            digest.update(path.name.encode() + b"\0" + bytes_of(path) + b"\0")
        self.version = digest.hexdigest()[:12]

    def document(self, path: Path) -> Document:
        shown = path if path.is_relative_to(self.folder) else path.relative_to(path.parent.parent)
        try:
            document = parse(path.read_text(encoding="utf-8"), str(shown))
            self.remarks += document.remarks
            return document
        except OSError as error:
            problem = Problem(str(shown), 0, 0, f"it cannot be read: {error.strerror}", UNREADABLE)
        except UnicodeDecodeError:
            problem = Problem(str(shown), 0, 0, "it is no UTF-8 text; save it as UTF-8", UNREADABLE)
        return Document(str(shown), problems=[problem])

    def one(self, path: Path, model: type[M]) -> M | None:
        document = self.document(path)
        found = document.read(model)
        self.problems += document.problems
        return found

    def many(self, paths: Iterable[Path], model: type[M]) -> dict[str, tuple[M, Document]]:
        """The files by name without ending, those that could be read."""
        found = {}
        for path in sorted(p for p in paths if p.is_file()):
            document = self.document(path)
            item = document.read(model)
            self.problems += document.problems
            if item is not None:
                found[path.stem] = (item, document)
        return found

    def templates(self) -> dict[str, Template]:
        folder = templates_folder(self.folder)
        found = {}
        for name, (file, document) in self.many(folder.glob("*.yaml"), TemplateFile).items():
            text = folder / f"{name}.md"
            self.template_documents[name] = document
            try:
                earlier = tuple(
                    p.read_text(encoding="utf-8") for p in sorted(folder.glob(f"earlier/{name} v*.md"))
                )
                found[name] = Template(name, file, text.read_text(encoding="utf-8"), earlier)
                self.problems += [
                    document.problem((), fault, UNFIT_TEMPLATE) for fault in found[name].faults()
                ]
            except FileNotFoundError:
                self.problems.append(document.problem((), f"there is no {name}.md beside it", UNREADABLE))
            except (OSError, UnicodeDecodeError) as error:
                why = "save it as UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
                self.problems.append(
                    Problem(f"issue_templates/{name}.md", 0, 0, f"it cannot be read: {why}", UNREADABLE)
                )
        ids = [template.file.id for template in found.values()]
        for id_ in sorted({i for i in ids if ids.count(i) > 1}):
            self.problems.append(
                Problem("issue_templates", 0, 0, f"two templates have the id {id_}", CLAIMED_TWICE)
            )
        return found

    def calendars(self) -> dict[str, Calendar]:
        found = {}
        files = self.many((self.folder / "calendars").glob("*.yaml"), CalendarFile)
        for name, (file, document) in files.items():
            faults = calendar_faults(file, document)
            self.problems += faults
            if not faults:
                found[name] = calendar_of(file)
        return found

    def boards(self, calendars: dict[str, Calendar], templates: dict[str, Template]) -> dict[str, Board]:
        found = {}
        for name, (file, document) in self.many((self.folder / "boards").glob("*.yaml"), BoardFile).items():
            self.board_documents[name] = document
            if file.id != name:
                self.problems.append(
                    document.problem(("id",), f'the file is {name}.yaml; write "{name}"', OTHER_NAME)
                )
            if file.template not in templates:
                message = f'unknown template "{file.template}"; {one_of(file.template, list(templates))}'
                self.problems.append(document.problem(("template",), message, NO_TEMPLATE))
            parts = file.calendar_by.calendars if file.calendar_by else {}
            named: dict[Place, str] = {("calendar",): file.calendar}
            named |= {("calendar_by", "calendars", key): id_ for key, id_ in parts.items()}
            for path, id_ in named.items():
                if not (self.folder / "calendars" / f"{id_}.yaml").is_file():
                    message = f'unknown calendar "{id_}"; {one_of(id_, list(calendars))}'
                    self.problems.append(document.problem(path, message, NO_CALENDAR))
            if set(named.values()) <= set(calendars):
                by_key = {key: calendars[id_] for key, id_ in parts.items()}
                found[name] = Board(file, calendars[file.calendar], by_key)
        return found

    def texts(self) -> Texts | None:
        """The texts beside the rules; None where one is missing or faulty, which `problems` tell."""
        answers = self.document(self.folder / TEXTS / "answers.yaml")
        read = answers.read(Answers)
        if read:
            for name, found in answer_faults(read).items():
                answers.problems += [answers.problem((name,), str(fault), BAD_TEXT) for fault in found]
        path = self.folder / TEXTS / "status.md"
        shown = str(path)
        status = ""
        try:
            status = path.read_text(encoding="utf-8")
            self.problems += [Problem(shown, f.line, 1, str(f), BAD_TEXT) for f in status_faults(status)]
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(Problem(shown, 0, 0, f"it cannot be read: {error}", UNREADABLE))
        self.problems += answers.problems
        return Texts(status, read) if read else None

    def quarters(self) -> Quarters:
        """The file's quarters; the usual ones without it, and where it is faulty, which `problems` tell."""
        path = self.folder / QUARTERS
        found = self.one(path, Quarters) if path.is_file() else None
        return found or USUAL

    def rules(self) -> list[Rule]:
        paths = [p for p in self.folder.glob("*.yaml") if p.name not in (LABELS, QUARTERS)]
        found = []
        for name, (rule, document) in self.many(paths, Rule).items():
            self.documents[rule.id] = document
            if rule.id != name:
                self.problems.append(
                    document.problem(("id",), f'the file is {name}.yaml; write "{name}"', OTHER_NAME)
                )
            found.append(rule)
        return found
