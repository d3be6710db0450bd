"""Examples for an imported rule: one that fires, and one or two that do not. Each is tried before it is given."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from app.core.board import Board
from app.core.conditions.globs import fits
from app.core.conditions.tree import When
from app.core.importing.actions import Wanted
from app.core.importing.found import Leaf
from app.core.importing.scenes import NOW, Scene, Unthinkable, not_so, so

# What comes out of a timeline: what the rule does, what all rules do, and what is wrong with it (empty for nothing).
Outcome = tuple[list[str], set[str], str]
Tries = Callable[[str, str], Outcome]
_AT = NOW.strftime("%Y-%m-%dT%H:%MZ")
_WHEN: TypeAdapter[Any] = TypeAdapter(When)


class Given(NamedTuple):
    """The examples, whether one of them fires, and why there are not enough."""

    examples: list[dict[str, Any]]
    fires: bool
    why_not: str = ""


def examples(when: list[Leaf], wanted: Wanted, board: Board, off: str, tried: Tries) -> Given:
    """Two or three that come out as they say, or why there are not. `off` is the label that silences the bot."""
    template = board.file.template
    found: list[dict[str, Any]] = []
    trouble = ""
    for more in (
        [],
        ["something else"],
    ):  # with one label more, what acts where there is none is out of the way
        example, trouble = _firing(when, wanted, board, more, tried)
        if example or not (trouble and _starved(when)):
            break
    if example:
        found.append(example)
    elif trouble and not _starved(when):
        return Given([], False, f"in the way: the example that should fire does not come out ({trouble})")
    fires = bool(found)
    for leaf, scene in not_so(when):
        try:
            line = scene.timeline(template)
        except Unthinkable:
            continue
        got, _, wrong = tried(line, _AT)
        if not got and not wrong:
            found.append(_example(f"not so: {_told(leaf)}", board, line, []))
        if len(found) == (3 if fires else 2):
            break
    for name, scene in _elsewhere(when, off) if len(found) < 2 else ():
        line = scene.timeline(template)
        if len(found) < 2 and tried(line, _AT)[::2] == ([], ""):
            found.append(_example(name, board, line, []))
    if len(found) < 2:
        return Given([], False, "in the way: no example of it comes out beside the other rules")
    return Given(found, fires)


def _firing(
    when: list[Leaf], wanted: Wanted, board: Board, more: list[str], tried: Tries
) -> tuple[dict[str, Any] | None, str]:
    """An example in which it fires, or why it does not come out; neither where no timeline can tell of it."""
    try:
        scene = so(when)
        scene.on += more
        effects = expected(wanted, scene)
        line = scene.timeline(board.file.template)
    except Unthinkable:
        return None, ""
    got, by_all, trouble = tried(line, _AT)
    told = ", ".join
    if not effects:
        return None, "what it does is so already wherever it fires"
    if not trouble and not (got and {*got} <= {*effects} <= by_all):
        trouble = f"it should give {told(effects)}, and gives {told(got) or 'nothing'}"
    if trouble:
        return None, trouble
    alone = "it fires" if got == effects else "it fires, and another rule does the rest"
    return _example(alone, board, line, got), ""


def _starved(when: list[Leaf]) -> bool:
    """Whether it waits for GitLab's updated_at, which what others do moves: there as here they may always be first."""
    return any(leaf.get("age", {}).get("since") == "updated_at" for leaf in when)


def _elsewhere(when: list[Leaf], off: str) -> Iterator[tuple[str, Scene]]:
    """Scenes in which nothing is done, where no timeline can tell of the conditions themselves."""
    yield "a plain request", Scene()
    try:
        scene = so(when)
        scene.timeline("")
    except Unthinkable:
        scene = Scene()
    scene.on.append(off)
    yield "the bot is silenced", scene


def _told(leaf: Leaf) -> str:
    """The condition in words."""
    key = next(iter(leaf))
    if key in ("any", "all"):
        return (" or " if key == "any" else " and ").join(map(_told, leaf[key]))
    return f"not {_told(leaf['not'])}" if key == "not" else str(_WHEN.validate_python(leaf))


def _example(name: str, board: Board, timeline: str, expect: list[str]) -> dict[str, Any]:
    return {"name": name, "board": board.id, "timeline": timeline, "now": _AT, "expect": expect}


def expected(wanted: Wanted, scene: Scene) -> list[str]:
    """What the rule does in the scene, by the words of its actions."""
    does = wanted.does
    on = {*scene.on, *scene.late}
    found = [f"+{label}" for label in does.get("add_labels", ()) if label not in on]
    off = [label for label in on if any(fits(pattern, label) for pattern in does.get("remove_labels", ()))]
    found += [f"-{label}" for label in off]
    state, assign = does.get("state"), does.get("assign")
    told = {
        "note": "note" in does,
        "issue": "issue" in does,
        "summon": bool(wanted.summon),
        "list": bool(wanted.summary),
        "close": state == "close" and not scene.closed,
        "reopen": state == "reopen" and scene.closed,
        "not due": does.get("due_date") == "none" and scene.due is not None,
        "confidential": does.get("confidential") is True and not scene.confidential,
        f"assign {assign}": assign is not None and not scene.assigned,
        f"move to {does.get('move')}": bool(does.get("move")),
    }
    return sorted([*found, *(word for word, done in told.items() if done)])
