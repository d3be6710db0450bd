"""The files that `triage sweep --report KIND=FILE` writes: tried before it begins, then written whole."""

from collections.abc import Callable, Iterable
from pathlib import Path

from app.errors import ConfigError, TriageError
from app.reports import FORMATS
from app.sweep import Report


class ReportFiles:
    """The reports that were asked for, as `KIND=FILE`.

    Errors: ConfigError for a kind that there is not, or a file that cannot be written.
    """

    def __init__(self, asked: Iterable[str]) -> None:
        self._files: dict[Path, str] = {}
        self._faults: list[str] = []
        for word in asked:
            path, kind = _read(word)
            if path in self._files:
                raise ConfigError(f"--report {word}: another report is written to that file already")
            if fault := _written(path, None):
                raise ConfigError(f"--report {word}: {fault}")
            self._files[path] = kind

    def swept(self, sweep: Callable[[], Report], *, applied: bool) -> Report:
        """The sweep's report, after it is in the files; where nothing could be looked at, they say why."""
        try:
            report = sweep()
        except ConfigError:
            raise
        except TriageError as error:
            self._write(Report(applied, stopped=str(error)))
            raise
        self._write(report)
        return report

    def check(self) -> None:
        """Errors: TriageError if a report could not be written after all."""
        if self._faults:
            raise TriageError("\n".join(self._faults))

    def _write(self, report: Report) -> None:
        for path, kind in self._files.items():
            if fault := _written(path, FORMATS[kind](report, str(Path.cwd()))):
                self._faults.append(f"the {kind} report is not written: {fault}")


def _read(word: str) -> tuple[Path, str]:
    kind, mark, name = word.partition("=")
    if not mark or not name or kind not in FORMATS:
        raise ConfigError(f"--report {word}: write KIND=FILE, where KIND is {', '.join(FORMATS)}")
    path = Path(name)
    if path.exists() and not path.is_file():
        raise ConfigError(f"--report {word}: {name} is there, and is no file")
    return path.resolve(), kind


def _written(path: Path, text: str | None) -> str:
    """Writes the text beside the file, then puts it there; without a text only tries to. What went wrong, if any."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text or "", encoding="utf-8", errors="backslashreplace")
        if text is None:
            part.unlink()
        else:
            part.replace(path)
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}"
    return ""
