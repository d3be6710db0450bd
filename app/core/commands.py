"""What the bot answers to orders in comments, and does: every order gets one answer, whoever gave it."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.agreement import PARTIES, agreed, party
from app.core.board import Board
from app.core.facts import Facts
from app.core.keys import marked
from app.core.labels import label_stretches
from app.core.orders import Order, heard_from
from app.core.plan import Action, Move, Reply, stamp
from app.core.ruleset import Ruleset
from app.core.text import Ours, quote, without_commands
from app.core.validators.reading import listed
from app.core.waiver import last_minute, read_allow

RULE = "orders"
SAS_ONLY = "the SAs and managers"
FILLERS = frozenset({"it", "this", "to", "onto", "over", "the", "board", "please", "thanks"})
VERBS = frozenset({"allow", "agree", "move", "help"})


@dataclass(frozen=True)
class _Answer:
    """What is said to one order, or where it has the issue moved; then the text is for when GitLab does not let us."""

    order: Order
    text: Ours
    move: Board | None = None


def answers(facts: Facts, ruleset: Ruleset, proposed: str) -> list[Action]:
    """The answers that are due, one note for each comment with orders; a move of the issue comes last.

    `proposed` is the board to which a rule would have the issue moved, or empty. An order counts once, as of when it
    was given: what was given before the issue came here or was reopened, or while the bot was silenced, is past, and
    so is the same nonsense by the same person: two bots could talk for ever. Of several moves the last one counts.
    """
    teller = _Teller(facts, ruleset, proposed)
    comments: dict[datetime, list[_Answer]] = {}
    for order in _due(facts):
        comments.setdefault(order.at, []).append(teller.answer(order))
    movers = [answer for given in comments.values() for answer in given if answer.move]
    target = movers[-1] if movers else None
    found: list[Action] = []
    for at, given in comments.items():
        texts = [
            teller.overruled(a.order, target) if a.move and target else a for a in given if a is not target
        ]
        if texts:  # beside a move that is still to be made, the comment's own key is kept for it
            key = f"{RULE}/{'beside' if target in given else 'answered'}/{stamp(at)}"
            internal = any(a.order.internal for a in texts)
            said = _body(key, [a.text for a in texts], facts)
            found += [] if key in facts.own_notes else [Reply(RULE, key, said, internal)]
    if target and target.move:
        key, board = f"{RULE}/answered/{stamp(target.order.at)}", target.move
        found.append(Move(RULE, key, board.id, board.file.project, _body(key, [target.text], facts)))
    return found


def _due(facts: Facts) -> Iterable[Order]:
    """The orders that are to be answered: heard, and not answered yet."""
    issue, heard = facts.issue, set[tuple[str, str]]()
    if not facts.orders:
        return
    since, silent = heard_from(issue), label_stretches(issue, facts.labels.off)
    for order in facts.orders:
        said = (order.by.username, order.line.casefold())
        repeated = order.verb not in VERBS and said in heard
        heard.add(said)
        muted = any(on <= order.at and (off is None or order.at < off) for on, off in silent)
        past = order.at < since or muted or repeated
        if not past and f"{RULE}/answered/{stamp(order.at)}" not in facts.own_notes:
            yield order


def _body(key: str, said: list[str], facts: Facts) -> str:
    return marked(key, facts.issue.ref, without_commands("\n\n".join(dict.fromkeys(said))))


class _Teller:
    """Answers orders on one issue."""

    def __init__(self, facts: Facts, ruleset: Ruleset, proposed: str) -> None:
        self._facts, self._ruleset, self._proposed = facts, ruleset, proposed
        self._bot = Ours(facts.issue.bot.username)

    def answer(self, order: Order) -> _Answer:
        match order.verb:
            case "allow":
                return self._allow(order)
            case "agree":
                return self._agree(order)
            case "move":
                return self._move(order)
            case "help" | "":
                return self._say("help", order, bot=self._bot)
        return self._say("unknown", order, said=order.line, bot=self._bot)

    def _say(self, name: str, order: Order, **values: object) -> _Answer:
        who = Ours(f"@{order.by.username}")
        return _Answer(order, self._ruleset.texts.answers.say(name, who=who, **values))

    def overruled(self, order: Order, target: _Answer) -> _Answer:
        """Somebody else had it moved elsewhere after that."""
        same = target.order.by.username == order.by.username
        by, board = Ours("you" if same else f"`{target.order.by.username}`"), target.move
        return self._say("overruled", order, by=by, board=Ours(board.name if board else ""))

    def _not_yours(self, order: Order, may: str) -> _Answer:
        return self._say("not_yours", order, verb=Ours(order.verb), may=Ours(may))

    def _allow(self, order: Order) -> _Answer:
        zone = self._facts.board.calendar.zone
        allowed = read_allow(order, zone)
        if not self._facts.people.is_sa(order.by, order.at):
            return self._not_yours(order, SAS_ONLY)
        ids = [rule.id for rule in self._ruleset.rules]
        if allowed.rule not in ids:
            near = difflib.get_close_matches(allowed.rule, ids, n=2, cutoff=0.5) or ids
            rules = Ours(", ".join(f"`{id_}`" for id_ in near))
            return self._say("unknown_rule", order, said=allowed.rule or "of that name", rules=rules)
        if not allowed.because:
            return self._say("no_reason", order, rule=Ours(allowed.rule), bot=self._bot)
        if allowed.bad_day:
            return self._say("bad_day", order, said=allowed.bad_day)
        until = last_minute(allowed.until, zone) if allowed.until else Ours()
        return self._say("allowed", order, rule=Ours(allowed.rule), until=until)

    def _agree(self, order: Order) -> _Answer:
        who = party(order, self._facts)
        if who is None:
            return self._not_yours(order, "the SAs and the requester")
        given = agreed(self._facts, order.at)
        missing = [name for key, name in PARTIES.items() if key not in given]
        return self._say("agreed", order, party=Ours(PARTIES[who]), missing=Ours(listed(missing, "and")))

    def _move(self, order: Order) -> _Answer:
        if not self._facts.people.is_sa(order.by, order.at):
            return self._not_yours(order, SAS_ONLY)
        boards = {name: b for name, b in self._ruleset.active_boards.items() if not b.file.watched}
        listing = Ours(", ".join(f"`{name}`" for name in boards))
        said = _place(order.words)
        if not said and not self._proposed:
            return self._say("moves_where", order, boards=listing, bot=self._bot)
        target = _named(said, boards) if said else boards.get(self._proposed)
        if target is None:
            return self._say("unknown_board", order, said=said or quote(self._proposed), boards=listing)
        if target.id == self._facts.board.id:
            return self._say("here_already", order, board=Ours(target.name))
        refusal = self._say("cannot_move", order, board=Ours(target.name))
        return _Answer(order, refusal.text, target)


def _place(words: str) -> str:
    """The name of the board in "it to the EMEA board, please"."""
    said = [word for word in words.replace("`", " ").strip(" .!?").replace(",", " ").split() if word]
    while said and said[0].casefold() in FILLERS:
        said.pop(0)
    while said and said[-1].casefold() in FILLERS:
        said.pop()
    return " ".join(said)


def _named(said: str, boards: Mapping[str, Board]) -> Board | None:
    """The board of that id, name or project, without regard to case."""
    wanted = said.strip("\"' ").casefold()
    for board in boards.values():
        if wanted in (board.id, board.name.casefold(), board.file.project.casefold()):
            return board
    return None
