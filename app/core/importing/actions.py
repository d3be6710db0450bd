"""The actions of a rule of gitlab-triage as ours: what is done once per cause, and whom a call goes to."""

import re
from collections.abc import Mapping
from typing import Any

from app.core.importing.comments import Comment, Quick, calling, comment, escaped, template
from app.core.importing.found import Found, named, nameless
from app.core.importing.summaries import LABEL, summary_issue

Deeds = dict[str, Any]  # `does` as our files write it
CALLS = {"author": "requester", "assignees": "all assignees"}
_USERNAME = re.compile(r"\w(?:[\w.-]*\w)?")
_QUICK_IGNORED = frozenset({"cc"})


class Wanted:
    """What a rule wants done, while its actions are read one by one."""

    def __init__(self) -> None:
        self.does: Deeds = {}
        self.summon: dict[str, Any] = {}
        self.summary: dict[str, Any] = {}

    def add(self, key: str, names: list[str]) -> None:
        """More labels, each once."""
        self.does[key] = list(dict.fromkeys([*self.does.get(key, []), *names]))


def actions(found: Found, boards: Mapping[str, str]) -> Wanted:
    """What the rule does. `boards` are board ids by project. What cannot be taken is told in `found`."""
    wanted, given = Wanted(), found.rule.part("actions")
    mentions = [] if nameless(given.get("mention")) else named(given.get("mention"))
    said = Comment("", (), (), ())
    if not isinstance(found.rule.data.get("actions"), Mapping | None):
        found.lack("its actions are no mapping", "actions")
    for key, value in given.items():
        match key:
            case "labels" | "remove_labels" | "mention" if nameless(value):
                found.lack(f"{key} is no list of names", "actions", key)
            case "labels" | "remove_labels":
                _labels(found, wanted, key, value)
            case "status":
                _status(found, wanted, value)
            case "comment":
                said = comment(found, str(value or ""), "actions", "comment")
                for quick in said.quick:
                    _quick(found, wanted, quick, boards)
            case "move":
                _move(found, wanted, str(value), boards, "move")
            case "issue":
                _issue(found, wanted, value)
            case "mention" | "comment_internal":
                pass
            case "comment_type":
                if value == "thread":
                    found.change("it is a plain comment here, no thread to be resolved", "actions", key)
            case "redact_confidential_resources" | "redact":
                found.change("confidential issues are told by reference only here", "actions", key)
            case "summarize":
                wanted.summary = summary_issue(found, value)
            case "comment_on_summary":
                found.change("nothing is written under the summary issue", "actions", key)
            case "delete":
                found.lack("only branches are deleted, and no rule here looks at branches", "actions", key)
            case _:
                found.lack(f'"{key}" is no action that can be taken', "actions", str(key))
    _say(found, wanted, said, mentions, internal=given.get("comment_internal") is True)
    _settle(found, wanted)
    return wanted


def _labels(found: Found, wanted: Wanted, key: str, value: Any) -> None:
    names = named(value)
    if key == "labels":
        wanted.add("add_labels", names)
        return
    for name in names:
        if "*" in name or "?" in name:
            found.change(f'in "{name}", * and ? stand for any text and any character here', "actions", key)
    wanted.add("remove_labels", names)


def _status(found: Found, wanted: Wanted, value: Any) -> None:
    if value not in ("close", "reopen"):
        found.lack(f"{value!r} is none of close and reopen", "actions", "status")
    else:
        wanted.does["state"] = value


def _move(found: Found, wanted: Wanted, project: str, boards: Mapping[str, str], key: str) -> None:
    board = boards.get(project.strip("/ ").casefold())
    if board is None:
        found.lack(f"no board of yours has the project {project}; add its board first", "actions", key)
    else:
        wanted.does["move"] = board


def _issue(found: Found, wanted: Wanted, value: Any) -> None:
    spec = value if isinstance(value, Mapping) else {}
    if not str(spec.get("title") or "").strip():
        found.lack("a new issue needs a title", "actions", "issue")
        return
    wanted.does["issue"] = {"title": template(found, str(spec["title"]).strip(), "actions", "issue", "title")}
    if text := str(spec.get("description") or "").strip():
        wanted.does["issue"]["description"] = template(found, text, "actions", "issue", "description")
    if spec.get("destination"):
        found.change("the new issue comes into the same project", "actions", "issue", "destination")


def _quick(found: Found, wanted: Wanted, quick: Quick, boards: Mapping[str, str]) -> None:
    """A quick action in a comment, as far as there is an action of ours for it."""
    labels = [first or second for first, second in LABEL.findall(quick.rest)]
    match quick.name:
        case "close" | "reopen":
            wanted.does["state"] = quick.name
        case "label" | "labels" if labels:
            wanted.add("add_labels", labels)
        case "unlabel" | "remove_label" | "remove_labels":
            wanted.add("remove_labels", labels or _all_labels(found))
        case "remove_due_date":
            wanted.does["due_date"] = "none"
        case "confidential":
            wanted.does["confidential"] = True
        case "assign" if re.fullmatch(r"@[\w.-]+", quick.rest):
            wanted.does["assign"] = quick.rest[1:]
        case "move" if quick.rest:
            _move(found, wanted, quick.rest, boards, "comment")
        case _:
            shown = f"/{quick.name} {quick.rest}".strip()[:80]
            found.change(f"the quick action `{shown}` is not done here", "actions", "comment")


def _all_labels(found: Found) -> list[str]:
    """What stands for every label, which no rule here takes off: those that its condition names."""
    names = named(found.rule.part("conditions").get("labels"))
    told = ", ".join(names)
    if not names or any(name.casefold() in ("none", "any") or "{" in name for name in names):
        found.lack("it takes off every label, and no rule here may do that", "actions", "comment")
        return []
    found.change(f"it takes off every label there, and here only {told}", "actions", "comment")
    return names


def _say(found: Found, wanted: Wanted, said: Comment, mentions: list[str], *, internal: bool) -> None:
    """The comment: a call where somebody is to hear of it, else a note that calls nobody."""
    names = list(dict.fromkeys([*(name.strip().lstrip("@") for name in mentions), *said.mentions]))
    who = [CALLS[name] for name in said.calls] + [f"@{name}" for name in names if _USERNAME.fullmatch(name)]
    if odd := [name for name in names if not _USERNAME.fullmatch(name)]:
        found.lack(f"{odd[0]!r} is no username", "actions", "mention")
    if not (said.text or names):
        return
    if internal or not who:
        if internal and who:
            found.change("an internal note names people here without calling them", "actions", "comment")
        copy = f"cc {' '.join(f'@{escaped(name)}' for name in names)}" if mentions else ""
        text = "\n\n".join(part for part in (said.text, copy) if part)
        wanted.does["note"] = {"text": text, "internal": True} if internal else text
        return
    wanted.summon = {"who": who, "text": calling(said.text) or "have a look, please."}


def _settle(found: Found, wanted: Wanted) -> None:
    """What must not stand together; and whether anything is left to be done."""
    does = wanted.does
    for label in sorted({*does.get("add_labels", ())} & {*does.get("remove_labels", ())}):
        found.lack(f'it puts "{label}" on and takes it off: what shall stay cannot be told', "actions")
    if does.get("move") and does.get("state"):
        found.lack("a request that is moved is closed here by GitLab; take one of move and status", "actions")
    if not does and not wanted.summon and not wanted.summary and not found.lacking:
        told = "all that it does is done otherwise here" if found.rule.part("actions") else "it does nothing"
        found.lack(f"{told}, so that there is nothing to bring", "actions")
