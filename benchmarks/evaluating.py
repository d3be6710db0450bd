"""How many requests are decided a second: `python -m benchmarks.evaluating [--issues N]`. See README.md beside this."""

import argparse
import pickle
import sys
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import NamedTuple

from app import memory
from app.core.evaluate import evaluate
from app.core.model import Issue
from app.core.ruleset import Ruleset
from app.rulebook import load
from benchmarks.descriptions import TEXTS
from benchmarks.histories import BOARDS, DECIDED, Request, requests
from benchmarks.machine import machine

ROOT = Path(__file__).parent.parent
WANTED = 2_000  # a second, with the descriptions read before
COLD = 1_000  # so many are read for the first time, since that takes long
PASSES = 5
PART = 100  # requests of which the fastest pass counts: what makes another slower is whoever else uses the machine


class Parts(NamedTuple):
    kind: type
    values: list[object]


@dataclass(frozen=True)
class Kept:
    """A request as GitLab keeps it: what is fetched is made anew, text by text, and nothing is known of it."""

    now: datetime
    data: bytes

    def fetch(self) -> Issue:
        issue = _made(pickle.loads(self.data))
        assert isinstance(issue, Issue)
        return issue


def kept(now: datetime, issue: Issue) -> Kept:
    return Kept(now, pickle.dumps(_taken_apart(issue)))


def _taken_apart(value: object) -> object:
    """The fields of each of our own objects, without what was worked out of them."""
    if is_dataclass(value) and not isinstance(value, type):
        return Parts(type(value), [_taken_apart(getattr(value, f.name)) for f in fields(value)])
    return tuple(map(_taken_apart, value)) if type(value) is tuple else value


def _made(value: object) -> object:
    if isinstance(value, Parts):
        return value.kind(*map(_made, value.values))
    return tuple(map(_made, value)) if type(value) is tuple else value


def measured(found: list[Kept], ruleset: Ruleset) -> tuple[list[float], int]:
    """How long each hundred of the requests took to decide, in seconds of the processor, and how many actions come of
    all."""
    spent, actions = [0.0] * -(-len(found) // PART), 0
    for number, one in enumerate(found):
        issue = one.fetch()
        started = process_time()
        actions += len(evaluate(issue, ruleset, one.now).actions)
        spent[number // PART] += process_time() - started
    return spent, actions


def per_second(found: list[Kept], ruleset: Ruleset) -> tuple[float, int]:
    """How many of the requests are decided in a second of the processor, and how many actions come of it."""
    spent, actions = measured(found, ruleset)
    return len(found) / sum(spent), actions


def histories(ruleset: Ruleset, number: int) -> tuple[list[Kept], list[Kept], str]:
    """The requests settled, those of them that were not before, and what they are like."""
    settled, unsettled, said = [], [], {"closed": 0, "waiting": 0, "late": 0, "with a status note": 0}
    events = notes = 0
    for request in requests(ruleset, number):
        issue = request.settled
        settled.append(kept(request.now, issue))
        if _changed(request):
            unsettled.append(kept(request.now, request.found))
        said["closed"] += issue.state == "closed"
        said["waiting"] += issue.state == "opened" and "SA Waiting" in issue.labels
        said["late"] += "sla::breached" in issue.labels
        said["with a status note"] += any(note.body.startswith("<!-- triage:status") for note in issue.notes)
        events += len(issue.label_events)
        notes += len(issue.notes)
    shares = ", ".join(f"{100 * n // number} % {what}" for what, n in said.items())
    with_bot = f"with the bot's own {events / number:.1f} and {notes / number:.1f}"
    return settled, unsettled, f"{shares}; {with_bot}"


def _changed(request: Request) -> bool:
    return request.found is not request.settled


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=10_000, help="how many requests")
    given = parser.parse_args()
    ruleset = load(ROOT / "rules", examples=False)
    memory.settle()  # as whoever looks at many issues does
    print(machine())
    settled, unsettled, like = histories(ruleset, given.issues)
    print(
        f"{given.issues} requests on {len(BOARDS)} boards, {TEXTS} different texts, {len(ruleset.rules)} rules;"
    )
    print(
        f"each of {DECIDED.label_events} label events and {DECIDED.notes} notes, the bot's among them ({like})"
    )
    cold, _ = per_second(settled[:COLD], replace(ruleset))
    per_second(settled, ruleset)  # all are read
    passes = [measured(settled, ruleset) for _ in range(PASSES)]
    left = passes[0][1]
    warm = len(settled) / sum(map(min, zip(*(spent for spent, _ in passes), strict=True)))
    each = ", ".join(f"{len(settled) / sum(spent):,.0f}" for spent, _ in passes)
    print(f"{len(settled)} settled: {left} actions are left to do in all of them")
    first, done = per_second(unsettled, ruleset)
    print(f"cold, nothing read before  {cold:8,.0f} a second  x1.0, the baseline; of {len(settled[:COLD])}")
    print(
        f"warm, read before          {warm:8,.0f} a second  x{warm / cold:.1f}; each hundred in its fastest of "
        f"{PASSES} passes, which are {each} as wholes"
    )
    print(
        f"warm, with actions         {first:8,.0f} a second  x{first / cold:.1f}; {len(unsettled)}, {done} actions"
    )
    print(f"wanted: {WANTED:,} a second warm; {'enough' if warm >= WANTED else 'too slow'}")
    return 0 if warm >= WANTED and not left else 1


if __name__ == "__main__":
    sys.exit(main())
