"""`triage init`: looks up what it can in GitLab, has the files made, tries them, and writes them."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.core.starting import Answers, NewFile, starting
from app.errors import ConfigError, Refused
from app.gitlab.calls import Calls
from app.gitlab.payloads import Json
from app.rulebook import load
from app.rules_page import page
from app.settings import SetupSettings
from app.shipped import shipped_texts
from app.tools import line_of

PAGE = "rules/README.md"
IGNORE = ".gitignore"
IGNORED = "# Secrets, and what triage keeps beside itself.\n.env\n.triage/\ntriage.db*\n"


@dataclass(frozen=True)
class Begun:
    """The files by path, and which of them are new, changed or the same as they were."""

    folder: Path
    files: Mapping[str, NewFile]
    new: tuple[str, ...]
    changed: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        written = {*self.new, *self.changed}
        return {
            "folder": str(self.folder),
            "files": [
                {"path": path, "said": file.said, "written": path in written}
                for path, file in self.files.items()
            ],
        }


class Directory:
    """What GitLab tells about projects and people before there are any rules. The Maintainer's token is taken where
    there is one, since it sees more. Errors: Unavailable, Unauthorized."""

    def __init__(self, settings: SetupSettings) -> None:
        token = settings.setup_token or settings.gitlab_token
        self._calls = Calls(settings.gitlab_url, token.get_secret_value(), line_of(settings))

    def close(self) -> None:
        self._calls.close()

    def projects(self, group: str) -> list[str]:
        """The group's projects and those of its subgroups, by path. Errors: ConfigError."""
        path = f"/groups/{quote(group, safe='')}/projects"
        try:
            rows: list[Json] = self._calls.rows(
                path, include_subgroups=True, archived=False, with_shared=False, simple=True
            )
        except Refused as error:
            raise ConfigError(
                f"--group: GitLab shows the token no group {group} ({error.status}); "
                "mend the path, or make the token's user a member"
            ) from None
        return sorted(str(row["path_with_namespace"]) for row in rows)

    def faults(self, answers: Answers) -> list[str]:
        """What GitLab does not know of what was said."""
        found = [f"--project: {said}" for path in answers.projects if (said := self._project(path))]
        for name in dict.fromkeys([*answers.sas, *answers.escalation]):
            if "/" not in name and not self._calls.page("/users", username=name):
                found.append(f"people: GitLab knows no user {name}; write what stands behind the @")
        return found

    def _project(self, path: str) -> str:
        try:
            row = self._calls.get(f"/projects/{quote(path, safe='')}")
        except Refused as error:
            return f"GitLab shows the token no project {path} ({error.status})"
        now = str(row["path_with_namespace"])
        return "" if now.casefold() == path.casefold() else f"{path} is {now} now"


def begin(folder: Path, answers: Answers, *, force: bool) -> Begun:
    """Writes the folder, once its rules are found to be right. Errors: ConfigError, and then nothing is written."""
    try:
        files = starting(shipped_texts(), answers)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    files = _with_page(files)
    if not (folder / IGNORE).exists():
        files[IGNORE] = NewFile(IGNORED, "what must not be committed")
    there = {path: _bytes(folder / path) for path in files}
    new = tuple(path for path, text in there.items() if text is None)
    changed = tuple(p for p, text in there.items() if text is not None and text != files[p].text.encode())
    if changed and not force:
        listed = "\n".join(f"  {folder / path}" for path in changed)
        raise ConfigError(f"these are there already, and differ; --force writes over them:\n{listed}")
    for path in (*new, *changed):
        place = folder / path
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(files[path].text.encode())
        except OSError as error:
            raise ConfigError(f"{place}: it cannot be written: {error.strerror}") from None
    return Begun(folder, files, new, changed)


def _bytes(path: Path) -> bytes | None:
    """What is there; None for nothing. Errors: ConfigError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path}: it cannot be read: {error.strerror}") from None


def _with_page(files: dict[str, NewFile]) -> dict[str, NewFile]:
    """The same with the page of these rules, which are tried on the way. Errors: ConfigError."""
    with tempfile.TemporaryDirectory(prefix="triage-init-") as temporary:
        for path, file in files.items():
            place = Path(temporary) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.text.encode())
        try:
            ruleset = load(Path(temporary) / "rules")
        except ConfigError as error:
            problems = [replace(p, file=p.file.replace(f"{temporary}/", "")) for p in error.problems]
            raise ConfigError(problems) from None
    return files | {PAGE: NewFile(page(ruleset), files[PAGE].said)}
