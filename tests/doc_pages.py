"""The pages of the documentation as tests read them: their blocks, commands, links, and what they lay over the rules.

A `yaml` block whose first line is a comment with a file's name is that file; of one that exists already it holds the
keys that change, and the rest stays. A `markdown` block with a file's name behind the word is that file, whole.
"""

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
import yaml

from app.cli import app
from app.core import timeline
from app.core.document import parse
from app.core.evaluate import evaluate
from app.core.ruleset import Ruleset
from tests.conftest import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
_BLOCK = re.compile(
    r"^(?P<indent> *)(?P<fence>```+)(?P<info>[^\n`]*)\n(?P<text>.*?)^ *(?P=fence) *$", re.M | re.S
)
_FILE = re.compile(r"# ((?:rules|issue_templates)/\S+\.yaml)(?: .*)?\n")
_ASSIGNED = re.compile(r"[A-Z_]+=.*")
_QUOTED = r"""'[^']*'|"[^"]*\""""
_SAID = re.compile(rf"(?:{_QUOTED}|(?<=\S)#|[^#])*")  # a line up to its comment
_PART = re.compile(rf"(?:{_QUOTED}|(?!\s&&\s|;\s).)+")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what stands behind that, its text, and the line on which it begins."""

    page: Path
    language: str
    info: str
    text: str
    line: int


@dataclass
class Command:
    """One command line of a page: its words, the variables that are set for it, and what is shown as its output."""

    page: Path
    line: str
    words: list[str]
    variables: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{name(self.page)}: {self.line}"


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of the page, in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        language, _, info = match["info"].strip().partition(" ")
        lines = (line.removeprefix(match["indent"]) for line in match["text"].splitlines(keepends=True))
        found.append(
            Block(page, language, info.strip(), "".join(lines), text.count("\n", 0, match.start()) + 1)
        )
    return found


def prose(page: Path) -> str:
    """The page without its blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def commands(page: Path) -> Iterator[Command]:
    """Every command of the page's shell blocks that is ours, or that calls ours: triage, make, curl."""
    for block in blocks(page):
        if block.language not in ("sh", "console", "shell", "bash"):
            continue
        found: list[Command] = []
        for line in block.text.replace("\\\n", " ").splitlines():
            if block.language == "console" and not line.startswith("$ "):
                found[-1].shown += [line.strip()] if line.strip() not in ("", "...") else []
            else:
                found += _commands(page, line.removeprefix("$ ").strip())
        yield from found


def _commands(page: Path, line: str) -> Iterator[Command]:
    said = _SAID.match(line)
    for found in _PART.findall(said[0] if said else ""):
        part = found.strip("&; ")
        words = shlex.split(part)
        words = words[1:] if words[:1] == ["export"] and len(words) > 1 and "=" not in words[1] else words
        variables: dict[str, str] = {}
        while words and _ASSIGNED.fullmatch(words[0]):
            key, _, value = words.pop(0).partition("=")
            variables[key] = value
        if words and words[0] in ("triage", "make", "curl"):
            yield Command(page, part, words, variables)


def understood(words: list[str]) -> None:
    """Parses the words behind `triage` as the command does. Errors: its parser's, or an assertion."""
    command: Any = typer.main.get_command(app)
    left, info = list(words), "triage"
    while hasattr(command, "commands"):
        if not left or left == ["--help"]:
            return
        assert left[0] in command.commands, f"there is no command {left[0]!r} in {info}"
        info = left.pop(0)
        command = command.commands[info]
    if "--help" not in left:
        command.make_context(info, left)


def files(page: Path) -> dict[str, str]:
    """The files of the repository that the page writes or changes, by name."""
    found: dict[str, str] = {}
    for block in blocks(page):
        if block.language == "yaml" and (match := _FILE.match(block.text)):
            found[match[1]] = block.text
        elif block.language == "markdown" and block.info.startswith("issue_templates/"):
            found[block.info] = block.text
    return found


def laid_over(page: Path, folder: Path) -> list[str]:
    """Lays the page's files over the folder, which holds `rules` and `issue_templates`; their names."""
    found = files(page)
    for file, text in found.items():
        path = folder / file
        path.parent.mkdir(exist_ok=True)
        if path.suffix == ".yaml" and path.is_file():
            text = _merged(path.read_text(encoding="utf-8"), text, file)
        path.write_text(text, encoding="utf-8")
    return list(found)


def _merged(old: str, new: str, file: str) -> str:
    below, above = parse(old, file), parse(new, file)
    assert not above.problems, above.problems
    return yaml.safe_dump(_over(below.data, above.data), allow_unicode=True, sort_keys=False)


def _over(below: Any, above: Any) -> Any:
    """A mapping's keys one by one; anything else as a whole."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: _over(below.get(key), value) for key, value in above.items()}


def copied(folder: Path, rules: set[str] | None = None) -> None:
    """A copy of the shipped rules and templates; of the rules only those, without their cases, where some are named."""
    for each in ("rules", "issue_templates"):
        shutil.copytree(ROOT / each, folder / each)
    if rules is not None:
        shutil.rmtree(folder / "rules" / "tests")
        for path in (folder / "rules").glob("*.yaml"):
            if path.stem not in {"labels", "quarters", *rules}:
                path.unlink()


def anchors(page: Path) -> set[str]:
    """The anchors of the page's headings, as GitLab and GitHub make them."""
    heads = re.findall(r"^#+ (.*?)\s*$", _BLOCK.sub("", page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def links(page: Path) -> list[str]:
    """The targets of the page's links that are no addresses."""
    found = re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", prose(page))
    return [target for target in found if not re.match(r"\w+://|mailto:", target)]


@dataclass(frozen=True)
class Scene:
    """A history on a board, the instant at which the bot looks, and the text below that it is said to write then."""

    board: str
    at: str
    lines: str
    text: Block


def scenes(page: Path) -> list[Scene]:
    """The page's `timeline BOARD INSTANT` blocks, each with the `text` block that comes next."""
    found, begun = list[Scene](), None
    for block in blocks(page):
        if block.language == "timeline" and " " in block.info:
            begun = block
        elif block.language == "text" and begun is not None:
            board, at = begun.info.split()
            found.append(Scene(board, at, begun.text, block))
            begun = None
    return found


def written(scene: Scene, ruleset: Ruleset) -> list[str]:
    """What the bot writes for people in that scene, note by note, without the hidden keys."""
    project = ruleset.boards[scene.board].file.project
    issue = timeline.parse(scene.lines, ruleset.templates, project=project)
    plan = evaluate(issue, ruleset, timeline.read_instant(scene.at))
    bodies = [str(getattr(action, "body", "")) for action in plan.actions]
    return [re.sub(r"<!--.*?-->\n*", "", body, flags=re.S).strip() for body in bodies if body]
