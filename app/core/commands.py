"""What the bot answers to orders in comments, and does: every order gets one answer, whoever gave it."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from app.core.agreement import PARTIES, agreed, party
from app.core.board import Board
from app.core.expedite import KEY as EXPEDITED
from app.core.expedite import RULE, may_expedite
from app.core.facts import Facts
from app.core.heard import heard
from app.core.keys import marked
from app.core.orders import Order
from app.core.plan import Action, Move, Outcome, Reply, stamp
from app.core.quiet import Asked, end_told, quiet_at, read_hold, read_snooze
from app.core.ruleset import Ruleset
from app.core.telling import told_all, told_one
from app.core.text import Ours, instant, quote, without_commands
from app.core.validators.reading import listed
from app.core.waiver import last_minute, read_allow, read_because, read_rule

SAS_ONLY = "the SAs and managers"
FILLERS = frozenset({"it", "this", "to", "onto", "over", "the", "board", "please", "thanks"})
VERBS = frozenset({"allow", "agree", "expedite", "explain", "help", "hold", "move", "snooze", "why"})
_NOT = re.compile(r"\A(?:not|is|isn't|does|doesn't)[ \t]+", re.IGNORECASE)
PEOPLE = {"sa": "an SA", "escalation": "a manager", "requester": "the requester", "bystander": "neither"}
Looking = Callable[[datetime], Mapping[str, Outcome]]  # what each rule said of the issue at an instant


@dataclass(frozen=True)
class _Answer:
    """What is said to one order, or where it has the issue moved; then the text is for when GitLab does not let us.
    `hidden`: for SAs only. `marks`: the label that makes it urgent goes on."""

    order: Order
    text: Ours
    move: Board | None = None
    hidden: bool = False
    marks: bool = False


def answers(facts: Facts, ruleset: Ruleset, proposed: str, looking: Looking) -> list[Action]:
    """The answers that are due, one note for each comment with orders; a move of the issue comes last.

    `proposed` is the board to which a rule would have the issue moved, or empty; `looking` tells what rules said then.
    An order counts once, as of when it was given: what was given before the issue came here or was reopened, or while
    the bot was silenced, is past, and so is the same nonsense by the same person: two bots could talk for ever. Of
    several moves the last one counts.
    """
    if not facts.orders:
        return []
    teller = _Teller(facts, ruleset, proposed, looking)
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
            if target not in given and any(a.marks for a in texts):
                key = f"{EXPEDITED}{stamp(at)}"
            internal = any(a.order.internal or a.hidden for a in texts)
            said = _body(key, [a.text for a in texts], facts)
            found += [] if key in facts.own_notes else [Reply(RULE, key, said, internal)]
    if target and target.move:
        key, board = f"{RULE}/answered/{stamp(target.order.at)}", target.move
        found.append(Move(RULE, key, board.id, board.file.project, _body(key, [target.text], facts)))
    return found


def _due(facts: Facts) -> Iterable[Order]:
    """The orders that are to be answered: heard, and not answered yet."""
    standing, said = heard(facts), set[tuple[str, str]]()
    for order in facts.orders:
        line = (order.by.username, order.line.casefold())
        repeated = order.verb not in VERBS and line in said
        said.add(line)
        keys = {f"{RULE}/answered/{stamp(order.at)}", f"{EXPEDITED}{stamp(order.at)}"}
        if order in standing and not repeated and keys.isdisjoint(facts.own_notes):
            yield order


def _body(key: str, said: list[str], facts: Facts) -> str:
    return marked(key, facts.issue.ref, without_commands("\n\n".join(dict.fromkeys(said))))


class _Teller:
    """Answers orders on one issue."""

    def __init__(self, facts: Facts, ruleset: Ruleset, proposed: str, looking: Looking) -> None:
        self._facts, self._ruleset, self._proposed, self._looking = facts, ruleset, proposed, cache(looking)
        self._zone = facts.board.calendar.zone
        self._bot = Ours(facts.issue.bot.username)

    def answer(self, order: Order) -> _Answer:
        match order.verb:
            case "allow":
                return self._allow(order)
            case "agree":
                return self._agree(order)
            case "move":
                return self._move(order)
            case "snooze" | "hold":
                return self._quiet(order)
            case "expedite" if self._facts.labels.expedite:
                return self._expedite(order)
            case "explain" | "why":
                return self._explain(order)
            case "help" | "":
                return self._help(order)
        near = next(iter(difflib.get_close_matches(order.verb, sorted(VERBS), n=1, cutoff=0.6)), "")
        return self._say("unknown", order, said=order.line, bot=self._bot, near=Ours(near))

    def _say(self, name: str, order: Order, **values: object) -> _Answer:
        who = Ours(f"@{order.by.username}")
        known = self._ruleset.texts.answers.VALUES[name]
        given = {key: value for key, value in {"who": who, **values}.items() if key in known}
        return _Answer(order, self._ruleset.texts.answers.say(name, **given))

    def overruled(self, order: Order, target: _Answer) -> _Answer:
        """Somebody else had it moved elsewhere after that."""
        same = target.order.by.username == order.by.username
        by, board = Ours("you" if same else f"`{target.order.by.username}`"), target.move
        return self._say("overruled", order, by=by, board=Ours(board.name if board else ""))

    def _not_yours(self, order: Order, may: str) -> _Answer:
        role = PEOPLE.get(self._role(order), "neither")
        return self._say("not_yours", order, verb=Ours(order.verb), may=Ours(may), role=Ours(role))

    def _role(self, order: Order) -> str:
        return self._facts.people.role(order.by, order.at)

    def _is_sa(self, order: Order) -> bool:
        return self._facts.people.is_sa(order.by, order.at)

    def _help(self, order: Order) -> _Answer:
        marking = Ours(self._marking()) if self._facts.labels.expedite else Ours("nobody here")
        return self._say("help", order, bot=self._bot, sas=Ours(SAS_ONLY), marking=marking)

    def _marking(self) -> str:
        names = {"sa": SAS_ONLY, "requester": "the requester"}
        return listed([names[who] for who in self._facts.board.file.expedite_by], "and") or "nobody"

    def _expedite(self, order: Order) -> _Answer:
        if not may_expedite(order, self._facts):
            return self._not_yours(order, self._marking())
        label, because = self._facts.labels.expedite, read_because(order.words, order, self._zone).because
        if not because:
            return self._say("how_to_expedite", order, bot=self._bot, label=Ours(label))
        answer = self._say("expedited", order, label=Ours(label), because=because)
        return replace(answer, marks=True)

    def _quiet(self, order: Order) -> _Answer:
        if not self._is_sa(order):
            return self._not_yours(order, SAS_ONLY)
        verb = order.verb
        asked: Asked = (read_snooze if verb == "snooze" else read_hold)(order, self._facts)
        if asked.is_over:
            return self._say("over", order, what=Ours(verb))
        if asked.wrong == "day":
            return self._say("bad_hold", order, bot=self._bot)
        if asked.until is None:
            said = {"said": order.words} if verb == "snooze" else {}
            return self._say(f"how_to_{verb}", order, bot=self._bot, **said)
        until = end_told(asked.until, self._zone)
        return self._say("snoozed" if verb == "snooze" else "held", order, until=until, bot=self._bot)

    def _explain(self, order: Order) -> _Answer:
        """To SAs all, for SAs only; to the requester what the rules ask for."""
        whole = self._is_sa(order)
        if not whole and self._role(order) != "requester":
            return self._not_yours(order, "the SAs and the requester")
        outcomes, rules = self._looking(order.at), self._ruleset.rules
        quiet = quiet_at(self._facts, order.at)
        if order.verb == "explain":
            told = told_all(outcomes, rules, self._zone, whole=whole)
        else:
            name = read_rule(_NOT.sub("", order.words))[0]
            rule = next((rule for rule in rules if rule.id == name), None)
            if rule is None:
                return self._unknown_rule(order, name)
            told = told_one(outcomes[name], rule, self._zone, whole=whole)
        if quiet:
            what = "On hold" if quiet.verb == "hold" else "No calls"
            end = end_told(quiet.until, self._zone)
            told = Ours(f"{what} until {end}, by the order of {quote(quiet.by)}.\n\n{told}")
        by, at = quote(order.by.username), instant(order.at, self._zone)
        answer = self._say("explained", order, by=by, at=at, told=told, bot=self._bot)
        return replace(answer, hidden=whole)

    def _unknown_rule(self, order: Order, name: str) -> _Answer:
        ids = [rule.id for rule in self._ruleset.rules]
        near = difflib.get_close_matches(name, ids, n=2, cutoff=0.5) or ids
        rules = Ours(", ".join(f"`{id_}`" for id_ in near))
        return self._say("unknown_rule", order, said=name or "of that name", rules=rules)

    def _allow(self, order: Order) -> _Answer:
        zone = self._zone
        allowed = read_allow(order, zone)
        if not self._is_sa(order):
            return self._not_yours(order, SAS_ONLY)
        if allowed.rule not in [rule.id for rule in self._ruleset.rules]:
            return self._unknown_rule(order, allowed.rule)
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
        if not self._is_sa(order):
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
