"""What a renaming of a label is and was, for people and for programs."""

from typing import Any

from app.core.label_rename import Home
from app.renaming import Renaming


def as_text(renaming: Renaming) -> str:
    """The plan for people."""
    r, lines = renaming, [f'Label "{renaming.old}" is to be called "{renaming.new}".', ""]
    lines += [f"  {s.label.home}: label {s.label.id}, for {', '.join(s.boards)}" for s in r.steps.steps]
    lines += [f"  {', '.join(r.steps.done)}: done already"] if r.steps.done else []
    lines += [f"  {', '.join(r.steps.lacking)}: no such label there; left alone"] if r.steps.lacking else []
    lines += [f"  {', '.join(r.watched)}: only watched; left alone"] if r.watched else []
    lines += ["", *(f"  {m}" for m in r.files.mentions("changed"))] if r.files.changed else []
    for kind, head in (
        ("patterns", "These fit the old name and not the new one; see whether that is meant:"),
        ("prose", "These say the old name in prose, and stay as they are; change by hand what people read:"),
    ):
        found = r.files.mentions(kind)
        lines += ["", head, *(f"  {m}" for m in found)] if found and not r.nothing else []
    if r.steps.refusals:
        lines += ["", "Refused:", *(f"  {told}" for told in r.steps.refusals)]
    return "\n".join(lines)


def as_data(renaming: Renaming, *, applied: bool) -> dict[str, Any]:
    """The plan and what was done, as JSON takes it."""
    r = renaming
    return {
        "old": r.old,
        "new": r.new,
        "applied": applied,
        "labels": [
            {"id": s.label.id, **_home(s.label.home), "boards": list(s.boards), "done": s in r.done}
            for s in r.steps.steps
        ],
        "done_already": list(r.steps.done),
        "lacking": list(r.steps.lacking),
        "watched": list(r.watched),
        "refusals": [*r.steps.refusals, *([r.refused] if r.refused else [])],
        **{kind: [vars(m) for m in r.files.mentions(kind)] for kind in ("changed", "prose", "patterns")},
        "written": [str(path) for path in r.written],
    }


def _home(home: Home) -> dict[str, str]:
    return {"kind": "group" if home.group else "project", "path": home.path}
