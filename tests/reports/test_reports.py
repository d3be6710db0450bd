"""Every format of a sweep's report, on reports made by hand: what is told, what not, and what people's text can do."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.deed import Deed
from app.core.model import IssueRef
from app.core.plan import Action, AddLabel, Clause, Outcome, Plan, Postponed, PutNote, Summon
from app.reports import FORMATS, as_codequality, as_data, as_json, as_junit, as_markdown, as_text, pending
from app.reports.junit import MOST_CASES
from app.reports.markdown import FIRST, LONGEST
from app.sweep import Report, Swept

AT = datetime(2026, 3, 2, 14, tzinfo=UTC)
LATE = "late-activity"
SOURCE = "rules/late-activity.yaml:7"


def call(key: str = "k", text: str = "please answer", rule: str = LATE) -> Summon:
    return Summon(rule, key, text, AT, ("maria",))


def row(iid: int, *actions: Action, board: str = "us-east", source: str = SOURCE, **more: Any) -> Swept:
    """An issue of the board with that to do; `silent`, `confidential` and such are of its plan, the rest of the row."""
    reference = f"g/{board}#{iid}"
    own = {k: more.pop(k) for k in [*more] if k not in ("done", "error", "before", "reference")}
    verdict = "failing" if actions else "fine"
    outcomes = tuple(Outcome(a.rule, source, verdict, "it is late", actions=(str(a),)) for a in actions)
    made = Plan(IssueRef(1, iid), reference, board, AT, "v1", actions=actions, outcomes=outcomes)
    plan = None if "error" in more else replace(made, **own)
    return Swept(IssueRef(1, iid), more.pop("reference", reference), board, plan, **more)


def report(*rows: Swept, applied: bool = False, **more: Any) -> Report:
    boards = tuple(dict.fromkeys(r.board for r in rows)) or ("us-east",)
    return Report(applied, boards=boards, rows=list(rows), **more)


def cases(text: str) -> dict[str, tuple[str, str]]:
    """By name, the kind of each case and its text; fails where the numbers that the file tells are not true."""
    root = ElementTree.fromstring(text)
    for holder in [root, *root]:
        inside = list(holder.iter("testcase"))
        for number, tag in (("failures", "failure"), ("errors", "error")):
            assert holder.get(number) == str(sum(case.find(tag) is not None for case in inside))
        assert holder.get("tests") == str(len(inside))
    found = {}
    for suite in root:
        for case in suite:
            (inner,) = case
            found[f"{suite.get('name')}: {case.get('name')}"] = (inner.tag, inner.text or "")
    return found


def test_what_is_quiet_is_only_counted_so_that_ten_thousand_take_no_room() -> None:
    found = report(*(row(n) for n in range(10_000)), row(10_001, call()), unchanged=5)
    data = as_data(found)
    assert [r["reference"] for r in data["issues"]] == ["g/us-east#10001"]
    assert (data["looked_at"], data["quiet"], data["unchanged"]) == (10_001, 10_000, 5)
    for name, write in FORMATS.items():
        assert len(write(found, "")) < 5_000, name
    assert "10001 requests (5 more are unchanged): 1 summons." in as_text(found)


def test_what_is_found_or_left_alone_is_in_the_data() -> None:
    found = report(
        row(1, silent="opened before"),
        row(2, postponed=(Postponed(call(), AT + timedelta(minutes=10)),)),
        row(3, error="404"),
        row(4),
        run="r1",
    )
    data = as_data(found)
    assert [r["reference"] for r in data["issues"]] == [f"g/us-east#{n}" for n in (1, 2, 3)]
    assert (data["run"], data["boards"], data["complete"]) == ("r1", ["us-east"], False)


def test_the_data_says_whom_the_summonses_call() -> None:
    assert as_data(report(row(1, call("a"), call("b"))))["called"] == {"maria": 2}


def test_junit_has_a_failure_for_what_is_pending_and_one_passed_case_for_the_rest() -> None:
    found = cases(as_junit(report(row(1, call()), row(2), row(3), row(1, board="emea"))))
    assert found["us-east: g/us-east#1"][0] == "failure"
    assert "please answer" in found["us-east: g/us-east#1"][1]
    assert found["us-east: all others"] == ("system-out", "2 requests: nothing to tell")
    assert found["emea: all others"] == ("system-out", "1 request: nothing to tell")
    assert found["sweep: complete"] == ("system-out", "4 requests: 1 summons.")
    assert len(found) == 4


def test_junit_passes_what_was_done_and_fails_what_was_not() -> None:
    one, two = call("a"), AddLabel(LATE, "sla::breached")
    done = report(row(1, one, done=(Deed(one),)), row(2, one, two, done=(Deed(one),)), applied=True)
    found = cases(as_junit(done))
    assert found["us-east: g/us-east#1"] == ("system-out", "  summon a")
    assert found["us-east: g/us-east#2"][0] == "failure"
    assert "1 to do" in found["us-east: g/us-east#2"][1]


def test_what_was_not_done_is_told_apart_from_what_was() -> None:
    one, two = call("a"), AddLabel(LATE, "sla::breached")
    found = report(row(1, one, two, done=(Deed(one),)), row(2, two), applied=True, stopped="the fuse blew")
    text = as_text(found)
    assert "  summon a\n  not done: +sla::breached" in text
    assert "Done 1 of 3: 2 requests: 2 labels put on, 1 summons." in text
    assert as_markdown(found).startswith("### 1 request touched, of 2\n")
    assert "It was to call: `maria` once." in as_markdown(found)
    assert "late-activity was to act on 2 requests of us-east" in as_codequality(found)
    whole = report(row(1, one, done=(Deed(one),)), applied=True)
    assert as_markdown(whole).startswith("### 1 request touched\n")
    assert "Called: `maria` once." in as_markdown(whole)
    assert "late-activity acted on 1 request of us-east" in as_codequality(whole)


def test_junit_has_errors_for_what_could_not_be_looked_at() -> None:
    bad = report(
        row(1, error="it is away\nsecond line"), boards_failed={"emea": "404 on emea"}, stopped="down"
    )
    found = cases(as_junit(bad))
    assert found["us-east: g/us-east#1"][0] == "error"
    assert found["emea: list of requests"] == ("error", "could not be listed\n404 on emea")
    assert found["sweep: complete"][0] == "error"
    assert "down" in found["sweep: complete"][1]


def test_junit_stays_within_what_gitlab_reads() -> None:
    long = "é<" * 20_000
    many = report(*(row(n, call(text=long)) for n in range(MOST_CASES + 5)))
    text = as_junit(many)
    assert len(text.encode()) < 30_000_000
    found = cases(text)
    assert found["sweep: too many to show"] == ("failure", "5 requests more have something to tell\n")
    assert found["us-east: all others"][1] == "0 requests: nothing to tell"


def test_code_quality_has_one_entry_for_each_rule_and_board() -> None:
    rows = [row(n, call()) for n in range(9)] + [row(n, call(), call("b"), board="emea") for n in range(5)]
    entries = json.loads(as_codequality(report(*rows)))
    assert [e["description"] for e in entries] == [
        "late-activity would act on 5 requests of emea (14 in all: us-east 9, emea 5)",
        "late-activity would act on 9 requests of us-east (14 in all: us-east 9, emea 5)",
    ]
    assert {e["check_name"] for e in entries} == {LATE}
    assert entries[0]["location"] == {"path": "rules/late-activity.yaml", "lines": {"begin": 7}}


def test_fingerprints_stay_whatever_the_numbers_and_differ_by_rule_and_board() -> None:
    def prints(*rows: Swept) -> list[str]:
        return [e["fingerprint"] for e in json.loads(as_codequality(report(*rows)))]

    assert prints(row(1, call())) == prints(row(7, call("other", "text")), row(8, call()))
    three = prints(row(1, call()), row(2, call(), board="emea"), row(3, AddLabel("other-rule", "x")))
    assert len(set(three)) == 3


@pytest.mark.parametrize(
    ("action", "severity"),
    [(call(), "major"), (PutNote(LATE, "k", "x", None), "minor"), (AddLabel(LATE, "x"), "info")],
)
def test_severity_is_by_what_would_be_done(action: Action, severity: str) -> None:
    (entry,) = json.loads(as_codequality(report(row(1, action))))
    assert entry["severity"] == severity


def test_paths_are_relative_to_the_repository() -> None:
    found = report(row(1, call(), source="/builds/g/p/rules/late-activity.yaml:7"))
    (entry,) = json.loads(as_codequality(found, "/builds/g/p"))
    assert entry["location"]["path"] == "rules/late-activity.yaml"


def test_what_no_rules_file_says_stands_at_the_boards() -> None:
    (entry,) = json.loads(as_codequality(report(row(1, PutNote("status", "status", "x", None), source=""))))
    assert entry["location"] == {"path": "rules/boards/us-east.yaml", "lines": {"begin": 1}}


def test_code_quality_says_what_is_missing() -> None:
    bad = report(row(1, error="x"), boards_failed={"emea": "404"}, stopped="GitLab is down")
    entries = json.loads(as_codequality(bad))
    assert [e["severity"] for e in entries] == ["blocker"] * 3
    assert "GitLab is down" in entries[0]["description"]
    assert json.loads(as_codequality(report(row(1)))) == []


def test_the_summary_says_how_many_it_touches_and_by_what() -> None:
    found = report(
        row(1, call(), AddLabel(LATE, "sla::breached")), row(2, call()), row(3, call(), board="emea")
    )
    text = as_markdown(found)
    assert text.startswith("### This would touch 3 requests\n")
    assert "| `us-east` | 1 | 2 |" in text
    assert "| `late-activity` | 3 | `us-east 2, emea 1` |" in text
    assert "It would call: `maria` 3 times." in text
    assert as_markdown(report(row(1))).startswith("### This would touch 0 requests\n")


def test_the_summary_is_loud_at_the_top_about_what_is_missing() -> None:
    head = as_markdown(report(row(1, call()), boards_failed={"emea": "@all 404"})).split("|")[0]
    assert "**INCOMPLETE" in head
    assert "`emea: could not be listed: @all 404`" in head
    assert "INCOMPLETE" not in as_markdown(report(row(1, call())))


def test_the_summary_shows_the_first_requests_and_stays_short() -> None:
    many = report(*(row(n, *(AddLabel(LATE, f"{i}{'x' * 300}") for i in range(20))) for n in range(2_000)))
    text = as_markdown(many)
    assert len(text) < LONGEST < 1_000_000
    assert text.count("- `g/us-east#") == FIRST
    assert f"<summary>The first {FIRST} of 2000 requests</summary>" in text


def test_a_summary_that_is_too_long_is_cut_and_says_so() -> None:
    rows = [row(1, call(rule=f"r{n}"), board=f"{n}-{'b' * 70}") for n in range(3_000)]
    text = as_markdown(report(*rows))
    assert len(text) < LONGEST + 100
    assert text.endswith("**Cut here: there is more.**\n")


def test_confidential_requests_appear_by_reference_only() -> None:
    secret = [AddLabel(LATE, "secret"), call("secret", "secret")]
    both = [
        row(1, *secret, confidential=True),
        row(2, confidential=True, before=row(2, *secret, confidential=True).plan),
    ]
    for found in (report(*both), report(*both, against="main"), report(*both, applied=True)):
        for name, write in FORMATS.items():
            text = write(found, "")
            assert "secret" not in text, name
            assert "g/us-east#1" in text or name == "codequality", name


def compared(*pairs: tuple[list[Action], list[Action]]) -> Report:
    rows = [row(n, *now, before=row(n, *before).plan) for n, (before, now) in enumerate(pairs, 1)]
    return report(*rows, against="main")


def test_a_preview_tells_only_what_differs() -> None:
    label = AddLabel(LATE, "sla::breached")
    found = compared(([label], [label]), ([label], [call()]), ([], []), ([], [call()]))
    assert pending(found) == 3
    text = as_text(found)
    assert "g/us-east#1" not in text
    assert "  only now: summon k" in text
    assert "  no longer: +sla::breached" in text
    assert text.endswith(
        "Compared with main, this change would touch 2 requests: 2 summonses; no longer: 1 label put on."
    )
    data = as_data(found)
    assert (data["touched"], data["counts"], data["counts_gone"]) == (2, {"Summon": 2}, {"AddLabel": 1})
    assert [r["difference"]["gone"] for r in data["issues"]] == [
        [{"kind": "AddLabel", "rule": LATE, "does": "+sla::breached", "text": ""}],
        [],
    ]
    assert as_markdown(found).startswith("### This change would touch 2 requests\n")
    assert "late-activity: this change touches 2 requests of us-east" in as_codequality(found)
    assert cases(as_junit(found))["us-east: all others"][1] == "2 requests: nothing to tell"


def test_a_note_that_says_something_else_is_told_by_what_differs_in_it() -> None:
    before, now = (
        PutNote("status", "status", "same\nold", None),
        PutNote("status", "status", "same\nnew", None),
    )
    found = compared(([before], [now]))
    text = as_text(found)
    assert "  otherwise now: write note status\n    | - old\n    | + new" in text
    assert "same" not in text
    assert "no longer" not in as_markdown(found)


def test_a_rule_that_is_gone_stands_where_the_rules_are_now() -> None:
    before = row(1, call(rule="old"), source="/tmp/x/rules/old.yaml:3").plan
    found = report(row(1, before=before), row(2, call(), before=row(2).plan), against="main")
    places = {e["check_name"]: e["location"]["path"] for e in json.loads(as_codequality(found))}
    assert places == {"old": "rules/old.yaml", LATE: "rules/late-activity.yaml"}


HOSTILE = st.text(st.characters(), max_size=60) | st.sampled_from(
    [
        "@all `x` | </details>\n/close\n#1 !2",
        "\x1b[2J\x00\ufffe\ud800]]><b>",
        "`" * 9 + "\n/close",
        "--><!--",
        "\u202e",
    ]
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_whatever_people_write_no_format_breaks(label: str, text: str, error: str) -> None:
    found = report(
        row(1, AddLabel(LATE, label), call(text=text)), row(2, error=error or "x"), stopped=error, against=""
    )
    cases(as_junit(found))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", FORMATS["text"](found, ""))
    json.loads(as_json(found))
    json.loads(as_codequality(found))
    summary = as_markdown(found)
    assert not re.search(r"^/", summary, re.MULTILINE)
    outside = re.sub(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", summary)
    assert not re.search(r"[@\x00-\x08\x0e-\x1f]", outside)
    assert (outside.count("<"), outside.count("</details>")) == (4, 1)


def test_the_clauses_of_what_acts_are_in_the_data() -> None:
    told = Outcome(LATE, SOURCE, "failing", "late", looked_at=lambda: (Clause("is it late?", "yes", True),))
    found = as_data(report(row(1, call(), outcomes=(told,))))
    assert found["issues"][0]["outcomes"][0]["clauses"] == [
        {"asks": "is it late?", "value": "yes", "holds": True}
    ]
