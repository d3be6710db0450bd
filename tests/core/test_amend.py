"""One entry put into a YAML text: nothing else of it changes, however it is written; or it is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.amend import NotAmended, amended, flow
from app.core.document import parse
from tests.conftest import ROOT

PATH = ("check", "earlier")
BESIDE = ("count", "target", "kind")
ITEM = {"before": "2026-03-10", "target": "48h"}
WORDS = "{before: 2026-03-10, target: 48h}"

PLAIN = """\
id: late # the clock
check:
  kind: sla
  # how long
  target: 24h   # since spring
  count: working_days # of the board

  ladder:
    - at: 80%
examples: []
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            PLAIN,
            PLAIN.replace("of the board\n", f"of the board\n  earlier:\n    - {WORDS}\n"),
            id="begun behind the count, comments kept",
        ),
        pytest.param(
            PLAIN.replace("\n", "\r\n"),
            PLAIN.replace("of the board\n", f"of the board\n  earlier:\n    - {WORDS}\n").replace(
                "\n", "\r\n"
            ),
            id="line ends as they are",
        ),
        pytest.param(
            "check:\n  kind: sla\n  target: 24h",
            f"check:\n  kind: sla\n  target: 24h\n  earlier:\n    - {WORDS}",
            id="no line end at the end, and none is added",
        ),
        pytest.param(
            "check:\n    kind: sla\n    other:\n        deep: 1\n",
            f"check:\n    kind: sla\n    earlier:\n      - {WORDS}\n    other:\n        deep: 1\n",
            id="deeper indentation",
        ),
        pytest.param(
            "check:\n  target: 24h\n  earlier:\n  - before: 2026-01-01 # long ago\n    target: 72h\n\n  kind: sla\n",
            "check:\n  target: 24h\n  earlier:\n  - before: 2026-01-01 # long ago\n    target: 72h\n"
            f"  - {WORDS}\n\n  kind: sla\n",
            id="behind the entry that is there, in its own column",
        ),
        pytest.param(
            "check:\n  earlier:\n    - {before: 2025-01-01, target: 96h}\n    - {before: 2026-01-01, target: 72h} # 2\n"
            "  kind: sla\n",
            "check:\n  earlier:\n    - {before: 2025-01-01, target: 96h}\n    - {before: 2026-01-01, target: 72h} # 2\n"
            f"    - {WORDS}\n  kind: sla\n",
            id="behind several",
        ),
        pytest.param(
            "check:\n  kind: sla\n  earlier:\n    - {before: 2026-01-01,\n       target: 72h}",
            f"check:\n  kind: sla\n  earlier:\n    - {{before: 2026-01-01,\n       target: 72h}}\n    - {WORDS}",
            id="behind one of two lines that ends the file",
        ),
        pytest.param(
            "check: {kind: sla, target: 24h, ladder: []}\n",
            f"check: {{kind: sla, target: 24h, earlier: [{WORDS}], ladder: []}}\n",
            id="on one line",
        ),
        pytest.param(
            "check: {kind: sla, target: 24h,}\n",
            f"check: {{kind: sla, target: 24h, earlier: [{WORDS}],}}\n",
            id="on one line, with a comma at its end",
        ),
        pytest.param(
            "check: {\n  kind: sla, # what\n  target: 24h # how long\n}\n",
            f"check: {{\n  kind: sla, # what\n  target: 24h, earlier: [{WORDS}] # how long\n}}\n",
            id="in braces over several lines",
        ),
        pytest.param(
            "check:\n  kind: sla\n  earlier: []\n",
            f"check:\n  kind: sla\n  earlier: [{WORDS}]\n",
            id="an empty list",
        ),
        pytest.param(
            "check:\n  kind: sla\n  earlier: [ # old ones\n    {before: 2026-01-01, target: 72h},\n  ]\n",
            f"check:\n  kind: sla\n  earlier: [{WORDS},  # old ones\n    {{before: 2026-01-01, target: 72h}},\n  ]\n",
            id="a list in brackets, with a comma and a comment",
        ),
        pytest.param(
            '"check":\n  "kind": "sla"\n  "target": "24h"\n',
            f'"check":\n  "kind": "sla"\n  "target": "24h"\n  earlier:\n    - {WORDS}\n',
            id="quoted keys",
        ),
        pytest.param(
            "\ufeffcheck:\n  kind: sla\n  target: 24h\n",
            f"\ufeffcheck:\n  kind: sla\n  target: 24h\n  earlier:\n    - {WORDS}\n",
            id="a byte order mark",
        ),
        pytest.param(
            "check:\n  kind: sla\n  target: 24h\n...\n",
            f"check:\n  kind: sla\n  target: 24h\n  earlier:\n    - {WORDS}\n...\n",
            id="an end mark",
        ),
        pytest.param(
            "# Grüße\ncheck:\n  kind: sla\n  target: 24h # Frist für „Büro“\n",
            f"# Grüße\ncheck:\n  kind: sla\n  target: 24h # Frist für „Büro“\n  earlier:\n    - {WORDS}\n",
            id="letters of more than one byte",
        ),
    ],
)
def test_the_entry_goes_in_and_all_else_stays(text: str, expected: str) -> None:
    found, line = amended(text, PATH, ITEM, BESIDE)
    assert found == expected
    assert WORDS in found.split("\n")[line - 1]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("check: 5\n", id="no mapping there"),
        pytest.param("", id="nothing at all"),
        pytest.param("check:\n  title: x\n", id="no key to stand behind"),
        pytest.param("check:\n  kind: sla\n  earlier: {a: b}\n", id="no list"),
        pytest.param("check:\n  kind: sla\n  earlier:\n", id="an empty value"),
        pytest.param(
            "x: &a [{b: c}]\ncheck:\n  kind: sla\n  earlier: *a\n", id="a list that stands elsewhere"
        ),
        pytest.param("a: &a\n  kind: sla\ncheck: *a\n", id="a check that stands elsewhere"),
        pytest.param("check:\n  kind: |\n    sla\n\n\n  other: 1\n", id="behind a block of text"),
        pytest.param("check: [\n", id="no YAML"),
    ],
)
def test_what_cannot_be_done_surely_is_refused(text: str) -> None:
    with pytest.raises(NotAmended):
        amended(text, PATH, ITEM, BESIDE)


