"""Thinks of a history in which a rule's conditions are so, and of some in which one of them is not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.core.conditions.globs import fits
from app.core.importing.found import Leaf
from app.core.months import Months, read_long

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)  # a Wednesday
MOST = 25  # lines of one kind


class Unthinkable(ValueError):
    """No timeline can tell of it, or it contradicts the rest."""


@dataclass
class Scene:
    """What must be so on the issue, and for how long."""

    author: str = "alice"
    title: str = "Acme demo"
    description: str = ""
    bare: bool = False  # with no description at all
    closed: bool = False
    confidential: bool = False
    on: list[str] = field(default_factory=list)
    off: list[str] = field(default_factory=list)  # patterns
    assigned: str = ""
    lines: list[str] = field(default_factory=list)
    due: int | None = None
    at_least: list[timedelta] = field(default_factory=list)
    less_than: list[timedelta] = field(default_factory=list)
    fresh: list[tuple[str, timedelta]] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    def timeline(self, template: str) -> str:
        """The lines, beginning with the opening. Errors: Unthinkable."""
        if any(fits(pattern, label) for pattern in self.off for label in self.on):
            raise Unthinkable("a label is both on and off")
        done = [f"sam adds {line(label)}" for label in self.on] + self.lines
        done += [f"sam assigns {self.assigned}"] if self.assigned else []
        done += ["sam makes it confidential"] if self.confidential else []
        done += (
            [f"alice sets the due date to {(NOW + timedelta(self.due)).date()}"]
            if self.due is not None
            else []
        )
        done += [f"{self.author} closes"] if self.closed else []
        opened = self._opened(len(done))
        text = "" if self.description or self.bare else f" from {line(template)} filled"
        lines = [f"{_at(opened)} {self.author} opens {line(self.title)}{text}"]
        lines += [f"  | {self.description}"] if self.description else []
        lines += [f"{_at(opened + timedelta(minutes=n))} {what}" for n, what in enumerate(done, start=1)]
        for what, within in sorted(self.fresh, key=lambda each: -each[1]):
            lines.append(f"{_at(NOW - within / 2)} {what}")
        return "\n".join(lines)

    def _opened(self, steps: int) -> datetime:
        least = max(self.at_least, default=timedelta())
        most = min(self.less_than, default=None)
        if most is not None and least >= most:
            raise Unthinkable("it is to be older and younger at once")
        spare = timedelta(hours=1) if most is None else min(timedelta(hours=1), (most - least) / 2)
        opened = NOW - least - timedelta(minutes=steps) - spare
        return opened.replace(second=0, microsecond=0)


def line(text: str) -> str:
    """The text in quotes on one line, as timelines read it."""
    return json.dumps(text, ensure_ascii=False)


def _at(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")


def so(leaves: list[Leaf]) -> Scene:
    """A scene in which all of them are so. Errors: Unthinkable."""
    scene = Scene()
    for leaf in leaves:
        _make(scene, leaf, holds=True)
    return scene


def not_so(leaves: list[Leaf]) -> Iterator[tuple[Leaf, Scene]]:
    """Scenes in which all but one are so, each with that one; ages first, which say most."""
    order = sorted(range(len(leaves)), key=lambda n: (_rank(leaves[n]), n))
    for number in order:
        scene = Scene()
        try:
            for n, leaf in enumerate(leaves):
                if n != number:
                    _make(scene, leaf, holds=True)
            _make(scene, leaves[number], holds=False)
        except Unthinkable:
            continue
        yield leaves[number], scene


def _rank(leaf: Leaf) -> int:
    return 0 if "age" in leaf else 1 if "label" in leaf or "labels" in leaf else 3 if "state" in leaf else 2


def _make(scene: Scene, leaf: Leaf, *, holds: bool) -> None:
    key = next(iter(leaf))
    value = leaf[key]
    match key:
        case "not":
            _make(scene, value, holds=not holds)
        case "all" | "any":
            parts = [value] if isinstance(value, dict) else value
            if (key == "all") == holds:
                for part in parts:
                    _make(scene, part, holds=holds)
            else:
                _make(scene, _easiest(parts, scene, holds=holds), holds=holds)
        case "label":
            _label(scene, value, on=holds == leaf.get("on", True))
        case "labels":
            _labels(scene, value, holds=holds)
        case "age":
            _age(scene, value, holds=holds)
        case "state":
            scene.closed = (value == "closed") == holds
        case "author":
            scene.author = value if holds else "alice" if value != "alice" else "bob"
        case "author_in" if value == "sas":
            scene.author = "sam" if holds else "alice"
        case "assignee":
            _assignee(scene, value, holds=holds)
        case "assignee_in" if not holds:
            scene.assigned = ""
        case "confidential":
            scene.confidential = value == holds
        case "milestone":
            _milestone(scene, value, holds=holds)
        case "due_date":
            _due(scene, value, holds=holds)
        case "text":
            _text(scene, value, holds=holds)
        case "upvotes" | "downvotes" | "count":
            _number(scene, key, value, holds=holds)
        case "weight" if (value == "none") == holds:
            pass
        case "type" if holds:
            pass
        case _:
            raise Unthinkable(f"no timeline can tell of {key}")


def _easiest(parts: list[Leaf], scene: Scene, *, holds: bool) -> Leaf:
    """The first of several that can be told of at all."""
    for part in parts:
        try:
            _make(Scene(), part, holds=holds)
        except Unthinkable:
            continue
        return part
    raise Unthinkable("none of several can be told of")


def _label(scene: Scene, pattern: str, *, on: bool) -> None:
    if on:
        scene.on += [name] if (name := _named(pattern)) not in scene.on else []
    else:
        scene.off.append(pattern)


def _named(pattern: str) -> str:
    return pattern.replace("*", "x").replace("?", "x")


def _labels(scene: Scene, value: Any, *, holds: bool) -> None:
    if isinstance(value, dict):
        if not holds:
            scene.on.append("something else")
        return
    if (value == "any") == holds:
        scene.on.append("something else")
    else:
        scene.off.append("*")


def _age(scene: Scene, age: dict[str, Any], *, holds: bool) -> None:
    least, most = age.get("at_least"), age.get("less_than")
    if age.get("since") == "closed":
        scene.closed = True
    if (least is not None) == holds:
        scene.at_least.append(_long(least or most, days=31))
    elif "label_on" in age:
        name, within = _named(age["label_on"]), _long(least or most)
        scene.on = [label for label in scene.on if label != name]
        scene.at_least.append(within)
        scene.fresh.append((f"sam adds {line(name)}", within))
        scene.late.append(name)
    elif age.get("since") in ("updated", "updated_at"):
        scene.at_least.append(_long(least or most))
        scene.fresh.append(('alice comments "Any news?"', _long(least or most)))
    else:
        scene.less_than.append(_long(least or most))


def _long(text: Any, days: int = 28) -> timedelta:
    """About so long: a month is so many days."""
    found = read_long(text)
    return timedelta(days=found.number * days) if isinstance(found, Months) else found


def _assignee(scene: Scene, value: str, *, holds: bool) -> None:
    if value == "none":
        scene.assigned = "" if holds else "sam"
    else:
        scene.assigned = ("sam" if value == "any" else value) if holds else ""


def _milestone(scene: Scene, value: str, *, holds: bool) -> None:
    if value in ("started", "upcoming"):
        if holds:
            raise Unthinkable("no timeline tells of a milestone's days")
    elif (value == "none") != holds:
        title = "Some milestone" if value in ("none", "any") else _named(value)
        scene.lines.append(f"sam sets the milestone to {line(title)}")


def _due(scene: Scene, value: Any, *, holds: bool) -> None:
    if isinstance(value, dict) and "in_days" in value:
        scene.due = value["in_days"] + (0 if holds else 2)
    elif isinstance(value, dict):
        scene.due = 1 if holds else 60
    elif value == "overdue":
        scene.due = -2 if holds else 60
    else:
        scene.due = 5 if (value == "any") == holds else None


def _text(scene: Scene, text: dict[str, Any], *, holds: bool) -> None:
    where, like = text["in"], text.get("like", "")
    words = text.get("contains") or _named(like.removeprefix("*").removesuffix("*").replace("*", " "))
    if where not in ("title", "description"):
        raise Unthinkable("comments are not told of here")
    if where == "description" and like == "?*":
        scene.description, scene.bare = ("Please help.", False) if holds else ("", True)
    elif holds:
        setattr(scene, where, words)


def _number(scene: Scene, key: str, value: dict[str, Any], *, holds: bool) -> None:
    low, high = value.get("at_least", 0), value.get("at_most")
    wanted = low if holds else (low - 1 if low else (high or 0) + 1)
    what = {"upvotes": "likes it", "downvotes": "dislikes it"}.get(key)
    if key == "count" and value.get("of") != "comments":
        raise Unthinkable(f"no timeline is thought of for {value.get('of')}")
    if wanted > MOST:
        raise Unthinkable("that are too many lines")
    who = [f"person{number}" for number in range(1, wanted + 1)]
    scene.lines += [f"{name} {what}" if what else f'{name} comments "Me too."' for name in who]
