"""Changed texts of the rules' files: tried on a copy first, then written, all of them or none."""

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from app.core.ruleset import Ruleset
from app.errors import ConfigError
from app.rulebook import load
from app.rules_folder import templates_folder


@dataclass(frozen=True)
class Text:
    """A file's text as it was read, and as it is to be; line ends as they stand in the file."""

    old: str
    new: str


def read(folder: Path, file: str) -> Text:
    """The file below the folder, unchanged yet."""
    text = (folder / file).read_bytes().decode("utf-8")
    return Text(text, text)


def tried(folder: Path, texts: Mapping[str, Text]) -> Ruleset:
    """The ruleset that the folder would hold with these texts, its examples run. Errors: ConfigError."""
    with tempfile.TemporaryDirectory(prefix="triage-rules-") as temporary:
        copy, templates = Path(temporary) / "rules", templates_folder(folder)
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".git"))
        if templates.resolve().parent != folder.resolve():
            shutil.copytree(templates, Path(temporary) / "issue_templates")
        for file, text in texts.items():
            (copy / file).write_bytes(text.new.encode("utf-8"))
        try:
            return load(copy)
        except ConfigError as error:
            shown = [replace(p, file=p.file.replace(f"{copy}/", "")) for p in error.problems]
            raise ConfigError(shown) from None


def write(folder: Path, texts: Mapping[str, Text]) -> None:
    """Writes the new texts. Errors: ConfigError, and then every file is as it was: one could not be written, or
    somebody has changed it since it was read."""
    for file, text in texts.items():
        if read(folder, file).old != text.old:
            raise ConfigError(f"{file} was changed meanwhile; run the command again")
    begun: list[str] = []
    try:
        for file, text in texts.items():
            begun.append(file)
            (folder / file).write_bytes(text.new.encode("utf-8"))
    except OSError as error:
        for file in begun:  # the last one may be half written
            with suppress(OSError):
                (folder / file).write_bytes(texts[file].old.encode("utf-8"))
        raise ConfigError(f"{begun[-1]} cannot be written: {error.strerror}") from None
