"""A project's files. Where it has no repository of its own they are the templates of a folder, read each time they are
asked for, so that an edit shows at once."""

from pathlib import Path

from app.sandbox.entities import Project
from app.sandbox.repository import FIRST, Commit, Repository

FOLDER = ".gitlab/issue_templates/"


def template_names(folder: Path) -> list[str]:
    """Names without the ending, in alphabetical order; a folder that is missing holds none."""
    return sorted(path.stem for path in folder.glob("*.md")) if folder.is_dir() else []


def template_text(folder: Path, name: str) -> str | None:
    """A template's text in the folder; None when there is none of this name."""
    if name not in template_names(folder):
        return None
    return (folder / f"{name}.md").read_text(encoding="utf-8")


def repository_of(project: Project, folder: Path) -> Repository:
    """The project's repository; where it has none of its own, one whose only commit holds the folder's templates."""
    if project.repository is not None:
        return project.repository
    files = {f"{FOLDER}{name}.md": template_text(folder, name) or "" for name in template_names(folder)}
    found = Repository()
    found.put(FIRST, Commit("Add issue templates", "root", project.created_at, files))
    return found


def own_repository(project: Project, folder: Path) -> Repository:
    """The same, to be written to: from now on the project has one of its own."""
    project.repository = repository_of(project, folder)
    return project.repository


def issue_templates(project: Project, folder: Path) -> dict[str, str]:
    """The templates of the project's default branch by name, in alphabetical order."""
    files = repository_of(project, folder).files() or {}
    found = {
        path.removeprefix(FOLDER).removesuffix(".md"): text
        for path, text in files.items()
        if path.startswith(FOLDER) and path.endswith(".md") and "/" not in path.removeprefix(FOLDER)
    }
    return dict(sorted(found.items()))


def default_text(project: Project, folder: Path) -> str | None:
    """What a blank description becomes at creation: `default.md`, in any case of letters."""
    found = issue_templates(project, folder)
    return next((text for name, text in found.items() if name.lower() == "default"), None)
