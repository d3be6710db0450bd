"""Idioms of Ruby in policies, each with the condition that it comes to. Whole expressions only, word for word."""

import re
from collections.abc import Callable

from app.core.importing.found import Leaf
from app.core.importing.patterns import as_glob
from app.core.importing.times import length

Read = tuple[Leaf, str]  # the condition, and what it means otherwise here
CASE = "upper and lower case are alike here"

_TEXT = r"(?:'(?P<t1>[^'\\#]*)'|\"(?P<t2>[^\"\\#]*)\")"
_SAME = re.compile(
    r"(?:(?P<l>\w+)(?:\.name|\[:name\]|\[['\"]name['\"]\])?) ?== ?(?:'([^'\\#]*)'|\"([^\"\\#]*)\")"
)
_OP = r" ?(?P<op>==|!=|>=|<=|>|<) ?(?P<n>\d{1,4})"
_AGO = (
    r"\(?(?:(?P<n>\d{1,4})\.(?P<unit>\w+)\.ago"
    r"|(?:Time|DateTime|Date)\.(?:now|today) ?- ?(?P<n2>\d{1,4})\.(?P<unit2>\w+))\)?"
    r"(?:\.utc|\.to_date|\.to_datetime)?"
)


def _field(name: str) -> str:
    return rf"resource\[(?::{name}|'{name}'|\"{name}\")\]"


_LABELS = (
    rf"(?:labels|labels_with_details|{_field('labels')})"
    r"(?:\.map\(&:name\)|\.map ?\{ ?\|(\w+)\| ?\w+\.name ?\})?"
)
_TITLE, _DESCRIPTION = _field("title"), _field("description")
_ASSIGNEES = rf"(?:assignees|{_field('assignees')})"
_MILESTONE = rf"(?:milestone|{_field('milestone')})"
_DUE = rf"(?:due_date|{_field('due_date')})"
_PARSED = r"(?:(?:Date|DateTime|Time)\.parse\( ?{0} ?\)|{0}(?:\.to_date|\.to_datetime|\.to_time)?)"


def idiom(text: str) -> Read | None:
    """What the expression comes to; None where it is no idiom."""
    for pattern, read in _IDIOMS:
        match = re.fullmatch(pattern, text)
        if match and (found := read(match)):
            return found
    return None


def _just(leaf: Leaf, remark: str = "") -> Callable[[re.Match[str]], Read]:
    return lambda _: (leaf, remark)


def _text(match: re.Match[str]) -> str:
    return match["t1"] if match["t1"] is not None else match["t2"]


def _globless(name: str) -> bool:
    return bool(name) and "*" not in name and "?" not in name


def _has_label(match: re.Match[str]) -> Read | None:
    return ({"label": _text(match)}, "") if _globless(_text(match)) else None


def _some_label(match: re.Match[str]) -> Read | None:
    """`any? { |l| l.name == "a" || l.name == "b" }`, and `none?`."""
    names, rest = [], match["body"]
    for part in rest.split("||"):
        same = _SAME.fullmatch(part.strip())
        if same is None or same["l"] != match["var"]:
            return None
        names.append(same[2] if same[2] is not None else same[3])
    return _of_labels(names, none=match["which"] == "none") if all(map(_globless, names)) else None


def _of_labels(patterns: list[str], *, none: bool) -> Read:
    leaves: list[Leaf] = [{"label": name, **({"on": False} if none else {})} for name in patterns]
    return (leaves[0] if len(leaves) == 1 else {"all" if none else "any": leaves}), ""


def _affixed_label(match: re.Match[str]) -> Read | None:
    """`any? { |l| l.start_with?("type::") }`, `end_with?`, `include?`."""
    text = _text(match)
    if match["v2"] != match["var"] or not _globless(text):
        return None
    glob = {"start_with": f"{text}*", "end_with": f"*{text}", "include": f"*{text}*"}[match["how"]]
    return _of_labels([glob], none=match["which"] == "none")


def _label_pattern(match: re.Match[str]) -> Read | None:
    """`grep(/^severity::/).any?`, `any? { |l| l =~ /^severity::/ }`."""
    glob = as_glob(match["re"])
    return None if glob is None else _of_labels([glob], none=match["which"] in ("none", "empty"))


def _label_age(match: re.Match[str]) -> Read | None:
    """`labels_with_details.find { |l| l.name == "x" }&.added_at < 2.weeks.ago`, and with `any?`."""
    long = length(int(match["n"] or match["n2"]), match["unit"] or match["unit2"])
    if not long or not _globless(_text(match)):
        return None
    which = "at_least" if match["than"] == "<" else "less_than"
    return {"age": {"label_on": _text(match), which: long, "count": "wall"}}, ""


