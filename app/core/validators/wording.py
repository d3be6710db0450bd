"""What counts as saying something: placeholders, marks of lists, words in any script. Knows no field and no kind."""

import re


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for lists that read better as lines; an underscore in one stands for a space."""
    return frozenset(word.replace("_", " ") for word in text.split())


_MARKS = re.compile(r"\A(?:>\s?)*(?:(?:[-*+]|[0-9]{1,3}[.)])(?:\s+|\Z)|•\s*)?")
_BOX = re.compile(r"\A(?:[-*+•]|[0-9]{1,3}[.)])?\s{0,4}\[(?P<mark>[ xX✓✔]?)\](?!\()\s*")
_PLAIN = re.compile(r"[^\w/]+")
_SAYS = re.compile(r"[^\W_]")  # a letter or a digit
_NOTHING = word_set(
    """tbd tba tbc todo to_do fixme xxx wip pending placeholder later ditto idem same above
    to_be_defined to_be_determined to_be_confirmed to_be_announced to_be_decided to_be_done to_be_provided
    to_be_added to_follow will_follow will_update will_update_later coming_soon none_yet not_yet
    not_known_yet unknown_yet see_above as_above same_as_above same_as_before as_mentioned_above see_previous
    fill_in fill_me_in fill_this_in please_fill_in insert_here text_here your_text_here add_text_here"""
)
_NOT_APPLICABLE = frozenset({"n/a", "na", "n / a", "n a", "not applicable", "does not apply"})
_STARTS_OPEN = re.compile(r"\A(?:TBD|TBA|TBC|FIXME|XXX)\b|\A(?:TODO|ToDo|Todo|todo|tbd|tba|tbc)\s*[:\-–(]")
_LOREM = re.compile(r"\Alorem\s+ipsum\b", re.IGNORECASE)
# `<name>`, `[Customer name]`, `{{ link }}`; an address in angle brackets is a link, `[x]` a tick.
_BRACKETED = re.compile(r"\A(?:<(?![a-z]+:|[^>]*@)[^<>]*>|\[(?![xX✓✔]\])[^\[\]]*\]|\{\{?[^{}]*\}?\})\Z")
_INSTRUCTION = re.compile(
    r"\A\((?:insert|enter|add|describe|fill|please|your|e\.g\.)\b[^()]*\)\Z", re.IGNORECASE
)
_SPACELESS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_SOUTH_EAST = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_BRIEF = 6
_CLAUSE = re.compile(r"[,.;:(–—]|\s-\s")
_HAS_NONE = re.compile(
    r"(?:(?:there (?:is|are)|we have|they have) )?"
    r"(?:none|nothing|no(?: (?:link|issue|plan|document|opportunity|record|reference|such [^\W\d_]+))?"
    r"|not (?:yet|there|available|created|made|written|needed|required))"
    r"(?: (?:here|needed|available|yet|so far|for now))*"
)
_COMMAND = re.compile(r"\s*/[a-z_]+(?:\s|\Z)")


def bare(line: str) -> str:
    """The line without quote and list marks, its tick box and surrounding space."""
    line = line.strip()
    if line[:1].isalpha():  # no mark begins with a letter
        return line
    mark = _BOX.match(line) or _MARKS.match(line)
    return line[mark.end() :].strip() if mark else line


def tick(line: str) -> bool | None:
    """Whether the line's box is ticked; None when it has no box."""
    match = _BOX.match(line.lstrip())
    return bool(match["mark"].strip()) if match else None


def is_placeholder(line: str, *, allow_na: bool = False) -> bool:
    """Whether one line stands for an answer that is not there yet."""
    line = bare(line).strip("*_~` ")
    head = line[:120]
    if not _SAYS.search(line):
        return True
    if len(line) <= len(head):
        words = _PLAIN.sub(" ", line.casefold()).strip()
        if words in _NOT_APPLICABLE:
            return not allow_na
        if words in _NOTHING or _BRACKETED.match(line) or _INSTRUCTION.match(line):
            return True
        if _STARTS_OPEN.match(line) and word_count(line) <= _BRIEF:
            return True
    return bool(_LOREM.match(head))


def said_lines(text: str, *, allow_na: bool = False) -> list[str]:
    """The lines that say something, as written."""
    return [line for line in text.splitlines() if not is_placeholder(line, allow_na=allow_na)]


def says_none(text: str) -> bool:
    """Whether the text only says that there is none (yet): "n/a", "none", "no link yet", "None yet; made on Friday"."""
    lines = [bare(line).strip("*_~` ") for line in text.splitlines() if line.strip()]
    return bool(lines) and all(_says_none(line[:120]) for line in lines)


def _says_none(line: str) -> bool:
    if _PLAIN.sub(" ", line.casefold()).strip() in _NOT_APPLICABLE:
        return True
    clause = _PLAIN.sub(" ", _CLAUSE.split(line, maxsplit=1)[0].casefold()).strip()
    return clause in _NOT_APPLICABLE or bool(_HAS_NONE.fullmatch(clause))


def is_command(line: str) -> bool:
    """Whether the line is for GitLab and not for people: `/label ~bug`."""
    return bool(_COMMAND.match(line))


def points(text: str) -> list[str]:
    """The text point by point: each item of its list with what stands below it, each row of its table, else each line.

    What only leads to them is none: words above a list, the head of a table, a line that ends in a colon. Neither are
    placeholders and quick actions.
    """
    lines = [line for line in text.splitlines() if line.strip() and not is_command(line)]
    heads = {n for i, line in enumerate(lines) if _is_table_rule(line) for n in (i - 1, i)}
    lines = [line for i, line in enumerate(lines) if i not in heads]
    edge = min((_indent(line) for line in lines if _is_marked(line)), default=None)
    found: list[list[str]] = []
    for line in lines:
        if edge is None or (_is_marked(line) and _indent(line) <= edge + 1):
            found.append([bare(line)])
        elif found:
            found[-1].append(bare(line))
    joined = ["\n".join(point) for point in found if not all(is_placeholder(line) for line in point)]
    return [point for point in joined if not point.endswith(":")]


def _is_marked(line: str) -> bool:
    return bare(line) != line.strip()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_table_rule(line: str) -> bool:
    """Whether the line divides a table's head from its rows: `|---|:---:|`."""
    return "|" in line and "--" in line and set(line) <= set("|:- \t")


def word_count(text: str) -> int:
    """About how many words the text has. Scripts without spaces: two signs a word (Han, kana), four (Thai, Khmer)."""
    half = quarter = 0
    if not text.isascii():
        text, half = _SPACELESS.subn(" ", text)
        text, quarter = _SOUTH_EAST.subn(" ", text)
    spaced = sum(1 for word in text.split() if word[0].isalnum() or _SAYS.search(word))
    return spaced + (half + 1) // 2 + (quarter + 3) // 4


def is_spaceless(text: str) -> bool:
    """Whether the text is mostly in a script that puts no spaces between words."""
    signs = len(_SPACELESS.findall(text)) + len(_SOUTH_EAST.findall(text))
    return signs * 2 > len("".join(text.split()))


def plain(text: str) -> str:
    """Lower case, one space between words, nothing but letters, digits and spaces."""
    return " ".join(re.sub(r"[\W_]+", " ", re.sub(r"['’]", "", text.casefold())).split())