def test_several_entries_go_in_one_after_another() -> None:
    text = PLAIN
    for day in ("2025-01-01", "2026-03-10"):
        text, _ = amended(text, PATH, {"before": day, "target": "48h"}, BESIDE)
    assert [item["before"] for item in parse(text, "").data["check"]["earlier"]] == [
        "2025-01-01",
        "2026-03-10",
    ]


SHIPPED = sorted((ROOT / "rules" / "calendars").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.stem))
def test_the_hours_of_before_go_into_every_calendar_that_we_ship(path: Any) -> None:
    text = path.read_text()
    item = {"before": "2026-03-10", "hours": {"mon": [["08:00", "12:00"], ["13:00", "24:00"]]}}
    found, line = amended(text, ("earlier",), item, ("hours",))
    kept = found.splitlines(keepends=True)
    assert (
        kept.pop(line - 1)
        == '  - {before: 2026-03-10, hours: {mon: [["08:00", "12:00"], ["13:00", "24:00"]]}}\n'
    )
    assert kept.pop(line - 2) == "earlier:\n"
    assert "".join(kept) == text


values = st.recursive(
    st.text(max_size=8) | st.booleans() | st.none() | st.integers(-999, 999),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=6), values, max_size=4))
def test_whatever_is_written_is_read_again(value: dict[str, Any]) -> None:
    document = parse(f"x: {flow(value)}\n", "")
    assert (document.problems, document.data) == ([], {"x": value})
