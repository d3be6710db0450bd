"""`triage labels rename`: a label's new name in GitLab and in the rules folder. First the plan, whole; then GitLab, by
the label's id; then the files. Half-way it can be run again: what is done already is found done."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

from app.core.label_rename import Step, Steps, name_faults, steps_for, unknown
from app.core.label_text import Mention, Renamed, renamed_text, renamed_yaml
from app.core.problem import Problem
from app.errors import ConfigError, Refused, Unavailable
from app.gitlab.labels import Labels
from app.known import KnownIssues
from app.rulecheck import Checked, check
from app.rules_folder import templates_folder
from app.rules_page import page

PAGE = "README.md"


@dataclass(frozen=True)
class Files:
    """The files that name the label, as they would be; `page` the rules' page, where
    it was up to date and is to be written anew."""

    changed: dict[Path, Renamed]
    told: dict[Path, Renamed]
    names_new: bool = False
    page: str = ""

    def mentions(self, kind: str) -> list[Mention]:
        """The places of that kind: `changed`, `prose` or `patterns`."""
        return [m for renamed in self.told.values() for m in getattr(renamed, kind)]


@dataclass
class Renaming:
    """The plan and, after it, what was done. `refused` is where GitLab failed or said no
    meanwhile."""

    old: str
    new: str
    steps: Steps
    files: Files
    projects: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    done: list[Step] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    refused: str = ""

    @property
    def nothing(self) -> bool:
        """Whether all is as it should be already."""
        return not (self.steps.steps or self.files.changed)

    @property
    def changed(self) -> bool:
        return bool(self.done or self.written)


def plan(old: str, new: str, folder: Path, labels: Labels) -> Renaming:
    """What is to be done, having looked at everything. Errors: ConfigError for names and rules, Unavailable."""
    if faults := name_faults(old, new):
        raise ConfigError("; ".join(faults))
    checked = _checked(folder)
    assert checked.book is not None
    ruleset = checked.book.ruleset
    boards = [ruleset.boards[name] for name in ruleset.active_boards]
    seen = [labels.of(b.id, b.file.project) for b in boards if not b.file.watched]
    homes = {label.home for each in seen for label in each.named(old)}
    steps = steps_for(old, new, seen, {home: labels.level(home) for home in homes})
    files = _files(folder, old, new, page(ruleset))
    if not (steps.steps or steps.done or files.changed or files.names_new or steps.refusals):
        raise ConfigError(unknown(old, {label.name for each in seen for label in each.labels}))
    if files.names_new and files.changed and steps.steps:
        told = f'the rules name "{new}" as well as "{old}"; two labels are not made one by renaming'
        steps = replace(steps, refusals=(*steps.refusals, told))
    if files.changed and not steps.refusals:
        fresh = _try(folder, files)
        files = replace(files, page=fresh if files.page else "")
    projects = tuple(each.project for each in seen if each.named(old) or each.named(new))
    return Renaming(old, new, steps, files, projects, tuple(b.id for b in boards if b.file.watched))


def perform(
    renaming: Renaming, folder: Path, labels: Labels, known: KnownIssues | None, told: Callable[[Step], None]
) -> None:
    """Does it: GitLab first. Where GitLab refuses or fails, the rest and the files wait for the next time."""
    for step in renaming.steps.steps:
        try:
            labels.rename(step.label, renaming.new)
        except (Refused, Unavailable) as error:
            renaming.refused = f"{step.label.home}: {error}"
            return
        renaming.done.append(step)
        told(step)
    texts = {path: renamed.text for path, renamed in renaming.files.changed.items()}
    if renaming.files.page:
        texts[folder / PAGE] = renaming.files.page
    try:
        _write(texts)
    except OSError as error:
        renaming.refused = f"{error.filename} cannot be written: {error.strerror}"
        return
    renaming.written += texts
    if known and renaming.changed:
        # No event and no time of change tells a sweep that the labels of its issues are called otherwise now.
        for project in renaming.projects:
            known.forget(labels.project_id(project))


def _checked(folder: Path) -> Checked:
    checked = check(folder, datetime.now(UTC).date(), examples=False)
    if checked.errors or checked.book is None:
        raise ConfigError([p for p in checked.problems if p.severity == "error"])
    return checked


def _files(folder: Path, old: str, new: str, page_before: str) -> Files:
    """The files of the rules folder and the templates, read and renamed; nothing is written."""
    told: dict[Path, Renamed] = {}
    for path in _paths(folder):
        text = path.read_bytes().decode("utf-8")
        rename = renamed_yaml if path.suffix == ".yaml" else renamed_text
        told[path] = rename(text, _short(path, folder), old, new)
    problems = [p for renamed in told.values() for p in renamed.problems]
    if problems:
        raise ConfigError(problems)
    changed = {path: renamed for path, renamed in told.items() if renamed.changed}
    for path in changed:
        if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            raise ConfigError(
                f"{path} names the label and may not be written; run this where the rules are kept"
            )
    page_file = folder / PAGE
    fresh = page_file.is_file() and page_file.read_text(encoding="utf-8") == page_before
    return Files(changed, told, any(r.names_new for r in told.values()), page_before if fresh else "")


def _paths(folder: Path) -> list[Path]:
    templates = templates_folder(folder)
    found = {
        *folder.rglob("*.yaml"),
        *folder.glob("texts/*.md"),
        *templates.rglob("*.yaml"),
        *templates.rglob("*.md"),
    }
    return sorted(path for path in found if path.is_file())


def _short(path: Path, folder: Path) -> str:
    return os.path.relpath(path, folder.resolve().parent if path.is_absolute() else folder.parent)


def _try(folder: Path, files: Files) -> str:
    """The rules' page with the new name: tried on a copy, examples and all. Errors: ConfigError with what is wrong."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place)
        copytree(folder, copy / "rules")
        copytree(templates_folder(folder), copy / "issue_templates", dirs_exist_ok=True)
        for path, renamed in files.changed.items():
            _copied(path, folder, copy).write_bytes(renamed.text.encode())
        checked = check(copy / "rules", datetime.now(UTC).date())
    wrong = [p for p in checked.problems if p.severity == "error"]
    if wrong:
        found = [replace(p, file=os.path.relpath(p.file, copy) if p.file else p.file) for p in wrong]
        head = Problem("", 0, 0, "with the new name the rules would not hold, so nothing was done:")
        raise ConfigError([head, *found])
    assert checked.book is not None  # it could be read, or something would be wrong
    return page(checked.book.ruleset)


def _copied(path: Path, folder: Path, copy: Path) -> Path:
    inside = path.is_relative_to(folder)
    base = folder if inside else templates_folder(folder)
    return copy / ("rules" if inside else "issue_templates") / path.relative_to(base)


def _write(texts: dict[Path, str]) -> None:
    """All of them beside the files first, with the rights that these have, and then put in their places at once.
    Errors: OSError, and then what stands beside them is taken away again."""
    beside = {path: path.with_name(f".{path.name}.new") for path in texts}
    try:
        for path, text in texts.items():
            beside[path].write_bytes(text.encode())
            beside[path].chmod(path.stat().st_mode & 0o777)
        for path in texts:
            beside[path].replace(path)
    finally:
        for left in beside.values():
            if left.is_file():
                left.unlink()
