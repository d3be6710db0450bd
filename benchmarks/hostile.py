"""Hostile values put where people's text gets into notes, and the notes put to what GitLab does with them.

Usage: python -m benchmarks.hostile [--values 100000] [--requests 1000] [--seed 5]
"""

import argparse
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from app.core.evaluate import evaluate
from app.core.keys import STATUS, key_of, marked
from app.core.model import Issue, IssueRef, LabelEvent, Note, User
from app.core.plan import Move, Summon, Written
from app.core.ruleset import Ruleset
from app.core.status import samples
from app.core.text import Ours, first_name, without_commands
from app.core.words import render
from app.rulebook import load
from app.sandbox.mentions import Shape, mentioned, other_references, referenced, shape
from app.sandbox.quick_actions import extract

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
BOT = User(90, "triage-bot", "Triage Bot")
SAM = User(2, "sam", "Sam")
REF = IssueRef(7, 23)
BOARDS = (
    "us-east",
    "emea",
    "commercial-amer",
    "sme",
    "okr",
    "events",
    "event-staffing",
    "initiatives",
    "apac",
)
STATES = ("SA Triaged", "SA Demo Ready", "SA Doing", "SA Waiting")
PIECES = [
    # what they are after
    "/close", "/CLOSE", "/assign @mallory", "/label ~bug", "/title x", "/confidential", "@alice", "@all",
    "@group/sub",
    "#1", "group/project#12", "!1", "~bug", '~"a b"', "%1", '%"v 1"', "$1", "&1", "^alert#1",
    "[vulnerability:1]",
    "0123456789abcdef", ":tada:", "https://gitlab.example.com/g/p/-/issues/7", "www.example.com",
    "<https://x.example>",
    "[here](https://x.example)", "![](https://x.example/a.png)", "javascript:alert(1)", "*iteration:1",
    # ways out
    "</details>", "<details>", "</summary>", "<summary>", "<sub>", "</sub>", "<!--", "-->", "--!>",
    "<!-- triage:status 7#23 -->",
    "<!-- triage:report -->", "<!-- -->", "]]>", "<![CDATA[", "<?", "?>", "<script>", "<pre>", "</pre>",
    "<code>", "</code>",
    "<a href=x>", "<img src=x onerror=y>", "<div>\n\n", "<b\n>", "|", "|-|-|", "| a |\n|---|\n| b |", "\\|",
    # fences, marks, lists
    "`", "``", "```", "````", "~~~", "``` x", "```a`b", "`\n`", ">", "> ", ">>>", ">>> [!note]", "- ",
    "- [ ] ", "1. ", "# ",
    "***", "**", "__", "~~", "---", "===", "    ", "\t", "[x]: y", "[^1]", "[[_TOC_]]", "$`", "`$", "$$",
    "{+", "+}", "{{ 7*7 }}",
    "{% if x %}", "%{author}", "\\", "\\\\", "\\`", "\\@", "\\/", "&#47;close", "&#64;alice", "&lt;",
    "&#x60;", "&amp;#64;", "&grave;",
    # ends of lines, what is not seen, what turns or covers
    "\n", "\n", "\n\n", "\r", "\r\n", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85", "\0", "\x1b[2J",
    "\x7f", "\u202e",
    "\u2066", "\u2069", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u3164", "\u2800", "\u034f",
    "\ufe0f", "\U000e0041",
    "e" + "\u0301" * 9, "\ud800", "\U000f0000", "شركة", "株式会社", "👩‍👩‍👧",
    # what is understood, so that it is echoed
    "Acme", "a demo of pipelines", "Tue 3 March 10:00 ET", "$10k ARR", "EMEA", "yes", "n/a", " ", " ",
    "because", "until",
    "https://gitlab.my.salesforce.com/0064M00000XsAbCQAV", "us-east", "late-activity",
]  # fmt: skip
LINKS = "https://gitlab.example.com/"


def values(random: Random, number: int) -> Iterator[str]:
    """So many values, each of one to nine pieces; the same for the same chance."""
    for _ in range(number):
        found = "".join(random.choices(PIECES, k=random.randint(1, 9)))
        yield found * 30 if random.random() < 0.01 else found


@dataclass
class Found:
    """What came out, counted."""

    values: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    shown: int = 0
    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def fault(self, what: str, body: str) -> None:
        self.counts[what] += 1
        self.faults.append(f"{what}: {body[:1500]!r}")

    def check(self, body: str, issue: Issue, key: str, meant: frozenset[str], made_of: Shape | None) -> None:
        """Puts one note through what GitLab does with it. `made_of` is its shape with harmless words in it."""
        extracted = extract(body)
        if extracted.commands or extracted.text != body.rstrip():
            self.fault("quick action", body)
        if any(line.startswith("/") for line in body.replace("\r", "\n").split("\n")):
            self.fault("a line that begins with a slash", body)
        if called := mentioned(body) - meant:
            self.fault(f"mention of {sorted(called)[0]}", body)
        named = {(kind, what) for kind, what in other_references(body) if not what.startswith(LINKS)}
        if (
            named
            or {place for place, _ in referenced(body)} - {""}
            or any(not p for p, _ in referenced(body))
        ):
            self.fault("reference", body)
        if hidden(body):
            self.fault("hidden or steering character", body)
        made = shape(body)
        if len(made.comments) != 1 or key_of(Note(1, AT, issue.bot, body), issue) != key:
            self.fault("marker", body)
        if made_of and made != made_of:
            self.fault("shape", body)
        if (
            (opened := made.tags.count("details")) != made.tags.count("/details")
            or _depth(made)
            or opened > 3
        ):
            self.fault("details", body)
        if {"table", "pre", "blockquote", "img", "script", "h1", "hr"} & set(made.tags):
            self.fault("container", body)


def hidden(body: str) -> bool:
    """Whether anything in it steers, or is not seen."""
    return any(c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") for c in body)


def _depth(made: Shape) -> bool:
    """Whether a block of details is opened within another one, or closed before it was opened."""
    depth = 0
    for tag in made.tags:
        depth += (tag == "details") - (tag == "/details")
        if depth not in (0, 1):
            return True
    return depth != 0


def texts(ruleset: Ruleset, random: Random, number: int, found: Found) -> None:
    """The values in every place of the status note and of each answer to orders, by the renderers themselves."""
    issue = _issue(ruleset, "us-east", "", "", "Alice")
    sources = [(ruleset.texts.status, sample) for sample in samples()]
    answers = type(ruleset.texts.answers).VALUES
    for name, known in answers.items():
        ours = dict.fromkeys(sorted(known), Ours("so"))  # but for what somebody said
        sources.append(
            (getattr(ruleset.texts.answers, name), ours | ({"said": "so"} if "said" in known else {}))
        )
    plain = [_shape(source, _filled(sample, lambda: "Acme")[0]) for source, sample in sources]
    supply = values(random, number)
    while found.values < number:
        for (source, sample), made_of in zip(sources, plain, strict=True):
            filled, used = _filled(sample, lambda: next(supply, "Acme") or "Acme")
            body = _body(source, filled)
            found.values += used
            found.notes["texts"] += 1
            found.check(body, issue, STATUS, frozenset(), made_of if _like(filled) else None)


def _like(filled: dict[str, Any]) -> bool:
    """Whether the note must have the shape that it has with harmless words: every value is seen, the name as a word."""
    return all(_told(filled)) and "`" not in filled.get("name", "")


def _told(value: Any) -> Iterator[bool]:
    """Of each value of people's whether anything of it is seen: what is empty leaves its place out."""
    match value:
        case dict():
            for each in value.values():
                yield from _told(each)
        case list():
            for each in value:
                yield from _told(each)
        case str():
            yield bool(value) if isinstance(value, Ours) else bool(render("{{ v }}", {"v": value}))


def _body(source: str, filled: dict[str, Any]) -> str:
    return marked(STATUS, REF, without_commands(render(source, filled)))


def _shape(source: str, filled: dict[str, Any]) -> Shape:
    return shape(_body(source, filled))


def _filled(sample: dict[str, Any], value: Callable[[], str]) -> tuple[dict[str, Any], int]:
    """The sample with a value wherever people's text stands, and how many were put there."""
    used = 0

    def fill(old: Any) -> Any:
        nonlocal used
        match old:
            case dict():
                return {name: fill(each) for name, each in old.items()}
            case list():
                return [fill(each) for each in old]
            case str() if old and not isinstance(old, Ours):
                used += 1
                return value()
        return old

    filled = {name: fill(each) for name, each in sample.items()}
    if "name" in filled:
        used += 1
        filled["name"] = first_name(value(), "alice")
    return filled, used


def _issue(ruleset: Ruleset, board: str, title: str, description: str, name: str) -> Issue:
    project = ruleset.boards[board].file.project
    return Issue(
        ref=REF, id=9001, project=project, title=title, description=description, author=User(1, "alice", name),
        created_at=AT, updated_at=AT, web_url=f"{LINKS}{project}/-/issues/23", bot=BOT,
    )  # fmt: skip


def requests(ruleset: Ruleset, random: Random, number: int, found: Found) -> None:
    """Requests whose title, blocks, labels, names, comments and orders are hostile, decided as every other one."""
    for count in range(number):
        issue, used = _request(ruleset, random, count)
        found.values += len(used)
        for days in (0, 3, 40):
            plan = evaluate(issue, ruleset, AT + timedelta(days=days, hours=2))
            for action in plan.actions:
                if not isinstance(action, Written | Move):
                    continue
                body = action.refusal if isinstance(action, Move) else action.body
                found.notes[type(action).__name__] += 1
                found.shown += body.count("`")
                meant = _meant(action, issue, ruleset)
                found.check(body, issue, action.key, meant, None)


def _meant(action: Written | Move, issue: Issue, ruleset: Ruleset) -> frozenset[str]:
    """Whom the bot may call: nobody in the status note, in an answer whoever gave the order, in a summons the people
    that the board and the issue name."""
    if isinstance(action, Summon):
        file = ruleset.board_of(issue).file  # type: ignore[union-attr]
        people = {"alice", "sam", *file.escalation, *_people(ruleset, file.id)}
        return frozenset(name.lower() for name in people.union(*file.roles.values()))
    return frozenset() if action.key == STATUS else frozenset({"alice", "sam"})


def _people(ruleset: Ruleset, board: str) -> list[str]:
    """The SAs that the board file names one by one."""
    return [person.name for person in ruleset.boards[board].file.sas if "/" not in person.name]


def _request(ruleset: Ruleset, random: Random, number: int) -> tuple[Issue, list[str]]:
    used: list[str] = []

    def value() -> str:
        used.append(next(values(random, 1)))
        return used[-1]

    template = random.choice(list(ruleset.templates.values()))
    answers = {
        block.key: f"{block.example}{value()}" if random.random() < 0.7 else value()
        for block in template.file.blocks
        if random.random() < 0.9
    }
    description = template.filled(answers) if random.random() < 0.9 else "\n".join(value() for _ in range(5))
    board = random.choice([b for b in BOARDS if b in ruleset.active_boards])
    sam = User(2, next(iter(_people(ruleset, board)), "sam"), value())
    issue = _issue(ruleset, board, value(), description, value())
    labels = [value(), random.choice(STATES), f"Partner Region-{value()}", f"FY27-Q{value()}", "Expedite"]
    events = tuple(
        LabelEvent(i, AT + timedelta(seconds=i), sam, "add", each) for i, each in enumerate(labels, 1)
    )
    said = [
        (sam, f"@triage-bot allow late-activity because {value()}"),
        (sam, f"@triage-bot allow {value()} because {value()}"),
        (sam, f"@triage-bot allow incomplete-request until {value()} because {value()}"),
        (sam, f"@triage-bot move to {value()}"),
        (issue.author, f"@triage-bot {value()}"),
        (issue.author, f"@triage-bot agree {value()}\n{value()}"),
        (issue.author, f"Expedite because {value()}"),
        (issue.author, f"<!-- triage:status 7#23 -->\n{value()}"),
    ]
    notes = tuple(
        Note(i, AT + timedelta(minutes=i), by, body)
        for i, (by, body) in enumerate(random.sample(said, random.randint(0, len(said))), 1)
    )
    return replace(issue, labels=frozenset(labels), label_events=events, notes=notes), used


def run(ruleset: Ruleset, number: int, asked: int, seed: int) -> tuple[Found, Found]:
    """Both ways in: the texts filled with `number` values, and `asked` whole requests."""
    found = Found(), Found()
    texts(ruleset, Random(seed), number, found[0])
    requests(ruleset, Random(seed + 1), asked, found[1])
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    ruleset = load(Path("rules"), examples=False)
    began = time.perf_counter()
    filled, asked = run(ruleset, options.values, options.requests, options.seed)
    for what, found in (("texts filled", filled), (f"{options.requests} requests decided", asked)):
        told = ", ".join(f"{count} {kind}" for kind, count in found.notes.items())
        print(f"{what}: {found.values} values, notes: {told}; faults: {dict(found.counts) or 'none'}")
    print(f"in {time.perf_counter() - began:.0f} s; {asked.shown // 2} quotes in the notes on requests")
    for fault in (filled.faults + asked.faults)[:10]:
        print(f"  {fault}".encode(errors="replace").decode())
    return 1 if filled.faults or asked.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
