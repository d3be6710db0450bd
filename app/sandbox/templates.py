"""Issue templates, read from a folder each time they are asked for, so that an edit shows at once."""

from pathlib import Path

FOLDER = ".gitlab/issue_templates/"


def template_names(folder: Path) -> list[str]:
    """Names without the ending, in alphabetical order; a folder that is missing holds none."""
    return sorted(path.stem for path in folder.glob("*.md")) if folder.is_dir() else []


def template_text(folder: Path, name: str) -> str | None:
    """A template's text; None when there is none of this name."""
    if name not in template_names(folder):
        return None
    return (folder / f"{name}.md").read_text(encoding="utf-8")


def default_text(folder: Path) -> str | None:
    """What a blank description becomes at creation: `default.md`, in any case of letters."""
    name = next((name for name in template_names(folder) if name.lower() == "default"), None)
    return template_text(folder, name) if name else None


def file_text(folder: Path, path: str) -> str | None:
    """A file of the repository, of which there are only the templates."""
    if not path.startswith(FOLDER) or not path.endswith(".md"):
        return None
    return template_text(folder, path.removeprefix(FOLDER).removesuffix(".md"))