def _issue_age(match: re.Match[str]) -> Read | None:
    long = length(int(match["n"] or match["n2"]), match["unit"] or match["unit2"])
    if not long:
        return None
    since = "updated_at" if match["attribute"] == "updated_at" else "created"
    which = "at_least" if match["than"] in ("<", "<=") else "less_than"
    return {"age": {"since": since, which: long, "count": "wall"}}, ""


def _count(what: str) -> Callable[[re.Match[str]], Read | None]:
    return lambda match: _counted({"count": {"of": what}}, match)


def _counted(leaf: Leaf, match: re.Match[str]) -> Read | None:
    number, key = int(match["n"]), next(iter(leaf))
    bounds = _bounds(match["op"], number)
    remark = "the bot's own comments do not count" if leaf[key] == {"of": "comments"} else ""
    if bounds is None:
        inner = _bounds("==", number)
        return {"not": {key: {**leaf[key], **(inner or {})}}}, remark
    if key == "count" and leaf[key]["of"] in ("assignees", "labels"):
        word = "any" if bounds == {"at_least": 1} else "none" if bounds == {"at_most": 0} else ""
        if word:
            return {leaf[key]["of"].replace("assignees", "assignee"): word}, ""
    return ({key: {**leaf[key], **bounds}}, remark) if bounds else None


def _bounds(operator: str, number: int) -> dict[str, int] | None:
    """None for what is no stretch of numbers; empty for what never holds."""
    match operator:
        case "==":
            return {"at_most": 0} if number == 0 else {"at_least": number, "at_most": number}
        case ">":
            return {"at_least": number + 1}
        case ">=":
            return {"at_least": number}
        case "<":
            return {"at_most": number - 1} if number else {}
        case "<=":
            return {"at_most": number}
        case "!=" if number == 0:
            return {"at_least": 1}
    return None


def _words(where: str) -> Callable[[re.Match[str]], Read | None]:
    def read(match: re.Match[str]) -> Read | None:
        text = _text(match)
        if not text.strip():
            return None
        if match["how"] == "include":
            return {"text": {"in": where, "contains": text}}, "" if match["down"] else CASE
        glob = f"{text}*" if match["how"] == "start_with" else f"*{text}"
        return (
            ({"text": {"in": where, "like": glob}}, "" if match["down"] else CASE)
            if _globless(text)
            else None
        )

    return read


def _like(where: str) -> Callable[[re.Match[str]], Read | None]:
    def read(match: re.Match[str]) -> Read | None:
        glob = as_glob(match["re"])
        remark = "" if match["down"] or match["flags"] == "i" else CASE
        return None if glob is None else ({"text": {"in": where, "like": glob}}, remark)

    return read


def _due_in(match: re.Match[str]) -> Read | None:
    """From so many days before the due day begins; where days are compared and it is to be less, from one later on."""
    strict = not re.search(r"[<>]=", match[0]) and re.search(r"(?<!\w)Date\.(?:today|now)", match[0])
    days = int(match["days"] or match["days2"] or 0) - bool(strict)
    return ({"due_date": {"in_days": days}}, "") if days >= 0 else ({"due_date": "overdue"}, DAYS)


def _author(match: re.Match[str]) -> Read | None:
    leaf: Leaf = {"author": _text(match)}
    return (leaf if match["op"] == "==" else {"not": leaf}), ""


FILLED: Leaf = {"text": {"in": "description", "like": "?*"}}
DAYS = "days begin by the board's clock"
EMPTY: Leaf = {"not": FILLED}
_BLOCK = r" ?\{ ?\|(?P<var>\w+)\| ?"
_RE = r"/(?P<re>(?:[^/\\]|\\.)+)/(?P<flags>i?)"
_WITHIN = r"(?P<how>start_with|end_with|include)\?[ (]" + _TEXT + r"\)?"
_NOW = r"(?:DateTime|Date|Time)\.(?:now|today)"

