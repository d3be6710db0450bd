"""The status note: one per issue, edited in place, the same text for the same facts whenever it is written."""

from collections.abc import Iterable, Mapping
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
from app.core.words import fill_again, names_in, render

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


class _Spoken(NamedTuple):
    """What the note says that does not follow from the description alone: all of it as it was put into words."""

    closed: bool
    moved: bool
    name: str
    username: str
    complete: bool
    closing: tuple[Ours, ...]
    requests: tuple[tuple[Ours, tuple[Gap, ...]], ...]
    advice: tuple[Ours, ...]
    waived: tuple[tuple[str, Waiver], ...]
    lines: tuple[str, ...]
    gaps: tuple[Gap, ...]
    readers: tuple[str, ...]  # the rules that tell what was understood


def status_body(facts: Facts, said: list[Said], source: str, more: tuple[Ours, ...] = ()) -> str:
    """The whole note, with its key. Nothing in it depends on the present instant but what rules found.

    `source` is the text of `rules/texts/status.md`; `more` are further lines of ours.
    """
    spoken = _spoken(facts, said)
    if more:
        spoken = spoken._replace(lines=(*spoken.lines, *more))
    # It is remembered with the description, from which all else follows: the same is said at each look.
    kept = facts.description.note.get(source)
    if kept is not None and kept[0] == spoken:
        body = kept[1]
    else:
        values = _of_now(facts, spoken) | _of_description(facts, said, spoken.gaps)
        body = without_commands(render(source, values))
        facts.description.note[source] = (spoken, body)
    return marked(STATUS, facts.issue.ref, body)


def _spoken(facts: Facts, said: list[Said]) -> _Spoken:
    author, open_ = facts.issue.author, facts.issue.state == "opened"
    closing, requests, advice, waived, lines, gaps = [], [], [], [], [], list[Gap]()
    complete, readers = False, []
    for one in said:
        rule, result, failing, waiver = one
        if result.understood:
            readers.append(rule.id)
            complete = complete or not result.failing
        if not open_:
            if _of_closing(one):
                closing.append(_text(rule.while_failing.status, one, facts))
            continue
        if failing:
            asked = rule.while_failing.status
            if asked and ((text := _text(asked, one, facts)) or result.gaps):
                requests.append((text, result.gaps))
            if rule.while_failing.advice:
                advice.append(_text(rule.while_failing.advice, one, facts))
        if waiver and result.failing:
            waived.append((rule.id, waiver))
        else:
            gaps += result.gaps
            if result.says and (line := result.line()):
                lines.append(line)
    return _Spoken(
        not open_,
        facts.issue.moved,
        author.name,
        author.username,
        complete,
        tuple(closing),
        tuple(requests),
        tuple(advice),
        tuple(waived),
        tuple(lines),
        tuple(gaps),
        tuple(readers),
    )


def _of_description(facts: Facts, said: list[Said], found: tuple[Gap, ...]) -> dict[str, Any]:
    """What was read in the request. First things first: while something required is missing, nothing is said of what
    would only help, nor of what was understood."""
    told = facts.issue.state == "opened" and not any(gap.severity == "required" for gap in found)
    return {
        "beside": list(_beside(found)) if told else [],
        "understood": [_pair(pair) for s in said for pair in s.result.understood] if told else [],
        "follows_template": facts.match.likeness >= LIKENESS_NEEDED,
        "template": Ours(facts.match.template.name),
        "board": Ours(facts.board.name),
        "off": Ours(facts.labels.off),
    }


def _of_now(facts: Facts, spoken: _Spoken) -> dict[str, Any]:
    """What else the text of the status note is filled with."""
    return {
        "name": first_name(spoken.name, spoken.username),
        "closed": spoken.closed,
        "moved": spoken.moved,
        "complete": spoken.complete,
        "closing": list(spoken.closing),
        "requests": [asked for text, gaps in spoken.requests if (asked := _request(text, gaps))],
        "advice": list(spoken.advice),
        "waived": [_waived(rule, waiver, facts) for rule, waiver in spoken.waived],
        "lines": list(spoken.lines),
    }


def _of_closing(said: Said) -> bool:
    """Whether the rule has something to say of a closed request: then it is about the closing."""
    return said.failing and said.rule.check.ALSO_CLOSED and bool(said.rule.while_failing.status)


def _text(source: str, said: Said, facts: Facts) -> Ours:
    def filled(names: tuple[str, ...]) -> Mapping[str, Any]:
        return {**said.result.filling(names), **facts.board.told}

    before, made_of = facts.description.said, said.result.made_of
    if made_of is None:
        return fill_again(source, filled, before)
    key = (said.rule.id, source)
    kept = before.get(key)
    if kept is not None and kept[0] == made_of:
        return kept[1]
    text = render(source, filled(names_in(source)))
    before[key] = (made_of, text)
    return text


def _request(text: Ours, found: tuple[Gap, ...]) -> dict[str, Any] | None:
    """A request with what is listed under it; None where it comes to nothing."""
    gaps = [_gap(gap) for gap in found if gap.severity == "required"]
    return {"text": text, "gaps": gaps} if text or gaps else None


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


def _waived(rule: str, waiver: Waiver, facts: Facts) -> dict[str, Any]:
    zone = facts.board.calendar.zone
    return {
        "rule": Ours(rule),
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
