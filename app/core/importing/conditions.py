"""The conditions of a rule of gitlab-triage as ours: a function for each key, and what it gives must all be so."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from app.core.document import one_of
from app.core.importing.braces import TooMany, expanded
from app.core.importing.found import Found, Leaf, as_list, named, nameless
from app.core.importing.ruby import Unread, read_ruby
from app.core.importing.times import UNITS, length

OLD_NONE = {"no label": "None", "no milestone": "none"}  # what GitLab's API took before 2018
BOTH_STATES: Leaf = {"any": [{"state": "opened"}, {"state": "closed"}]}
# What gitlab-triage knows for issues, by its documentation; `upvotes` and `js` are others' or older.
KNOWN = (
    "assignee_member",
    "author_member",
    "author_username",
    "date",
    "discussions",
    "forbidden_labels",
    "health_status",
    "issue_type",
    "iteration",
    "labels",
    "milestone",
    "no_additional_labels",
    "ruby",
    "state",
    "votes",
    "weight",
)


def conditions(found: Found) -> list[Leaf]:
    """What must all be so; what cannot be taken is told in `found`."""
    given = found.rule.part("conditions")
    if not isinstance(found.rule.data.get("conditions"), Mapping | None):
        found.lack("its conditions are no mapping", "conditions")
    leaves: list[Leaf] = [] if "state" in given else [BOTH_STATES]
    for key, value in given.items():
        read = _READERS.get(key)
        if read is None:
            hint = one_of(str(key), list(KNOWN)) if key not in _ELSEWHERE else _ELSEWHERE[key]
            found.lack(f'"{key}" is no condition that can be taken: {hint}', "conditions", key)
            continue
        try:
            if key in _NAMES and nameless(value):
                raise _Cannot(f"{key} is no list of names")
            leaves += read(found, value, given)
        except _Cannot as error:
            found.lack(str(error), "conditions", key)
    return [leaf for i, leaf in enumerate(leaves) if leaf not in leaves[:i]]


class _Cannot(ValueError):
    """Why a condition cannot be taken."""


def _state(found: Found, value: Any, _given: Mapping[str, Any]) -> list[Leaf]:
    if value not in ("opened", "closed"):
        raise _Cannot(f'an issue is never "{value}"; it is opened or closed')
    return [{"state": value}]


def _labels(found: Found, value: Any, given: Mapping[str, Any]) -> list[Leaf]:
    leaves: list[Leaf] = []
    for name in named(value):
        plain = OLD_NONE.get(name.casefold(), name)
        if plain != name:
            found.change(
                f'"{name}" finds nothing since 2018; taken as no label at all', "conditions", "labels"
            )
        if plain.casefold() in ("none", "any"):
            leaves.append({"labels": plain.casefold()})
        else:
            leaves.append(_one_of([{"label": each} for each in _variants(found, plain)]))
    return leaves


def _variants(found: Found, name: str) -> list[str]:
    try:
        names = expanded(name)
    except TooMany as error:
        raise _Cannot(str(error)) from None
    if not names:
        raise _Cannot(f'"{name}" stands for no label at all')
    return [_plain(found, each, "labels") for each in names]


def _plain(found: Found, name: str, key: str) -> str:
    if "*" in name or "?" in name:
        found.change(f'in "{name}", * and ? stand for any text and any character here', "conditions", key)
    return name


def _one_of(leaves: list[Leaf]) -> Leaf:
    return leaves[0] if len(leaves) == 1 else {"any": leaves}


def _forbidden(found: Found, value: Any, given: Mapping[str, Any]) -> list[Leaf]:
    return [{"label": _plain(found, name, "forbidden_labels"), "on": False} for name in named(value)]


def _no_additional(found: Found, value: Any, given: Mapping[str, Any]) -> list[Leaf]:
    if not value:
        return []
    names = [n for n in named(given.get("labels")) if OLD_NONE.get(n.casefold(), n).casefold() != "none"]
    if not names:
        return [{"labels": "none"}]
    if any(len(_variants(found, name)) > 1 for name in names):
        raise _Cannot("which labels are additional changes with the braces of labels; write a rule for each")
    return [{"labels": {"only": names}}]


def _date(found: Found, value: Any, given: Mapping[str, Any]) -> list[Leaf]:
    date = value if isinstance(value, Mapping) else {}
    since = {"created_at": "created", "updated_at": "updated_at", "closed_at": "closed"}.get(
        str(date.get("attribute"))
    )
    if since is None:
        raise _Cannot(f"an issue has no {date.get('attribute')}; it has created_at, updated_at and closed_at")
    which = {"older_than": "at_least", "newer_than": "less_than"}.get(str(date.get("condition")))
    if which is None:
        raise _Cannot(f"{date.get('condition')!r} is none of older_than and newer_than")
    number, unit = date.get("interval"), str(date.get("interval_type"))
    if unit not in UNITS or not isinstance(number, int) or isinstance(number, bool):
        raise _Cannot(
            "it does not say how long: interval is a number, interval_type one of " + ", ".join(UNITS)
        )
    long = length(number, unit)
    if not long:
        raise _Cannot(f"{number} {unit} is no length of time up to ten years")
    return [{"age": {"since": since, which: long, "count": "wall"}}]


def _milestone(found: Found, value: Any, given: Mapping[str, Any]) -> list[Leaf]:
    names = named(value)
    if not names:
        return []
    if len(names) > 1:
        found.change(f'only the first milestone counts, "{names[0]}", as there', "conditions", "milestone")
    name = OLD_NONE.get(names[0].casefold(), names[0])
    if name != names[0]:
        found.change(
            f'"{names[0]}" finds nothing since 2018; taken as no milestone', "conditions", "milestone"
        )
    plain = name.casefold()
    if plain in ("none", "any", "upcoming", "started"):
        return [{"milestone": plain}]
    return [{"milestone": _plain(found, name, "milestone")}]


def _votes(found: Found, value: Any, given: Mapping[str, Any]) -> list[Leaf]:
    if value is given.get("upvotes"):
        found.change('"upvotes" is an old name, ignored today; taken as votes', "conditions", "upvotes")
    attribute = value.get("attribute") if isinstance(value, Mapping) else None
    if attribute not in ("upvotes", "downvotes"):
        raise _Cannot(f"{attribute!r} is none of upvotes and downvotes")
    return [{attribute: _bounds(value)}]


def _bounds(value: Mapping[str, Any]) -> dict[str, int]:
    """`greater_than` and `less_than` a threshold as our bounds, which include the number."""
    threshold = value.get("threshold")
    if not isinstance(threshold, int) or isinstance(threshold, bool) or threshold < 0:
        raise _Cannot("threshold is no number")
    match value.get("condition"):
        case "greater_than":
            return {"at_least": threshold + 1}
        case "less_than" if threshold > 0:
            return {"at_most": threshold - 1}
        case "less_than":
            raise _Cannot("there are never fewer than none")
    raise _Cannot(f"{value.get('condition')!r} is none of greater_than and less_than")


def _discussions(found: Found, value: Any, given: Mapping[str, Any]) -> list[Leaf]:
    attribute = value.get("attribute") if isinstance(value, Mapping) else None
    if attribute != "notes":
        raise _Cannot(f"{attribute!r} are not counted here, only notes")
    found.change("the bot's own comments do not count", "conditions", "discussions", "attribute")
    return [{"count": {"of": "comments", **_bounds(value)}}]


def _author(found: Found, value: Any, given: Mapping[str, Any]) -> list[Leaf]:
    return [{"author": str(value)}]


def _member(kind: str) -> Callable[[Found, Any, Mapping[str, Any]], list[Leaf]]:
    def read(found: Found, value: Any, given: Mapping[str, Any]) -> list[Leaf]:
        asked = value if isinstance(value, Mapping) else {}
        source = asked.get("source_id")
        if asked.get("source") not in ("group", "project") or not re.fullmatch(r"[\w./-]+", str(source)):
            raise _Cannot(
                "whose members they are cannot be told: source is group or project, source_id its path or number"
            )
        leaf: Leaf = {f"{kind}_in": f"{asked['source']} {source}"}
        if asked.get("condition") not in ("member_of", "not_member_of"):
            raise _Cannot(f"{asked.get('condition')!r} is none of member_of and not_member_of")
        return [leaf if asked["condition"] == "member_of" else {"not": leaf}]

    return read


def _weight(found: Found, value: Any, given: Mapping[str, Any]) -> list[Leaf]:
    if str(value).casefold() in ("none", "any"):
        return [{"weight": str(value).casefold()}]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _Cannot(f"{value!r} is no weight; it is None, Any or a number")
    return [{"weight": {"at_least": value, "at_most": value}}]


def _type(found: Found, value: Any, given: Mapping[str, Any]) -> list[Leaf]:
    if value != "issue":
        raise _Cannot(f'rules look at issues only, and never at the type "{value}"')
    return [{"type": "issue"}]


def _ruby(found: Found, value: Any, given: Mapping[str, Any]) -> list[Leaf]:
    try:
        leaf, remarks = read_ruby(str(value))
    except Unread as error:
        raise _Cannot(f"no idiom of ours covers this Ruby: {error}") from None
    for remark in remarks:
        found.change(remark, "conditions", "ruby" if "ruby" in given else "js")
    return as_list(leaf["all"]) if set(leaf) == {"all"} else [leaf]


_READERS: dict[str, Callable[[Found, Any, Mapping[str, Any]], list[Leaf]]] = {
    "state": _state,
    "labels": _labels,
    "forbidden_labels": _forbidden,
    "no_additional_labels": _no_additional,
    "date": _date,
    "milestone": _milestone,
    "votes": _votes,
    "upvotes": _votes,
    "discussions": _discussions,
    "author_username": _author,
    "author_member": _member("author"),
    "assignee_member": _member("assignee"),
    "weight": _weight,
    "issue_type": _type,
    "ruby": _ruby,
    "js": _ruby,
}
_NAMES = ("labels", "forbidden_labels", "milestone", "author_username")
_ELSEWHERE = {
    "health_status": "the health status is not read here",
    "iteration": "iterations are not read here",
    "draft": "issues are never drafts",
}
