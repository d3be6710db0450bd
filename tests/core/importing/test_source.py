"""Policies files are read with their places: anchors, merge keys, keys that are given twice."""

from app.core.importing.source import read, rules, summaries, summarised

TEXT = """\
.base: &base
  state: opened
  labels: [a]
.rule: &rule
  name: From an anchor
  actions: {labels: [x]}
resource_rules:
  issues:
    rules:
      - name: Merged
        conditions:
          <<: *base
          labels: [b]
      - *rule
      - <<: [*rule, {name: Second, conditions: {state: closed}}]
"""


def test_merge_keys_give_way_to_what_stands_beside_them() -> None:
    first = rules(read(TEXT, "p.yml"))[0]
    assert first.part("conditions") == {"labels": ["b"], "state": "opened"}


def test_what_an_anchor_brings_has_the_place_of_the_anchor() -> None:
    first, second, third = rules(read(TEXT, "p.yml"))
    assert first.problem("", "conditions", "state").line == 2
    assert first.problem("", "conditions", "labels").line == 13
    assert (second.name, second.line) == ("From an anchor", 4)
    assert (third.name, third.part("conditions")) == ("From an anchor", {"state": "closed"})


def test_a_key_given_twice_is_told_and_the_last_one_counts() -> None:
    document = read("resource_rules:\n  issues:\n    rules:\n      - name: a\n        name: b\n", "p.yml")
    assert [str(problem) for problem in document.problems] == [
        'p.yml:5:9: "name" is given twice, first at 4:9; keep one'
    ]
    assert rules(document)[0].name == "b"


def test_a_fault_behind_an_anchor_is_told_once() -> None:
    document = read(".a: &a {x: 1, x: 2}\nb: *a\nc: *a\n", "p.yml")
    assert len(document.problems) == 1


def test_a_mark_at_the_beginning_of_the_file_is_no_part_of_it() -> None:
    assert rules(read("\ufeff" + TEXT, "p.yml"))[0].name == "Merged"


def test_anchors_that_grow_without_end_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    document = read("\n".join(lines), "p.yml")
    assert "more than" in document.problems[0].message
    assert document.data is None


def test_an_anchor_within_itself_is_refused() -> None:
    assert "contains itself" in read("a: &a [*a]", "p.yml").problems[0].message


def test_files_of_another_shape_have_no_rules() -> None:
    for text in (
        "",
        "[]",
        "x",
        "resource_rules: []",
        "resource_rules: {issues: []}",
        "resource_rules: {issues: {rules: x}}",
    ):
        document = read(text, "p.yml")
        assert (rules(document), summaries(document), summarised(document)) == ([], [], [])
