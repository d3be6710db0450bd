"""The validator `sentence`."""

import re
from typing import Literal

from pydantic import Field

from app.core.validators.reading import About, Kind, Reading
from app.core.validators.wording import bare, is_spaceless, said_lines, word_count, word_set

_ENDS = re.compile(r"[.!?…。！？।؟][\"'”’)*_\]]*\Z")
_PIECES = re.compile(r"[,;|/•·、，]|\s[-–—]\s")
_WORD = re.compile(r"[^\W\d_]+")
_WRAPPED = 40
# Words that tie a sentence together and that no list of keywords needs. Any one of them is enough.
_GLUE = word_set(
    """a an the i we you they he she it this that these those their our your his her its who which what when where
    why how because so since while if but although as than is are was were be been being am has have had do does did
    can cannot could will would shall should may might must need needs want wants wish wishes take takes lose loses
    make makes spend spends wait waits fail fails lack lacks struggle struggles not no never too to of
    for from with without by on in at into about after before until during under over every each all there
    der die das ein eine einen sie wir ich ist sind war hat haben wird werden kann können muss müssen nicht weil dass
    zu mit für von auf im den dem des le la les un une des nous ils elles est sont ont peut doit pas parce que qui
    pour avec dans sur du au el los las una es son está están tiene tienen no porque para con por en del se su
    il lo gli uno sono hanno può deve non perché per che di da o os as um uma são têm não porque com em de het een
    zijn heeft hebben niet omdat voor met van naar"""
)
_LIST_WORDS = frozenset({"and", "or", "und", "oder", "et", "ou", "y", "o", "e", "en", "of", "to", "de"})


class Sentence(Kind):
    """Finds blocks with keywords where a sentence is wanted, as for Why Now and Identified Pain.

    A sentence says who suffers from what and why now; keywords leave the SA guessing. Whether there is a verb cannot
    be told well, so this is lenient, and one line that passes is enough. A line (wrapped lines are joined) is no
    sentence when it has fewer than `min_words` words, when it is a list of three or more pieces of two words each
    ("security, compliance, speed"), or when it neither ends like a sentence nor holds any word that ties one together
    (the, is, because, ...; several languages) and is not written in sentence case. Scripts without spaces are judged
    by their length alone. Example: "Releases take six weeks because every team has its own pipeline."
    """

    kind: Literal["sentence"]
    min_words: int = Field(5, ge=2, description="The fewest words that make a sentence.")
    example: str = Field(
        "Releases take six weeks because every team has its own pipeline.", description="One good answer."
    )

    def _look(self, text: str, about: About) -> Reading:
        if not text:
            return Reading("nothing is written here yet; one full sentence is enough")
        said = said_lines(text)
        if not said:
            return Reading("only a placeholder stands here so far; one full sentence is enough")
        passages = _passages(said)
        long_enough = [p for p in passages if len(p) > self.min_words and word_count(p) >= self.min_words]
        for passage in long_enough:
            if _like_a_sentence(passage):
                return Reading(value=passage)
        if long_enough or len(passages) > 2:
            return Reading("these are keywords; please say it in a full sentence")
        return Reading(f"please say it in a full sentence of {self.min_words} words or more")


def _passages(lines: list[str]) -> list[str]:
    """The lines, those joined that an editor has wrapped: after a long line without an end, or in lower case."""
    found: list[list[str]] = []
    last = ""
    for line in lines:
        words = bare(line)
        marked = words != line.strip()
        continues = len(last) >= _WRAPPED and not _ENDS.search(last[-8:])
        if found and not marked and (continues or (len(last) >= _WRAPPED // 2 and words[:1].islower())):
            found[-1].append(words)
        else:
            found.append([words])
        last = words
    return [" ".join(parts) for parts in found]


def _like_a_sentence(passage: str) -> bool:
    if is_spaceless(passage):
        return True
    pieces = [piece for piece in _PIECES.split(passage) if piece.strip()]
    words = _WORD.findall(passage)
    glue = {word.casefold() for word in words} & _GLUE
    if len(pieces) >= 3 and word_count(passage) <= 2 * len(pieces) and not glue - _LIST_WORDS:
        return False
    if glue or _ENDS.search(passage[-8:]) or not words:
        return bool(words)
    if not all(word.isascii() for word in words):
        return True  # another language: its small words are not known here
    capitals = sum(1 for word in words[1:] if word[0].isupper())
    return words[0][0].isupper() and capitals * 3 <= len(words)
