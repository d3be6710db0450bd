"""Another ruleset to compare with: that of a folder, or of a git ref as it stands in the history of our own folder."""

import io
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app.core.ruleset import Ruleset
from app.errors import ConfigError
from app.rulebook import load
from app.rules_folder import templates_folder


@contextmanager
def other_rules(name: str, ours: Path) -> Iterator[tuple[Path, Ruleset]]:
    """The folder and the ruleset that `name` means, as long as the block lasts: a folder if there is one, else a ref.

    Its examples are not run: they held by the program of their day. Errors: ConfigError.
    """
    if Path(name).is_dir():
        yield Path(name), load(Path(name), examples=False)
        return
    with tempfile.TemporaryDirectory(prefix="triage-rules-") as temporary:
        folder = _checked_out(name, ours, Path(temporary))
        try:
            ruleset = load(folder, examples=False)
        except ConfigError as error:
            shown = [
                replace(p, file=p.file.replace(str(folder), f"{name}:{ours.name}")) for p in error.problems
            ]
            raise ConfigError(shown) from None
        yield folder, ruleset


def _checked_out(ref: str, ours: Path, into: Path) -> Path:
    """The rules folder and its templates as they were at the ref, written below `into`; the rules folder there.

    Templates that are not in that history are taken as they are now.
    """
    if not ours.is_dir():
        raise ConfigError(f"there is no rules folder {ours}; set TRIAGE_RULES to it")
    wrong = f"--against {ref}: there is no such folder"
    top = Path(_git(ours, wrong, "rev-parse", "--show-toplevel").removesuffix(b"\n").decode())
    named = ("--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    commit = _git(ours, wrong, "rev-parse", *named).decode().strip()
    rules = ours.resolve().relative_to(top)
    templates = templates_folder(ours).resolve()
    inside = [str(rules)] + ([str(templates.relative_to(top))] if templates.is_relative_to(top) else [])
    there = _git(top, wrong, "ls-tree", "-d", "-z", "--name-only", commit, "--", *inside).decode().split("\0")
    if str(rules) not in (".", *there):
        raise ConfigError(f"--against {ref}: there was no folder {rules} then")
    paths = ["."] if str(rules) == "." else [path for path in inside if path in there]
    archive = _git(top, wrong, "archive", "--format=zip", commit, "--", *paths)
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        zipped.extractall(into)
    if not templates_folder(into / rules).is_dir() and templates.is_dir():
        shutil.copytree(templates, into / rules / "issue_templates")
    return into / rules


def _git(where: Path, wrong: str, *words: str) -> bytes:
    command = ["git", "-c", "core.quotePath=false", "-C", str(where), *words]
    try:
        return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    except FileNotFoundError:
        raise ConfigError(f"{wrong}, and git is not installed to look for a ref of that name") from None
    except subprocess.TimeoutExpired:
        raise ConfigError(f"{wrong}, and git did not answer") from None
    except subprocess.CalledProcessError as error:
        why = error.stderr.decode(errors="replace").strip().removeprefix("fatal: ") or "no such ref"
        raise ConfigError(f"{wrong}, and as a git ref it cannot be read: {why}") from None
