"""A digest's text: whatever people wrote, it runs nothing, calls nobody, and says the same of the same figures."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.attained import Share
from app.core.clock_shape import Clock
from app.core.digest import Broken, Digest, Lacking
from app.core.model import IssueRef
from app.core.ruleset import Ruleset
from app.core.standing import Standing
from app.digest_text import MOST, as_issue, as_markdown, same
from app.sandbox.mentions import mentioned, other_references, referenced, shape
from app.sandbox.quick_actions import extract
from benchmarks.hostile import PIECES, hidden

AT = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
SINCE = AT - timedelta(days=7)
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join)


def request(title: str = "Acme", owner: str = "sam", iid: int = 1) -> Standing:
    return Standing(
        "us-east", IssueRef(1, iid), f"group/us-east#{iid}", AT, True, SINCE, title=title, requester="alice",
        template="SA Activity", owners=(owner,), state_since=SINCE, holder="requester",
    )  # fmt: skip


def digest_of(*found: Standing, share: Share = Share(1, 1), blocks: tuple[str, ...] = ("SA Asks",)) -> Digest:
    over = Clock(
        "activity", "breached", SINCE, SINCE, "working_days", None, timedelta(), over=timedelta(minutes=1),
        shares={"nobody": timedelta(hours=30), "sa": timedelta(minutes=5)},
    )  # fmt: skip
    return Digest(
        "us-east", SINCE, AT, found, (("SA Activity", 2), ("", 1), (None, 1)), (("activity", share),),
        tuple(Broken(one, over) for one in found), found, found, found,
        (Lacking("SA Activity", 2, 1, tuple((block, 1) for block in blocks)),), ("group/us-east#9",), 1,
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_what_people_wrote_changes_nothing_around_it(
    ruleset: Ruleset, title: str, owner: str, block: str
) -> None:
    board = ruleset.boards["us-east"]
    body = as_issue(digest_of(request(f"x{title}", f"y{owner}"), blocks=(f"z{block}",)), board, reaches=SINCE)
    plain = as_issue(digest_of(request("x", "y"), blocks=("z",)), board, reaches=SINCE)
    assert extract(body).commands == ()
    assert (mentioned(body), referenced(body), other_references(body)) == (set(), set(), set())
    assert shape(body) == shape(plain)
    assert not hidden(body)


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (Share(4, 0), "| 4 | 0 | 4 of 4 |"),
        (Share(5, 0), "| 5 | 0 | 100 % of 5 |"),
        (Share(199, 1), "| 199 | 1 | 99 % of 200 |"),  # what is not all of it is not said to be
        (Share(0, 5), "| 0 | 5 | 0 % of 5 |"),
    ],
)
def test_of_fewer_than_five_no_percentage_is_told(ruleset: Ruleset, share: Share, said: str) -> None:
    assert f"| `activity` {said}" in as_markdown(
        digest_of(share=share), ruleset.boards["us-east"], reaches=SINCE
    )


def test_a_long_list_says_how_many_more_there_are(ruleset: Ruleset) -> None:
    found = digest_of(*(request(iid=iid) for iid in range(1, MOST + 3)))
    said = as_markdown(found, ruleset.boards["us-east"], reaches=SINCE)
    assert said.count("- and 2 more") == 4
    assert f"`#{MOST}`" in said
    assert f"`#{MOST + 1}`" not in said


def test_whose_minutes_they_were_is_told_the_longest_first(ruleset: Ruleset) -> None:
    said = as_markdown(digest_of(request()), ruleset.boards["us-east"], reaches=SINCE)
    held = "In whose hands: nobody 1 working day 6 h, an SA less than 1 h"
    assert f"`activity`: late by less than 1 h, still open. {held}" in said


def test_of_another_instant_and_the_same_figures_it_says_the_same(ruleset: Ruleset) -> None:
    board = ruleset.boards["us-east"]
    one = digest_of(request())
    later, other = replace(one, at=AT + timedelta(minutes=5)), digest_of(request("Other"))
    text = as_issue(one, board, reaches=SINCE)
    assert as_issue(later, board, reaches=SINCE) != text
    assert same(as_issue(later, board, reaches=SINCE), text)
    assert same(text.replace("\n", "\r\n") + "\n", text)
    assert not same(as_issue(other, board, reaches=SINCE), text)


@pytest.mark.parametrize(("earlier", "told"), [(0, False), (1, True)])
def test_closed_requests_that_are_not_known_are_told_of(ruleset: Ruleset, earlier: int, told: bool) -> None:
    reaches = SINCE + timedelta(seconds=earlier)
    said = as_markdown(digest_of(), ruleset.boards["us-east"], reaches=reaches)
    assert ("Requests that were closed before" in said) is told
