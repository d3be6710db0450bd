"""The status note: one per issue, edited in place, the same text for the same facts whenever it is written."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from app.core.answers import Gap
from app.core.facts import Facts
from app.core.keys import STATUS, marked
from app.core.result import Result
from app.core.rule import Rule
from app.core.template import LIKENESS_NEEDED
from app.core.text import Ours, first_name, instant, named, quote, without_commands
from app.core.waiver import Waiver, last_minute
from app.core.words import frozen, render, render_again

BESIDE = (("It would help to know this too", "recommended"), ("If you have it at hand", "advice"))


class Said(NamedTuple):
    """What one rule has to say in the status note: a request, or a line that asks nothing."""

    rule: Rule
    result: Result
    failing: bool
    waiver: Waiver | None = None

    @property
    def waived(self) -> Waiver | None:
        """The waiver, where the rule would have fired without it."""
        return self.waiver if self.result.failing else None


def asks(said: list[Said]) -> bool:
    """Whether the note would ask anybody for anything: only then is one written where there was none."""
    unexplained = any(s.waived and not s.waived.because for s in said)
    return unexplained or any(s.result.asks or (s.failing and s.rule.while_failing.status) for s in said)


def status_body(facts: Facts, said: list[Said], source: str) -> str:
    """The whole note, with its key. Nothing in it depends on the present instant but what rules found.

    `source` is the text of `rules/texts/status.md`.
    """
    values = _of_now(facts, said)
    found = _gaps(facts, said)
    # All else follows from the description, with which the note is remembered: the same is asked for at each look.
    readers = tuple([s.rule.id for s in said if s.result.understood])
    key = (source, frozen(values), found, readers)
    notes = facts.description.notes
    body = notes.get(key)
    if body is None:
        body = without_commands(render(source, values | _of_description(facts, said, found)))
        notes.clear()
        notes[key] = body
    return marked(STATUS, facts.issue.ref, body)


def _gaps(facts: Facts, said: list[Said]) -> tuple[Gap, ...]:
    if facts.issue.state != "opened":
        return ()
    return tuple([gap for s in said if s.result.gaps and not s.waived for gap in s.result.gaps])


def _of_description(facts: Facts, said: list[Said], found: tuple[Gap, ...]) -> dict[str, Any]:
    """What was read in the request. First things first: while something required is missing, nothing is said of what
    would only help, nor of what was understood."""
    told = facts.issue.state == "opened" and not any(gap.severity == "required" for gap in found)
    return {
        "beside": list(_beside(found)) if told else [],
        "understood": [_pair(pair) for s in said for pair in s.result.understood] if told else [],
    }


def _of_now(facts: Facts, said: list[Said]) -> dict[str, Any]:
    """What else the text of the status note is filled with."""
    open_ = facts.issue.state == "opened"
    heard = [s for s in said if not s.waived]
    requests = [s for s in said if open_ and s.failing and s.rule.while_failing.status]
    return {
        "name": first_name(facts.issue.author.name, facts.issue.author.username),
        "closed": not open_,
        "moved": facts.issue.moved,
        "complete": any(s.result.understood and not s.result.failing for s in said),
        "follows_template": facts.match.likeness >= LIKENESS_NEEDED,
        "template": Ours(facts.match.template.name),
        "closing": [
            _text(s.rule.while_failing.status, s, facts) for s in said if not open_ and _of_closing(s)
        ],
        "requests": [
            asked for s in requests if (asked := _request(s, facts)) and (asked["text"] or asked["gaps"])
        ],
        "advice": [_text(s.rule.while_failing.advice, s, facts) for s in said if open_ and _advises(s)],
        "waived": [_waived(s.rule, s.waived, facts) for s in said if open_ and s.waived],
        "lines": [line for s in heard if open_ and (line := s.result.line())],
        "board": Ours(facts.board.name),
        "off": Ours(facts.labels.off),
    }


def _of_closing(said: Said) -> bool:
    """Whether the rule has something to say of a closed request: then it is about the closing."""
    return said.failing and said.rule.check.ALSO_CLOSED and bool(said.rule.while_failing.status)


def _advises(said: Said) -> bool:
    return said.failing and bool(said.rule.while_failing.advice)


def _text(source: str, said: Said, facts: Facts) -> Ours:
    return render_again(source, {**said.result.filling(), **facts.board.told})


def _request(said: Said, facts: Facts) -> dict[str, Any]:
    gaps = [_gap(gap) for gap in said.result.gaps if gap.severity == "required"]
    return {"text": _text(said.rule.while_failing.status, said, facts), "gaps": gaps}


@lru_cache(maxsize=1024)
def _gap(gap: Gap) -> dict[str, Any]:
    """What to write, what is wrong with what was written (empty: nothing was), and one good answer."""
    return {
        "title": named(gap.title),
        "ask": named(gap.ask),
        "wrong": named(gap.problem),
        "example": gap.example,
    }


def _beside(gaps: tuple[Gap, ...]) -> Iterable[dict[str, Any]]:
    for title, severity in BESIDE:
        if found := [_gap(gap) for gap in gaps if gap.severity == severity]:
            yield {"title": Ours(title), "gaps": found}


def _waived(rule: Rule, waiver: Waiver, facts: Facts) -> dict[str, Any]:
    zone = facts.board.calendar.zone
    return {
        "rule": Ours(rule.id),
        "by": waiver.by,
        "at": instant(waiver.at, zone),
        "until": last_minute(waiver.until, zone) if waiver.until else Ours(),
        "told": Ours(" and ".join(quote(name) for name in waiver.told)),
        "because": waiver.because,
    }


def _pair(pair: tuple[str, str]) -> dict[str, Any]:
    return {"title": Ours(pair[0]), "text": pair[1]}


def samples() -> list[dict[str, Any]]:
    """Values with which the text must come out, each branch of it once: so that a slip in it shows at load."""
    gap = {"title": Ours("Block"), "ask": Ours("what"), "wrong": Ours(), "example": "Acme"}
    waived = {"rule": Ours("rule"), "by": "sam", "at": Ours("now"), "until": Ours(), "told": Ours()}
    full = {
        "name": Ours("Alice"),
        "closed": False,
        "moved": False,
        "closing": [Ours("A line.")],
        "complete": False,
        "follows_template": True,
        "template": Ours("SA Activity"),
        "requests": [{"text": Ours("Please"), "gaps": [gap, gap | {"wrong": Ours("wrong")}]}],
        "advice": [Ours("A line.")],
        "waived": [
            waived | {"because": "so"},
            waived | {"because": "", "until": Ours("x"), "told": Ours("y")},
        ],
        "lines": [Ours("A line.")],
        "beside": [{"title": Ours("Beside"), "gaps": [gap]}],
        "understood": [{"title": Ours("Block"), "text": "Acme"}],
        "board": Ours("US East"),
        "off": Ours("bot::off"),
    }
    nothing: dict[str, Any] = {
        "closing": [],
        "requests": [],
        "advice": [],
        "waived": [],
        "lines": [],
        "beside": [],
        "understood": [],
    }
    return [
        full,
        full | {"follows_template": False},
        full | nothing | {"complete": True},
        full | nothing,
        full | {"closed": True},
        full | nothing | {"closed": True, "moved": True},
    ]
