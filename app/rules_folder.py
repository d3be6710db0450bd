"""Which files a ruleset is read from, and what tells one state of them from another."""

import hashlib
import os
from pathlib import Path

TEXTS = "texts"
CASES = "tests"


def fingerprint(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes whenever a file of the ruleset does: names, sizes, times of change. Errors: OSError."""
    stats = ((p, p.stat()) for p in files_of(folder))
    return tuple((str(p), s.st_size, s.st_mtime_ns) for p, s in stats)


def templates_folder(folder: Path) -> Path:
    """`issue_templates` beside the rules folder, or inside it."""
    beside = folder.resolve().parent / "issue_templates"
    return beside if beside.is_dir() else folder / "issue_templates"


def files_of(folder: Path) -> list[Path]:
    """All files that a ruleset is read from."""
    templates = templates_folder(folder)
    cases = folder / CASES  # they decide nothing
    found = [
        *(path for path in folder.rglob("*.yaml") if not path.is_relative_to(cases)),
        *folder.glob(f"{TEXTS}/*.md"),
        *templates.glob("*.yaml"),
        *templates.rglob("*.md"),
    ]
    return sorted({path for path in found if path.is_file()})


def contents_of(folder: Path) -> bytes:
    """Stands for the files of the ruleset: where each stands, and all that is in them."""
    digest = hashlib.sha256()
    for path in files_of(folder):
        inside = bytes_of(path)
        digest.update(f"{os.path.relpath(path, folder)}\0{len(inside)}\0".encode() + inside)
    return digest.digest()


def bytes_of(path: Path) -> bytes:
    """What is in the file; nothing where it cannot be read, which its reader tells."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
