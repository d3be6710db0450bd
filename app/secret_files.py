"""Secrets that stand in files, as container platforms hand them over. Shows nothing of what it reads."""

from collections.abc import Iterable, Mapping
from pathlib import Path

LARGEST = 16_384  # bytes: nothing that is a token or a URL comes near
FILE = "_FILE"


def read_secret_files(
    environment: Mapping[str, str], prefix: str, names: Iterable[str]
) -> tuple[dict[str, str], list[str]]:
    """What stands in the files that `PREFIX_NAME_FILE` name, by name; and what is wrong with them, one line each.

    A variable and its file at once is a fault: of two secrets nobody could say which one holds.
    """
    given = {name.upper(): value for name, value in environment.items()}
    found: dict[str, str] = {}
    faults: list[str] = []
    for name in names:
        variable = f"{prefix}{name}".upper()
        path = given.get(variable + FILE)
        if path is None:
            continue
        text, fault = _read(path)
        if variable in given:
            fault = f"{variable} is set too; leave one of them out"
        if fault:
            faults.append(f"{variable}{FILE}: {fault}")
        found[name] = text
    return found, faults


def _read(path: str) -> tuple[str, str]:
    """The text without the space around it, and what is wrong (empty: nothing).

    The path is not told: whoever takes the variable for another one has put the secret itself there.
    """
    if not path.strip():
        return "", "it is empty; name a file, or leave it out"
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) else "no such file"
        return "", f"the file that it names cannot be read: {why}"
    if len(data) > LARGEST:
        return "", "the file that it names is too long for a secret"
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return "", "the file that it names holds no text"
    return text, "" if text else "the file that it names is empty"
