"""What many rules cost: `python -m benchmarks.rules [--rules 500]`. Loading and checking them, their examples
apart, and deciding requests by them. See README.md beside this."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from time import process_time
from typing import TypeVar

from app.core.after import after
from app.core.document import parse
from app.core.evaluate import evaluate
from app.core.lint import behaviour_faults, example_faults, lint
from app.core.model import Issue
from app.core.rule import Rule
from app.core.ruleset import Ruleset
from app.rulebook import load, opened
from app.rulecheck import check
from benchmarks.histories import Request, requests
from benchmarks.machine import machine

ROOT = Path(__file__).parent.parent
WANTED = 1.0  # seconds for loading and checking 500 rules, without their examples
LINEAR = 1.25  # so much more than in proportion to the rules a request may take
SIZES = (50, 100, 200, 500)
OTHERS = frozenset({"labels", "quarters"})
REQUESTS = 100
TIMES = 3  # of which the best counts: others may use the machine too
TODAY = date(2026, 3, 2)

T = TypeVar("T")


@contextmanager
def generated(number: int) -> Iterator[Path]:
    """A folder with the shipped boards, calendars and templates, and so many rules: the shipped ones again and again,
    each time under another id and in other words."""
    with tempfile.TemporaryDirectory(prefix="triage-rules-") as temporary:
        folder = Path(temporary) / "rules"
        shutil.copytree(ROOT / "rules", folder)
        shutil.copytree(ROOT / "issue_templates", Path(temporary) / "issue_templates")
        ours = sorted(path for path in folder.glob("*.yaml") if path.stem not in OTHERS)
        texts = [(path.stem, path.read_text(encoding="utf-8")) for path in ours]
        for path in ours[number:]:
            path.unlink()
        for n in range(len(ours), number):
            stem, text = texts[n % len(texts)]
            name = f"{stem}-{n}"
            (folder / f"{name}.yaml").write_text(
                text.replace(f"id: {stem}\n", f"id: {name}\n", 1), encoding="utf-8"
            )
        yield folder


def timed(work: Callable[[], T], times: int = 1) -> tuple[float, T]:
    """Seconds of the processor, the fewest of so many times, and what came out."""
    taken = []
    for _ in range(times):
        began = process_time()
        found = work()
        taken.append(process_time() - began)
    return min(taken), found


def loading(folder: Path) -> dict[str, float]:
    """Where loading and checking spend their time. The parts are measured by themselves, after the whole."""
    whole, checked = timed(lambda: check(folder, TODAY, examples=False), TIMES)
    assert checked.book is not None, checked.problems[:3]
    book = checked.book
    loaded, _ = timed(lambda: load(folder, examples=False), TIMES)
    texts = [path.read_text(encoding="utf-8") for path in folder.glob("*.yaml") if path.stem not in OTHERS]
    yaml, documents = timed(lambda: [parse(text, "") for text in texts], TIMES)
    models, _ = timed(lambda: [document.read(Rule) for document in documents], TIMES)
    behaviour, _ = timed(lambda: list(behaviour_faults(book)), TIMES)
    lines, _ = timed(lambda: list(lint(book, TODAY)), TIMES)
    opening, _ = timed(lambda: opened(folder), TIMES)
    return {
        "load and check": whole,
        "load alone": loaded,
        "of it: YAML of the rules": yaml,
        "rules as models": models,
        "boards, templates, names": opening - yaml - models,
        "what rules do": behaviour,
        "all else that is checked": lines,
    }


def deciding(ruleset: Ruleset, asked: list[Request]) -> float:
    """Seconds of the processor for a request of which nothing is left to do, descriptions read before."""
    settled = [(left_alone(one.settled, ruleset, one.now), one.now) for one in asked]
    taken, _ = timed(lambda: [evaluate(issue, ruleset, now) for issue, now in settled], TIMES)
    return taken / len(settled)


def left_alone(issue: Issue, ruleset: Ruleset, now: datetime) -> Issue:
    """The issue once everything that these rules want was done."""
    for action in evaluate(issue, ruleset, now).actions:
        issue = after(issue, action, now)
    assert not evaluate(issue, ruleset, now).actions
    return issue


def growth(sizes: tuple[int, ...]) -> bool:
    """Prints what a request costs by the number of rules; whether that grows no more than they do."""
    asked = list(requests(load(ROOT / "rules", examples=False), REQUESTS))
    first: tuple[int, float] | None = None
    linear = True
    print(f"{'rules':>6} {'a request':>12} {'per rule':>10} {'against linear':>15}")
    for size in sizes:
        with generated(size) as folder:
            taken = deciding(load(folder, examples=False), asked)
        first = first or (size, taken)
        against = taken / first[1] * first[0] / size
        linear = linear and against <= LINEAR
        print(f"{size:6} {taken * 1e3:9.2f} ms {taken / size * 1e6:7.1f} µs {against:14.2f}x")
    return linear


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=max(SIZES), help="how many rules are loaded")
    parser.add_argument(
        "--examples", action="store_true", help="run all their examples too, which takes long"
    )
    asked = parser.parse_args()
    print(machine())
    load(ROOT / "rules", examples=False)  # what is imported and kept for the first time is not counted
    with generated(asked.rules) as folder:
        parts = loading(folder)
        print(f"{asked.rules} rules, seconds of the processor:")
        print("".join(f"  {name:28}{seconds:7.3f}\n" for name, seconds in parts.items()), end="")
        book, _ = opened(folder)
        assert book is not None
        rules = book.ruleset.rules if asked.examples else book.ruleset.rules[::10]
        examples, _ = timed(lambda: list(example_faults(book.ruleset, rules)))
        number = sum(len(rule.examples) for rule in rules)
        print(f"  {number} of their examples{examples:21.3f}: {examples / number * 1e3:.1f} ms each")
    linear = growth(SIZES)
    slow = parts["load and check"] > WANTED * asked.rules / max(SIZES)
    print(f"Wanted: {WANTED} s for {max(SIZES)} rules, and linear up to {LINEAR}x.")
    return 1 if slow or not linear else 0


if __name__ == "__main__":
    sys.exit(main())
