"""`triage rules import`: reads a policies file and the rules folder, maps in `app.core.importing`, writes the rules."""

from contextlib import suppress
from pathlib import Path

from app.core.document import parse
from app.core.importing.mapping import Import, imported
from app.core.importing.source import read, sections
from app.errors import ConfigError
from app.rulebook import load

LARGEST = 1_000_000  # bytes


def import_policies(policies: Path, folder: Path, board: str = "") -> Import:
    """What the file's rules come to beside those of the folder. Nothing is written. Errors: ConfigError."""
    document = read(_text(policies), policies.name)
    broken = [problem for problem in document.problems if document.data is None]
    if broken:
        raise ConfigError(broken)
    if not sections(document):
        raise ConfigError(
            [document.problem((), 'there is no "resource_rules" in it; that is no policies file')]
        )
    ruleset = load(folder, examples=False)
    if not ruleset.boards:
        raise ConfigError(f"{folder} has no board; imported rules need one, for their examples too")
    if board and board not in ruleset.boards:
        raise ConfigError(
            f"--board {board}: there is no such board; known: {', '.join(sorted(ruleset.boards))}"
        )
    return imported(document, ruleset, board)


def write(found: Import, folder: Path) -> None:
    """Writes the rules into the folder, and removes what was imported from that file before and is no more. Errors:
    ConfigError, and then every file is as it was."""
    new = {folder / f"{one.id}.yaml": one.text for one in found.rules if one.text}
    gone = [path for path in _before(found.file, folder) if path not in new]
    old = {path: path.read_bytes() if path.is_file() else None for path in (*new, *gone)}
    foreign = [path for path in new if old[path] is not None and path not in _before(found.file, folder)]
    if foreign:
        raise ConfigError(f"{foreign[0]} is there already, and was not imported from {found.file}; rename it")
    try:
        for path, text in new.items():
            path.write_text(text, encoding="utf-8")
        for path in gone:
            path.unlink()
    except OSError as error:
        _put_back(old)
        raise ConfigError(f"{folder} cannot be written: {error.strerror}") from None


def _put_back(old: dict[Path, bytes | None]) -> None:
    for path, content in old.items():
        with suppress(OSError):
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)


def _before(file: str, folder: Path) -> list[Path]:
    """The rules in the folder that were imported from a file of that name."""
    mark = f"imported from {file}:"
    data = {
        path: parse(path.read_text("utf-8", "replace"), "").data for path in sorted(folder.glob("*.yaml"))
    }
    return [path for path, rule in data.items() if isinstance(rule, dict) and _why(rule).startswith(mark)]


def _why(rule: dict[str, object]) -> str:
    return str(rule.get("why", ""))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigError(f"{path} has more than {LARGEST} bytes; that is no policies file")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is no UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
