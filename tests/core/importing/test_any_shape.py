"""Whatever stands in a policies file, there is a report: nothing is raised, and nothing is taken that is not sound."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.importing.conditions import KNOWN
from app.core.ruleset import Ruleset
from tests.core.importing.policy import brought

NAMES = ["a", "b", "None", "Any", "x*", "p::{a, b}", "{1..3}", "{{author}}", "#{x}", "@maria", ""]
WORDS = [
    "opened",
    "closed",
    "close",
    "older_than",
    "days",
    "updated_at",
    "upvotes",
    "/close",
    "labels.empty?",
]
TEXTS = st.sampled_from([*NAMES, *WORDS, "@alice {{title}}\n/label ~a"])
LEAVES = st.none() | st.booleans() | st.integers(-3, 400) | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "attribute",
                    "condition",
                    "interval",
                    "interval_type",
                    "threshold",
                    "source",
                    "source_id",
                    "title",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)
CONDITIONS = st.dictionaries(st.sampled_from([*KNOWN, "upvotes", "title"]), VALUES, max_size=3)
ACTIONS = st.dictionaries(
    st.sampled_from(
        [
            "labels",
            "remove_labels",
            "status",
            "mention",
            "move",
            "comment",
            "comment_internal",
            "issue",
            "summarize",
        ]
    ),
    VALUES,
    max_size=3,
)
RULES = st.fixed_dictionaries(
    {"name": LEAVES}, optional={"conditions": CONDITIONS | VALUES, "actions": ACTIONS | VALUES}
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RULES, max_size=3))
def test_any_shape_is_mapped_or_left_out(ruleset: Ruleset, rules: list[Any]) -> None:
    text = json.dumps({"resource_rules": {"issues": {"rules": rules}, "merge_requests": {"rules": rules}}})
    found = brought(text, ruleset)
    assert len(found.rules) == len(rules)
    for one in found.rules:
        assert bool(one.text) == (one.outcome != "left out")
        assert bool(one.found.lacking) == (one.outcome == "left out")
