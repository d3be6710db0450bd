"""The `triage` command run in this process, through its own entry: what `python -m app` does, without starting one."""

import gc
import io
import os
import sys
import threading
import warnings
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

# Tests have no minute to wait for a budget.
WIDE_BUDGET = {"TRIAGE_REQUESTS_PER_MINUTE": "100000", "TRIAGE_NOTES_PER_MINUTE": "100000"}


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


class Written(io.StringIO):
    """What is written while a command runs, but for what threads of earlier tests still have to say."""

    def __init__(self) -> None:
        super().__init__()
        self._others = {*threading.enumerate()} - {threading.current_thread()}

    def write(self, text: str) -> int:
        return len(text) if threading.current_thread() in self._others else super().write(text)


def run(words: list[str], environment: Mapping[str, str], folder: Path) -> Ran:
    """`triage WORDS...` in that folder, with no other `TRIAGE_*` variables but a wide budget, and no terminal."""
    out, err, code = Written(), Written(), 0
    with warnings.catch_warnings(), redirect_stdout(out), redirect_stderr(err):
        warnings.simplefilter("ignore", ResourceWarning)
        with placed(["triage", *words], {**WIDE_BUDGET, **environment}, folder):
            try:
                main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
        gc.unfreeze()
        gc.collect()
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
