"""The smallest rules folder that is whole, to be spoilt in one place: two boards, a template, four rules."""

import shutil
from pathlib import Path

from tests.conftest import ROOT

LABELS = """state: [Doing, Waiting]
waiting: Waiting
claiming: [Doing]
attribute: [POV, Urgent]
clocks: [late]
"off": "bot::off"
"on": "bot::on"
"""
CALENDAR = """zone: Europe/London
hours:
  mon: [["09:00", "17:00"]]
  tue: [["09:00", "17:00"]]
"""
BOARD = """id: {id}
name: {name}
project: group/{id}
calendar: home
sas: [sam, sofia]
escalation: [maria]
since: 2026-01-01
template: Request
"""
TEMPLATE = """id: request
version: 1
blocks:
  - heading: Region
    ask: where it is
    example: EMEA
    accepts: [{kind: choice, options: {EMEA: [], AMER: []}}]
  - heading: Goals
    ask: what it is for
    example: a demo
"""
TEXT = """<!-- triage-template: request v1 -->
## Region

## Goals
"""
STATED = """id: pov-wanted
summary: Whoever wants a POV has its label.
why: The handbook says so.
check:
  kind: stated
  when:
    - {block: Region, says: [EMEA]}
    - {label: POV, on: false}
while_failing:
  labels: [needs-pov]
examples:
  - name: without the label
    board: one
    timeline: |
      2026-03-02T14:00Z alice opens "x"
        | <!-- triage-template: request v1 -->
        | ## Region
        | EMEA
        | ## Goals
        | A demo.
    now: 2026-03-02T15:00Z
    expect: [+needs-pov]
  - name: with it
    board: one
    timeline: |
      2026-03-02T14:00Z alice opens "x"
      2026-03-02T14:30Z alice adds "POV"
    now: 2026-03-02T15:00Z
    expect: []
"""
CLOCK = """id: late-answer
summary: Whoever asks is answered.
why: The handbook says so.
check:
  kind: sla
  clock: answer
  starts: [opened]
  answered_by: [sa_note, closed]
  target: 2h
  count: wall
  ladder:
    - at: 50%
      summon: {who: [board.escalation], text: "It is due by {{ due }}."}
while_failing:
  labels: [late]
examples:
  - name: late
    board: one
    timeline: |
      2026-03-02T14:00Z alice opens "x"
    now: 2026-03-02T16:00Z
    expect: [+late]
  - name: nearly
    board: one
    timeline: |
      2026-03-02T14:00Z alice opens "x"
    now: 2026-03-02T15:00Z
    expect: [summon]
  - name: answered
    board: one
    timeline: |
      2026-03-02T14:00Z alice opens "x"
      2026-03-02T14:30Z sam comments "Here."
    now: 2026-03-02T16:00Z
    expect: []
"""


def small_rules(into: Path) -> Path:
    """Writes the folder with its templates beside it, and gives its path."""
    folder = into / "rules"
    files = {
        "labels.yaml": LABELS,
        "calendars/home.yaml": CALENDAR,
        "boards/one.yaml": BOARD.format(id="one", name="One"),
        "boards/two.yaml": BOARD.format(id="two", name="Two"),
        "pov-wanted.yaml": STATED,
        "late-answer.yaml": CLOCK,
        "../issue_templates/Request.yaml": TEMPLATE,
        "../issue_templates/Request.md": TEXT,
    }
    shutil.copytree(ROOT / "rules" / "texts", folder / "texts")
    for name, text in files.items():
        path = (into / "rules" / name).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
