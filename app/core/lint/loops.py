"""What rules do by what they read and write: undo themselves or each other, never end, never begin.

Works on descriptions alone (`app.core.effects`), of rules that may meet on one issue.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from app.core.codes import Code
from app.core.codes.behaviour import (
    CONTRADICTING,
    IMPOSSIBLE,
    KEEP_EACH_OTHER,
    KEEPS_ITSELF,
    NEVER_ENDS,
    OWN_TIMER,
    STATE_BESIDE,
    UNDO_EACH_OTHER,
    UNDOES_ITSELF,
)
from app.core.effects import Effects, Fact, Timer, Way, clash, possible, same


class Finding(NamedTuple):
    """What was found of a rule; `fact` is what it writes or reads that shows it, where there is one."""

    code: Code
    rule: str
    message: str
    fact: Fact | None = None


def alone(rule: str, effects: Effects, states: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """What a rule does to itself. `states` are the state labels."""
    ways = [way for way in effects.ways if possible(way)]
    if not ways:
        yield Finding(IMPOSSIBLE, rule, _never(effects))
        return
    yield from _itself(rule, effects, ways)
    yield from _timers(rule, effects)
    yield from _states(rule, effects, states)
    if effects.repeats and not all(clash(effects.writes, way) for way in ways):
        message = "it acts at each look while its condition holds, and nothing that it does ends that; "
        yield Finding(NEVER_ENDS, rule, f"{message}have it put a label on, and look for issues without")


def _never(effects: Effects) -> str:
    pairs = [found for way in effects.ways if (found := clash(way, way))]
    if not pairs:
        return "it holds for no issue at all"
    one, other = sorted(map(str, pairs[0]))
    return f'"{one}" and "{other}" are never both so, so it never finds anything; take one out'


def _itself(rule: str, effects: Effects, ways: list[Way]) -> Iterator[Finding]:
    for fact in sorted(effects.holds, key=str):
        if any(fact.excludes(read) for way in ways for read in way):
            message = (
                f'once "{fact}" holds it finds nothing and undoes it, at each look; look for something else'
            )
            yield Finding(UNDOES_ITSELF, rule, message, fact)
        elif all(any(fact.gives(read) for read in way) for way in ways):
            message = (
                f'it is only found where "{fact}" holds already, so it never begins; look for something else'
            )
            yield Finding(KEEPS_ITSELF, rule, message, fact)


def _timers(rule: str, effects: Effects) -> Iterator[Finding]:
    for timer in effects.timers:
        if timer.of_bot and _restarts(effects, timer):
            message = f"what it does itself begins {timer} anew, so it acts again and again; count what people do only"
            yield Finding(OWN_TIMER, rule, message)


def _restarts(effects: Effects, timer: Timer) -> bool:
    """Whether what the rule writes is something since which the timer counts."""
    match timer.since:
        case "note":
            return effects.notes
        case "updated_at":  # what is done once for each cause may begin it anew: that is told, and no error
            return bool(effects.holds) or effects.tells
        case "update":
            return effects.notes or bool(effects.writes)
        case "label":
            labels = [fact.name for fact in effects.writes if fact.about == "label"]
            return any(not timer.label or same(name, timer.label) for name in labels)
        case "assignee" | "state":
            return any(fact.about == timer.since for fact in effects.writes)
    return False


def _states(rule: str, effects: Effects, states: frozenset[str]) -> Iterator[Finding]:
    """State labels that are put on while another one may stay."""
    labels = [fact for fact in effects.sets if fact.about == "label"]
    gone = {fact.name for fact in labels if "off" in fact.values}
    for fact in sorted(labels, key=str):
        others = states - {fact.name} - gone
        if "on" in fact.values and fact.name in states and others:
            message = f'"{fact.name}" goes on, and {", ".join(sorted(others))} may stay beside it; take them off too'
            yield Finding(STATE_BESIDE, rule, message, fact)


def together(rules: Mapping[str, Effects]) -> Iterator[Finding]:
    """What rules that may meet on one issue do to each other."""
    writers = {rule: e for rule, e in rules.items() if any(f.about == "label" for f in e.writes)}
    yield from _contradictions(writers)
    yield from _cycles(rules, writers)


def _contradictions(writers: Mapping[str, Effects]) -> Iterator[Finding]:
    """Two rules of which one undoes what the other does: by setting the contrary, or when its own finding is over."""
    for n, (first, one) in enumerate(writers.items()):
        for m, (second, other) in enumerate(writers.items()):
            # Each pair once, and only one of which somebody makes something so for good.
            if not (one.sets and (n < m or not other.sets)) or n == m:
                continue
            # Both hold the same: one label, two owners, which is told elsewhere.
            opposed = clash(one.sets, other.writes) or clash(one.holds, other.sets)
            if opposed and _meet(one, other, opposed[0].name):
                message = f'it has it so that "{opposed[1]}", and {first} that "{opposed[0]}"; one of the two must go'
                yield Finding(CONTRADICTING, second, message, opposed[1])
            elif shared := _left(one, other) or _left(other, one):
                message = f'of {first} and {second} one puts "{shared.name}" on for good, and the other takes it off '
                yield Finding(
                    CONTRADICTING,
                    second,
                    f"{message}once its finding is over; one of the two must go",
                    shared,
                )


def _left(one: Effects, other: Effects) -> Fact | None:
    """What the one takes back again and the other leaves."""
    return next(
        (held for held in sorted(one.holds, key=str) for left in other.sets if held.gives(left)), None
    )


def _meet(one: Effects, other: Effects, label: str) -> bool:
    """Whether both may act on one issue, whatever the label is."""
    return any(clash(_without(a, label), _without(b, label)) is None for a in one.ways for b in other.ways)


def _without(way: Way, label: str) -> Way:
    return frozenset(f for f in way if not (f.about == "label" and same(f.name, label)))


Edges = dict[str, list[tuple[str, bool, Fact]]]


def _edges(rules: Mapping[str, Effects], writers: Mapping[str, Effects]) -> Edges:
    """For each rule those that begin (True) or end (False) by what it holds."""
    held_names = {fact.name for effects in writers.values() for fact in effects.holds}
    readers = [
        (rule, effects, fact)
        for rule, effects in rules.items()
        for fact in effects.reads
        if fact.about == "label" and any(same(name, fact.name) for name in held_names)
    ]
    found: Edges = {}
    for rule, effects in writers.items():
        for held in effects.holds:
            for other, its, read in readers:
                if other != rule and same(held.name, read.name) and _meet(effects, its, held.name):
                    found.setdefault(rule, []).append((other, held.gives(read), held))
    return found


def _cycles(rules: Mapping[str, Effects], writers: Mapping[str, Effects]) -> Iterator[Finding]:
    """Rules that begin or end each other in a circle. With an end in it they take turns: all of them begin in one look,
    and end each other in the next."""
    edges = _edges(rules, writers)
    told: set[frozenset[str]] = set()
    for ending in (True, False):
        for rule in edges:
            path = _circle(edges, rule, ending=ending)
            if path and frozenset(path) not in told:
                told.add(frozenset(path))
                yield _circular(rule, path, edges[rule][0][2], ending=ending)


def _circular(rule: str, path: list[str], fact: Fact, *, ending: bool) -> Finding:
    names = ", ".join(dict.fromkeys(path))
    if ending:
        message = f"these rules undo each other, at each look: {names}; let one look for something else"
        return Finding(UNDO_EACH_OTHER, rule, message, fact)
    message = (
        f"each of these rules waits for another, and keeps it going: {names}; let one look for something else"
    )
    return Finding(KEEP_EACH_OTHER, rule, message, fact)


def _circle(edges: Edges, start: str, *, ending: bool) -> list[str]:
    """The shortest way back to the rule on which a rule ends another, or none does."""
    waiting = deque([(start, False, [start])])
    seen = set()
    while waiting:
        rule, ends, path = waiting.popleft()
        for other, begins, _ in edges.get(rule, ()):
            now = ends or not begins
            if other == start and now == ending:
                return path
            if (other, now) not in seen:
                seen.add((other, now))
                waiting.append((other, now, [*path, other]))
    return []