_IDIOMS: list[tuple[str, Callable[[re.Match[str]], Read | None]]] = [
    (rf"{_LABELS}\.include\?[ (]{_TEXT}\)?", _has_label),
    (rf"{_LABELS}\.(?P<which>any|none)\?{_BLOCK}(?P<body>[^{{}}]+?) ?\}}", _some_label),
    (rf"{_LABELS}\.(?P<which>any|none)\?{_BLOCK}(?P<v2>\w+)(?:\.name)?\.{_WITHIN} ?\}}", _affixed_label),
    (rf"{_LABELS}\.grep\({_RE}\)\.(?P<which>any|none|empty)\?", _label_pattern),
    (
        rf"{_LABELS}\.(?P<which>any|none)\?{_BLOCK}(?P=var)(?:\.name)?(?:\.match\?\(|\ ?=~ ?){_RE}\)? ?\}}",
        _label_pattern,
    ),
    (rf"{_LABELS}\.empty\?", _just({"labels": "none"})),
    (rf"{_LABELS}\.any\?", _just({"labels": "any"})),
    (rf"{_LABELS}\.(?:length|size|count){_OP}", _count("labels")),
    (
        rf"labels_with_details\.(?:find|detect){_BLOCK}(?P=var)\.name ?== ?{_TEXT} ?\}}&?\.added_at "
        rf"?(?P<than>[<>]) ?{_AGO}",
        _label_age,
    ),
    (
        rf"labels_with_details\.any\?{_BLOCK}(?P=var)\.name ?== ?{_TEXT} ?&& ?(?P=var)\.added_at "
        rf"?(?P<than>[<>]) ?{_AGO} ?\}}",
        _label_age,
    ),
    (rf"{_ASSIGNEES}\.(?:length|size|count){_OP}", _count("assignees")),
    (rf"{_ASSIGNEES}\.empty\?|{_field('assignee')}\.nil\?", _just({"assignee": "none"})),
    (rf"{_ASSIGNEES}\.any\?|{_field('assignee')}", _just({"assignee": "any"})),
    (rf"{_MILESTONE}\.nil\?", _just({"milestone": "none"})),
    (_MILESTONE, _just({"milestone": "any"})),
    (
        r"milestone&?\.(?P<which>started|upcoming)\?",
        lambda m: ({"milestone": m["which"]}, ""),
    ),
    (
        rf"(?:milestone&?\.title|{_field('milestone')}(?:\[:title\]|\[['\"]title['\"]\])) ?== ?{_TEXT}",
        lambda m: ({"milestone": _text(m)}, "") if _globless(_text(m)) else None,
    ),
    (rf"{_TITLE}(?P<down>\.downcase)?\.{_WITHIN}", _words("title")),
    (rf"{_DESCRIPTION}(?P<down>\.downcase)?\.{_WITHIN}", _words("description")),
    (rf"{_TITLE}(?P<down>\.downcase)?\.match\??\({_RE}\)", _like("title")),
    (rf"{_TITLE}(?P<down>\.downcase)? ?=~ ?{_RE}", _like("title")),
    (rf"{_DESCRIPTION}(?:\.present\?)?", _just(FILLED)),
    (rf"{_DESCRIPTION}(?:\.nil\?|\.blank\?|\.empty\?| ?== ?(?:''|\"\"))", _just(EMPTY)),
    (rf"{_DESCRIPTION}\.to_s\.(?:strip\.)?empty\?", _just(EMPTY)),
    (_DUE, _just({"due_date": "any"})),
    (rf"{_DUE}\.nil\?", _just({"due_date": "none"})),
    (
        rf"{_NOW} ?\+ ?(?P<days>\d{{1,3}})(?:\.days)? ?>=? ?{_PARSED.format(_DUE)}|"
        rf"{_PARSED.format(_DUE)} ?<=? ?(?:{_NOW} ?\+ ?)?(?P<days2>\d{{1,3}})(?:\.days|\.days\.from_now)",
        _due_in,
    ),
    (rf"{_NOW} ?>=? ?{_PARSED.format(_DUE)}(?P<days>)(?P<days2>)", _due_in),
    (rf"{_PARSED.format(_DUE)} ?<=? ?{_NOW}(?P<days>)(?P<days2>)", _due_in),
    (
        rf"(?:author|{_field('author')}(?:\[:username\]|\[['\"]username['\"]\])) ?(?P<op>==|!=) ?{_TEXT}",
        _author,
    ),
    (rf"{_field('upvotes')}{_OP}", lambda m: _counted({"upvotes": {}}, m)),
    (rf"{_field('downvotes')}{_OP}", lambda m: _counted({"downvotes": {}}, m)),
    (rf"{_field('user_notes_count')}{_OP}", _count("comments")),
    (rf"{_field('weight')}\.nil\?", _just({"weight": "none"})),
    (_field("weight"), _just({"weight": "any"})),
    (rf"{_field('confidential')}(?: ?== ?true)?", _just({"confidential": True})),
    (rf"{_field('confidential')} ?== ?false", _just({"confidential": False})),
    (
        rf"{_field('state')} ?== ?['\"](?P<state>opened|closed)['\"]",
        lambda m: ({"state": m["state"]}, ""),
    ),
    (
        rf"(?:(?:Date|DateTime|Time)\.parse\( ?)?resource\[(?::|['\"])(?P<attribute>created_at|updated_at)"
        rf"['\"]?\](?: ?\))?(?:\.to_date|\.to_datetime|\.to_time)? ?(?P<than><=|>=|[<>]) ?{_AGO}",
        _issue_age,
    ),
]
