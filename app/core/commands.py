"""What the bot answers to orders in comments, and does: every order gets one answer, whoever gave it."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.core.agreement import PARTIES, agreed, party
from app.core.board import Board
from app.core.facts import Facts
from app.core.keys import has_key, marked
from app.core.orders import Order, carried_until, orders
from app.core.plan import Action, Move, Reply, stamp
from app.core.ruleset import Ruleset
from app.core.text import Ours, quote, without_commands
from app.core.validators.reading import listed
from app.core.waiver import last_minute, read_allow

RULE = "orders"
SAS_ONLY = "the SAs and managers"
VERBS = frozenset({"allow", "agree", "move", "help"})


@dataclass(frozen=True)
class _Answer:
    text: Ours
    move: Board | None = None


def answers(facts: Facts, ruleset: Ruleset, proposed: str) -> list[Action]:
    """The answers that are due, one note for each comment with orders; a move of the issue comes last.

    `proposed` is the board to which a rule would have the issue moved, or empty. Orders that were given before the
    issue came here are not answered, nor is the same nonsense by the same person twice: two bots could talk for ever.
    """
    teller = _Teller(facts, ruleset, proposed)
    carried, heard = carried_until(facts.issue), set[tuple[str, str]]()
    due: dict[str, list[_Answer]] = {}
    for order in orders(facts.issue):
        said = (order.by.username, order.line.casefold())
        repeated = order.verb not in VERBS and said in heard
        heard.add(said)
        key = f"{RULE}/answered/{stamp(order.at)}"
        if not repeated and (carried is None or order.at > carried) and not has_key(facts.issue, key):
            due.setdefault(key, []).append(teller.answer(order))
    return [action for key, given in due.items() for action in _actions(key, given, facts, ruleset)]


def _actions(key: str, given: list[_Answer], facts: Facts, ruleset: Ruleset) -> Iterable[Action]:
    """The note with the answers, or the move, which GitLab itself tells of on both issues."""
    target = next((answer.move for answer in given if answer.move), None)
    body = marked(key, facts.issue.ref, without_commands("\n\n".join(dict.fromkeys(a.text for a in given))))
    if target:
        yield Move(RULE, key, target.id, target.file.project, body)
    else:
        yield Reply(RULE, key, body)


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
            case "help":
                return self._say("help", order, bot=self._bot)
        return self._say("unknown", order, said=order.line, bot=self._bot)

    def _say(self, name: str, order: Order, **values: object) -> _Answer:
        who = Ours(f"@{order.by.username}")
        return _Answer(self._ruleset.texts.answers.say(name, who=who, **values))

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
        said = order.words.removeprefix("to ").strip().rstrip(".!")
        if not said and not self._proposed:
            return self._say("moves_where", order, boards=listing, bot=self._bot)
        target = _named(said, boards) if said else boards.get(self._proposed)
        if target is None:
            return self._say("unknown_board", order, said=said or quote(self._proposed), boards=listing)
        if target.id == self._facts.board.id:
            return self._say("here_already", order, board=Ours(target.name))
        refusal = self._say("cannot_move", order, board=Ours(target.name))
        return _Answer(refusal.text, target)


def _named(said: str, boards: Mapping[str, Board]) -> Board | None:
    """The board of that id, name or project, without regard to case."""
    wanted = said.strip("`\"' ").casefold()
    for board in boards.values():
        if wanted in (board.id, board.name.casefold(), board.file.project.casefold()):
            return board
    return None
