"""Files with another name for a label: only the places that name it change, and all of them do."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.core.label_text import renamed_text, renamed_yaml
from app.core.scalars import Loader

FILE = """\
# SA Doing is what this is about.
id: SA Doing   # no label, though it looks like one
why: 'Handbook: "SA Doing" is said there.'
labels: [ "SA Doing", '+SA Doing',   -SA Doing ]   # layout stays
paused_while:
- SA Doing    # so does this
text: >-
  Put `SA
  Doing` on, or /label ~"SA Doing", or tell SA Doing people{% if label == "SA Doing" %}.{% endif %}
timeline: |
  2026-03-02T14:00Z sam adds "SA Doing" "SA POV"
  2026-03-02T14:00Z sam comments "SA Doing"
cel: '"SA Doing" in labels'
"""
WANTED = """\
# SA Doing is what this is about.
id: SA Doing   # no label, though it looks like one
why: 'Handbook: "SA Doing" is said there.'
labels: [ "At work", '+At work',   -At work ]   # layout stays
paused_while:
- At work    # so does this
text: >-
  Put `At work` on, or /label ~"At work", or tell SA Doing people{% if label == "At work" %}.{% endif %}
timeline: |
  2026-03-02T14:00Z sam adds "At work" "SA POV"
  2026-03-02T14:00Z sam comments "SA Doing"
cel: '"At work" in labels'
"""
NAMES = (
    st.text("abc XYZ:#'-*&!{}[]%@éß0", min_size=1, max_size=12)
    .map(lambda s: " ".join(s.split()) or "a")
    .map(lambda s: s.lstrip("+-") or "a")
    .map(str.strip)
)


def test_every_place_that_names_the_label_changes_and_nothing_else() -> None:
    done = renamed_yaml(FILE, "x.yaml", "SA Doing", "At work")
    assert done.text == WANTED
    assert [(m.line, m.column) for m in done.changed][:4] == [(4, 12), (4, 25), (4, 39), (6, 3)]
    assert [m.line for m in done.prose] == [1, 2, 3, 8, 11]


def test_what_is_renamed_has_nothing_to_rename() -> None:
    again = renamed_yaml(WANTED, "x.yaml", "SA Doing", "At work")
    assert (again.text, again.changed, again.names_new) == (WANTED, (), True)


def test_a_name_that_yaml_would_read_otherwise_gets_quotes() -> None:
    done = renamed_yaml("off: Quiet # x\nlist: [Quiet, b]\n", "x.yaml", "Quiet", "bot::off")
    assert done.text == 'off: "bot::off" # x\nlist: ["bot::off", b]\n'
    assert renamed_yaml("a: Quiet\n", "x.yaml", "Quiet", "yes").text == 'a: "yes"\n'


def test_a_name_within_a_longer_one_is_another_name() -> None:
    text = "labels: [SA Doing Well, SA Doing]\nt: '`SA Doing Well`'\n"
    done = renamed_yaml(text, "x.yaml", "SA Doing", "X")
    assert done.text == "labels: [SA Doing Well, X]\nt: '`SA Doing Well`'\n"


def test_patterns_that_no_longer_fit_are_told() -> None:
    done = renamed_yaml('label: "SA *"\nprefix: SA\nother: "SA *"\n', "x.yaml", "SA Doing", "Doing")
    assert [m.line for m in done.patterns] == [1, 2]
    assert renamed_yaml('label: "SA *"\n', "x.yaml", "SA Doing", "SA Work").patterns == ()


def test_quick_actions_of_templates_change_and_prose_does_not() -> None:
    text = "Set POV please.\n/label ~POV ~POV-2\n/label ~POVs\n"
    done = renamed_text(text, "t.md", "POV", "SA POV")
    assert done.text == 'Set POV please.\n/label ~"SA POV" ~POV-2\n/label ~POVs\n'
    assert [m.line for m in done.prose] == [1]


def test_what_is_no_yaml_is_a_problem() -> None:
    assert renamed_yaml("a: [", "x.yaml", "b", "c").problems


@given(NAMES, NAMES, st.sampled_from(["[{}]", "{{labels: {}}}", "labels: {}\n", "- {}   # old\n"]))
def test_yaml_reads_the_new_name_wherever_it_read_the_old_one(old: str, new: str, frame: str) -> None:
    text = frame.format("'" + old.replace("'", "''") + "'")
    done = renamed_yaml(text, "x.yaml", old, new)
    assert done.text == frame.format("'" + new.replace("'", "''") + "'")


@given(NAMES)
def test_plain_values_are_quoted_where_it_takes_that(new: str) -> None:
    done = renamed_yaml("labels: [Quiet, +Quiet] # x\n", "x.yaml", "Quiet", new)
    data = yaml.compose(done.text, Loader=Loader).value[0][1].value
    assert [node.value for node in data] == [new, f"+{new}"]
    assert done.text.endswith("] # x\n")
