"""The `triage` command run in this process, through its own entry: what `python -m app` does, without starting one."""

import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli import main

# For modules that run commands here: a process closes its connections by ending, and this one goes on.
UNCLOSED = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def run(words: list[str], environment: Mapping[str, str], folder: Path) -> Ran:
    """`triage WORDS...` in that folder, with no other `TRIAGE_*` variables and no terminal."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with placed(["triage", *words], environment, folder), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Ran(code, out.getvalue(), err.getvalue())


@contextmanager
def placed(argv: list[str], environment: Mapping[str, str], folder: Path) -> Iterator[None]:
    """Inside, the process stands in that folder and has been called like that; afterwards all is as before."""
    before, names, stdin = dict(os.environ), sys.argv, sys.stdin
    here = Path.cwd()
    for name in [name for name in os.environ if name.startswith("TRIAGE_")]:
        del os.environ[name]
    os.environ.update(environment)
    sys.argv, sys.stdin = argv, io.StringIO()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        sys.argv, sys.stdin = names, stdin
        os.environ.clear()
        os.environ.update(before)
