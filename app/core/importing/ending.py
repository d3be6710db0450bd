"""Whether what a rule of gitlab-triage does ends its own condition, so that the next run leaves the issue alone."""

import re
from typing import Any

from app.core.conditions.globs import fits
from app.core.importing.conditions import OLD_NONE
from app.core.importing.found import Leaf, named
from app.core.importing.ruby import Unread, read_ruby
from app.core.importing.source import PolicyRule

_LABEL = re.compile(r"~(?:\"([^\"]+)\"|(\S+))")


def ends(rule: PolicyRule) -> bool | None:
    """Whether the condition is over once the rule has acted; None where it cannot be told, as with unread Ruby."""
    given, actions = rule.part("conditions"), rule.part("actions")
    on, off, state = _done(actions)
    if _by_keys(given, on, off, state) or actions.get("move") or "delete" in actions:
        return True
    code = given.get("ruby") or given.get("js")
    if code is None:
        return False
    try:
        leaf, _ = read_ruby(str(code))
    except Unread:
        return None
    return _falsified(leaf, on, off, state)


def _done(actions: Any) -> tuple[list[str], list[str], str]:
    """Labels put on and off, and the state after, quick actions in the comment included."""
    on, off = named(actions.get("labels")), named(actions.get("remove_labels"))
    state = {"close": "closed", "reopen": "opened"}.get(str(actions.get("status")), "")
    for line in str(actions.get("comment") or "").splitlines():
        labels = [first or second for first, second in _LABEL.findall(line)]
        if line.startswith(("/label", "/relabel")):
            on = [*on, *labels]
        elif line.startswith(("/unlabel", "/remove_label")):
            off = [*off, *(labels or ["*"])]
        elif line.strip() in ("/close", "/reopen"):
            state = "closed" if line.strip() == "/close" else "opened"
    return on, off, state


def _by_keys(given: Any, on: list[str], off: list[str], state: str) -> bool:
    wanted = [OLD_NONE.get(name.casefold(), name) for name in named(given.get("labels"))]
    bare = any(name.casefold() == "none" for name in wanted)
    date = given.get("date")
    return bool(
        ({*on} & {*named(given.get("forbidden_labels"))})
        or (on and (bare or given.get("no_additional_labels")))
        or any(fits(pattern, name) for pattern in off for name in wanted)
        or (state and given.get("state") not in (None, state))
        # The comment itself makes it younger, and the rule waits anew.
        or (
            isinstance(date, dict)
            and date.get("attribute") == "updated_at"
            and date.get("condition") == "older_than"
        )
    )


def _falsified(leaf: Leaf, on: list[str], off: list[str], state: str) -> bool:
    """Whether doing that makes the condition false; what is not about labels and state stays as it is."""
    key = next(iter(leaf))
    value = leaf[key]
    match key:
        case "all":
            return any(_falsified(part, on, off, state) for part in value)
        case "any":
            return all(_falsified(part, on, off, state) for part in value)
        case "label" if leaf.get("on") is False:
            return any(fits(value, name) for name in on)
        case "label":
            return any(fits(pattern, value) for pattern in off)
        case "labels":
            return value == "none" and bool(on)
        case "state":
            return bool(state) and state != value
    return False
