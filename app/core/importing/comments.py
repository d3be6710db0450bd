"""The text of a comment of gitlab-triage as a text of ours: placeholders, Ruby in it, quick actions, mentions.

All else is data: what Jinja would read is written so that it does not.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from app.core.importing.found import Found

ONCE = ("created_at", "updated_at", "web_url")
OURS = ("author", "assignees", "labels", "state", "milestone", "title", "upvotes", "downvotes", *ONCE)
PLAIN = {  # what a text here cannot name, in words
    "assignee": "{{ assignees }}",
    "closed_at": "the closing",
    "closed_by": "whoever closed it",
    "full_reference": "this issue",
    "type": "issues",
}
_PART = re.compile(r"\{\{[ \t]*(?P<name>[\w.]+)[ \t]*\}\}|#\{(?P<ruby>(?:[^{}]|\{[^{}]*\})*)\}")
# Whether the day is what is printed, as 2026-03-09.
_AS_DAY = r"\.strftime\(['\"](?:%Y-%m-%d|%F)['\"]\)|\.to_date(?:\.(?:iso8601|to_s))?"
_OTHERWISE = r"(?:\.strftime\((?:'[^']*'|\"[^\"]*\")\)|\.to_date|\.iso8601)*"
_FROM_NOW = re.compile(rf"(\d{{1,3}})\.(\w+?)s?\.from_now(?:({_AS_DAY})|{_OTHERWISE})")
_TODAY = re.compile(rf"(?:Time|Date|DateTime)\.(now|today)(?:({_AS_DAY}|(?<=Date\.today))|{_OTHERWISE})")
_TYPE = re.compile(r"resource\[(?::type|['\"]type['\"])\](\.capitalize)?")
_FIELD = re.compile(r"resource\[(?::|['\"])(title|state|upvotes|downvotes)['\"]?\]|(author|state)")
_JINJA = re.compile(r"\{(?=[{%#]|\w+\}(?![}%]))")
QUICK = re.compile(r"/([a-z_]+)(?:[ \t]+(.*))?")
_MENTION = re.compile(r"(?<![\w`/.@-])@([A-Za-z0-9_][\w.-]*\w|[A-Za-z])")
_COPY = re.compile(r"(?i)\A(?:/?cc|ping)?[:\s]*(?:\{\{ (?:author|assignees) \}\}[\s,]*)+\Z")
_FIRST = re.compile(r"\A(?:\{\{ (?:author|assignees) \}\}[\s,:]*)+(?=\S)")


class Quick(NamedTuple):
    """A quick action on a line of its own."""

    name: str
    rest: str


class Comment(NamedTuple):
    """A comment taken apart: the text, the quick actions in it, whom it calls by placeholder and by name."""

    text: str
    quick: tuple[Quick, ...]
    calls: tuple[str, ...]
    mentions: tuple[str, ...]


def comment(found: Found, text: str, *path: str) -> Comment:
    """The comment of the rule, its text ready to be filled in. What cannot be taken is told in `found`."""
    lines, quick = [], []
    for line in text.replace("\r", "").split("\n"):
        match = QUICK.fullmatch(line.strip()) if line.startswith("/") else None
        if match:
            quick.append(Quick(match[1], match[2] or ""))
        else:
            lines.append(line)
    said = template(found, "\n".join(lines).strip(), *path)
    calls = [name for name in ("author", "assignees") if f"{{{{ {name} }}}}" in said]
    mentions = dict.fromkeys(_MENTION.findall(_PART.sub(" ", "\n".join(lines))))
    return Comment(said, tuple(quick), tuple(calls), tuple(mentions))


def template(found: Found, text: str, *path: str, ours: Sequence[str] = OURS) -> str:
    """The text with our placeholders in the place of theirs, and nothing else that Jinja would read. `ours` are those
    that it may name."""
    parts, start = [], 0
    for match in _PART.finditer(text):
        parts += [escaped(text[start : match.start()]), _placeholder(found, match, ours, *path)]
        start = match.end()
    return "".join([*parts, escaped(text[start:])])


def escaped(text: str) -> str:
    """The text as it is, whatever Jinja would see in it."""
    return _JINJA.sub("{%+ raw %}{{% endraw +%}", text)


def _placeholder(found: Found, match: re.Match[str], ours: Sequence[str], *path: str) -> str:
    if match["name"] is None:
        return _ruby(found, match["ruby"].strip(), *path, ours=ours)
    name = match["name"].split(".")[0]
    if name == "state" and name in ours:
        found.change("an open issue is told as open, and there as opened", *path)
    if name in ours:
        return f"{{{{ {name} }}}}"
    if name not in PLAIN or (ours is not OURS and name != "type"):
        found.change(f"{match[0]} stands for nothing; it is printed as it is", *path)
        return escaped(match[0])
    if name not in ("type", "assignee"):
        found.change(f'{match[0]} cannot be filled in here; the text says "{PLAIN[name]}"', *path)
    return PLAIN[name]


def _ruby(found: Found, code: str, *path: str, ours: Sequence[str] = OURS) -> str:
    if ahead := _FROM_NOW.fullmatch(code):
        days = int(ahead[1]) * {"day": 1, "week": 7}.get(ahead[2], 0)
        if days and ahead[3]:
            return f"{{{{ in_days[{days}] }}}}"
        words = f"{ahead[1]} {ahead[2]}{'' if ahead[1] == '1' else 's'} from now"
        found.change(f'#{{{code}}} is told as "{words}", not as a date', *path)
        return words
    if today := _TODAY.fullmatch(code):
        if not today[2]:
            found.change(f"#{{{code}}} is told as a day, without the time", *path)
        return "{{ today }}"
    if kind := _TYPE.fullmatch(code):
        return "Issues" if kind[1] else "issues"
    if (field := _FIELD.fullmatch(code)) and (field[1] or field[2]) in ours:
        return f"{{{{ {field[1] or field[2]} }}}}"
    found.lack(f"the Ruby #{{{code[:80]}}} in its text cannot be run here", *path)
    return ""


def calling(text: str) -> str:
    """The text for a call, which begins with the names of those called: not named at its beginning again, nor on a line
    that says nothing else."""
    lines = [line for line in text.split("\n") if not _COPY.match(line.strip())]
    return _FIRST.sub("", "\n".join(lines).strip())


def name_by_name(text: str, change: Callable[[re.Match[str]], str]) -> str:
    """The text with each mention of a person changed."""
    return _MENTION.sub(change, text)
