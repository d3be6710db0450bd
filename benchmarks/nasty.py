"""Texts that nobody writes by accident: each kind in any size, to show that a description cannot stop the reader."""

from collections.abc import Callable

Kind = Callable[[int], str]


def repeated(piece: str, before: str = "", after: str = "") -> Kind:
    """The piece again and again; `before` and `after` stand once, around all of it."""

    def make(size: int) -> str:
        room = max(size - len(before) - len(after), len(piece))
        return before + piece * (room // len(piece)) + after

    return make


def growing(mark: str, text: str, most: int) -> Kind:
    """Lines with one mark more than the line before, up to `most`, then from one again."""

    def make(size: int) -> str:
        lines: list[str] = []
        length = 0
        while length < size:
            lines.append(mark * (len(lines) % most + 1) + text)
            length += len(lines[-1]) + 1
        return "\n".join(lines)[:size]

    return make


def wide_table(size: int) -> str:
    """Few rows of very many cells."""
    cells = size // 8
    return f"{'|a' * cells}|\n{'|-' * cells}|\n{'|b' * cells}|\n{'|c' * cells}|\n"


def wide_table_of_short_rows(size: int) -> str:
    """As many columns as rows, and rows that leave nearly all of them out."""
    cells = size // 8
    return f"{'|a' * cells}|\n{'|-' * cells}|\n" + "|b\n" * (cells // 3 * 4)


KINDS: dict[str, Kind] = {
    # long lines
    "one word": repeated("a"),
    "one line of words": repeated("word "),
    "one line without letters": repeated("-_"),
    "blanks between letters": repeated(" ", "a", "b"),
    "tabs and no-break spaces": repeated("\t\u00a0", "a", "b"),
    "empty lines": repeated("\n"),
    "short lines": repeated("a\n"),
    # quotes and lists
    "quotes in quotes": repeated(">"),
    "quotes in quotes, with spaces": repeated("> "),
    "quotes deeper by the line": growing("> ", "a", 400),
    "lists in lists": repeated("- "),
    "lists deeper by the line": growing("  ", "- a", 400),
    "numbered lists in lists": repeated("1. "),
    "a long list": repeated("- a\n"),
    "a long list, loose": repeated("1. a\n\n"),
    "boxes": repeated("- [x] a\n- [ ] b\n"),
    "lists and quotes in turn": repeated("- > "),
    "lines that go on in lists and quotes": repeated("a\n", "> - > - > - > a\n"),
    "lines that go on in quotes": repeated("a\n", "> " * 19 + "a\n"),
    "lines in quotes in quotes": repeated("> " * 19 + "a\n"),
    "rules of stars": repeated("* ", after="a"),
    # comments and tags
    "comments that never end": repeated("<!--"),
    "comments that never end, by the line": repeated("<!-- a\n"),
    "comments with broken ends": repeated("<!-- a --\n<!- b -- >\n"),
    "ends of comments": repeated("-->"),
    "dashes in a comment": repeated("-", "<!--"),
    "comments": repeated("<!-- a -->\n"),
    "comments that are hardly there": repeated("<!-->"),
    "tags that never end": repeated("<a "),
    "a tag that never ends": repeated("a", "<"),
    "tags": repeated("<b>a</b>"),
    "attributes in a tag that never ends": repeated(" a=b", "<a"),
    "blanks in a tag that never ends": repeated(" ", "<a", "b"),
    "tags with attributes that never end": repeated("<a " + "b " * 90 + "\n"),
    "blocks of HTML": repeated("<div>\n\n"),
    "headings in HTML": repeated("<h2>a</h2>\n"),
    "headings in HTML that never end": repeated("<h2>"),
    "entities": repeated("&nbsp;&#160;"),
    # headings and labels
    "headings": repeated("# a\n"),
    "headings of a block": repeated("## SA Asks\na\n"),
    "headings of nothing": repeated("#\n"),
    "underlined headings": repeated("a\n-\n"),
    "lines above one underline": repeated("a\n", after="---"),
    "a heading with blanks": repeated(" ", "# a", "b"),
    "headings with blanks": repeated("# " + "a" + " " * 900 + "b\n"),
    "headings with stars": repeated("# " + "a" + "* _(" * 90 + "required\n"),
    "a heading with demands": repeated("required ", "# "),
    "a heading closed for long": repeated("#", "# a "),
    "headings with colons": repeated("# " + ":a" * 200 + "\n"),
    "labels of a block": repeated("SA Asks: a\n"),
    "bold labels of a block": repeated("**SA Asks**: a\n"),
    "labels of nobody": repeated("a: b\n"),
    "bold lines": repeated("**a**\n"),
    "nearly labels, with blanks": repeated(" " * 290 + "a#\n"),
    "nearly labels, with stars": repeated("- [ ] " + "*" * 6 + " a" * 140 + "#\n"),
    "numbered questions": repeated("1. why?\n"),
    "nearly numbered questions": repeated("1. " + "a " * 140 + "\n"),
    # tables, code, links, emphasis
    "a long table": repeated("|x|y|\n", "|a|b|\n|-|-|\n"),
    "a wide table": wide_table,
    "a wide table of short rows": wide_table_of_short_rows,
    "wide tables of short rows": repeated(wide_table_of_short_rows(1_800) + "\n"),
    "pipes": repeated("|"),
    "heads of tables": repeated("|a|\n|-|\n"),
    "fences": repeated("```\n```\n"),  # as many as are closed, at every size
    "fences in lists": repeated("- ```\n"),
    "fences of growing length": growing("`", "\n", 400),
    "backticks": repeated("`"),
    "brackets": repeated("["),
    "pictures that never end": repeated("!["),
    "links that never end": repeated("[a]("),
    "definitions of links": repeated("[a]: b\n"),
    "definitions with titles that never end": repeated('[a]: b "\n'),
    "a definition with a title that goes on": repeated("a\n", "[a]: b '", "'"),
    "a definition with a label that goes on": repeated("a\n", "[", "]: b"),
    "definitions that never end": repeated("[a\n"),
    "definitions with blanks": repeated("[a]:" + " " * 200 + "\n"),
    "stars": repeated("*"),
    "emphasis that never ends": repeated("*a **b "),
    "indented code": repeated("    a\n"),
    "backslashes": repeated("\\"),
    # signs
    "control characters": repeated("".join(map(chr, range(32))) + "\x7f\x85"),
    "right to left": repeated("\u202eشركة \u2067אבג\u2069 "),
    "combining marks": repeated("\u0301", "e"),
    "letters that grow": repeated("ß\u0130ﬃ"),
    "Chinese": repeated("株式会社。"),
    "emoji": repeated("👩‍👩‍👧‍👦"),
    "lone surrogates": repeated("\ud800a\udfff "),
    "mixed line ends": repeated("a\r\nb\rc\n\r\u2028d\x0be\x0c"),
    # what validators look for
    "days": repeated("Tue 3 March 10:00 ET or "),
    "numbers and colons": repeated("10:"),
    "thousands": repeated("1,000 "),
    "sums": repeated("$1k-"),
    "mail addresses that never end": repeated("a@a."),
    "mentions": repeated("@a "),
    "names": repeated("Ann O'Neil-"),
    "addresses": repeated("https://a.example/006"),
    "one address": repeated(")", "https://a.example/(x"),
    "hosts": repeated("a."),
    "paths": repeated("a/"),
    "references": repeated("a/b#1 "),
    "choices that are refused": repeated("not cloud, "),
    "questions": repeated("Is it clear? yes. "),
    "question marks": repeated("?"),
    "sentences": repeated("They lose time. "),
    "keywords": repeated("fast, "),
    "items of a list": repeated("Metrics: a\nChampion: b\n"),
}
