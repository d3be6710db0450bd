"""Files of ours that hold one JSON object: written whole or not at all, read with the place of what is wrong."""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.core.problem import Problem
from app.errors import ConfigError

LARGEST = 256 * 1024 * 1024  # bytes


def write_file(path: Path, data: dict[str, Any]) -> None:
    """Writes the data whole or not at all, for nobody else to read. Errors: ConfigError where it cannot be written."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(data, file, indent=1)
                file.write("\n")
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}; name a file in a folder of yours"
        ) from None


def check_place(path: Path) -> None:
    """Raises ConfigError at once where nothing could be written in the end."""
    if path.is_dir() or not path.parent.is_dir():
        what = "is a folder" if path.is_dir() else f"cannot be written: there is no folder {path.parent}"
        raise ConfigError(f"{path} {what}; name a file in a folder that there is")


def read_json(path: Path, remedy: str) -> dict[str, Any]:
    """The object that stands in the file. Errors: ConfigError with the place."""
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigError(f"{path} is larger than anything that we write; {remedy}")
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}; {remedy}") from None
    except json.JSONDecodeError as error:
        place = Problem(str(path), error.lineno, error.colno, f"this is no JSON: {error.msg}; {remedy}")
        raise ConfigError([place]) from None
    except (UnicodeDecodeError, RecursionError):
        raise ConfigError(f"{path} is no JSON; {remedy}") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{path} holds no object; {remedy}")
    return data
