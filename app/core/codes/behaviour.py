"""Codes of what rules do: with their labels, to each other, over time, and in their examples."""

from app.core.codes.code import Code

OWNED_TWICE = Code(
    "TRI040",
    "error",
    "a label that two rules own",
    "A rule takes its label off when its finding is over, whatever the other one found: the label would "
    "come and go.",
    "# in two rules\nwhile_failing: {labels: [needs-info]}",
    "# one label for each\nwhile_failing: {labels: [needs-date]}",
)
OWNED_STATE = Code(
    "TRI041",
    "error",
    "a state label that a rule owns",
    "State labels say where a request stands, and people move it. A rule that put one on would take it "
    "off again too.",
    "while_failing: {labels: [SA Waiting]}",
    "while_failing: {labels: [needs-info]}",
)
CONTRADICTING = Code(
    "TRI042",
    "error",
    "two rules of which one puts on what the other takes off",
    "On an issue for which both hold the label comes and goes at every look, and everybody is notified "
    "each time.",
    "# rule one puts `stale` on\n# rule two takes `stale` off, of the same issues",
    "# one rule, which has the label on while it fails",
)
STATE_BESIDE = Code(
    "TRI043",
    "error",
    "a state label that is put on while the one before it stays",
    "State labels are exclusive: two of them say two things about where a request stands, and the rule about "
    "extra state labels takes the new one off again.",
    "add_labels: [SA Doing]",
    "add_labels: [SA Doing]\nremove_labels: [SA Triaged, SA Demo Ready, SA Waiting, SA Followup]",
)
UNDOES_ITSELF = Code(
    "TRI044",
    "error",
    "a rule whose label ends what put it on",
    "It looks for an issue without a label and has that label on while it fails: as soon as it is on, the "
    "rule fails no more and takes it off, and so on for ever.",
    "check: {kind: stated, when: {label: needs-info, on: false}}\nwhile_failing: {labels: [needs-info]}",
    "check: {kind: stated, when: {label: SA POV, on: false}}\nwhile_failing: {labels: [needs-info]}",
)
KEEPS_ITSELF = Code(
    "TRI045",
    "warning",
    "a rule that needs the label that it puts on itself",
    "It never begins by itself; and once somebody puts the label on, it never ends.",
    "check: {kind: stated, when: {label: needs-info}}\nwhile_failing: {labels: [needs-info]}",
    "check: {kind: stated, when: {label: SA POV}}\nwhile_failing: {labels: [needs-info]}",
)
UNDO_EACH_OTHER = Code(
    "TRI046",
    "error",
    "rules that undo each other",
    "One's label begins another, whose label ends the first: they take turns at every look.",
    "# one: puts `a` on where `b` is off\n# two: puts `b` on where `a` is on",
    "# two: puts `b` on where `SA POV` is on",
)
KEEP_EACH_OTHER = Code(
    "TRI047",
    "warning",
    "rules that keep each other going",
    "Each needs the other's label: together they never begin, or never end.",
    "# one: puts `a` on where `b` is on\n# two: puts `b` on where `a` is on",
    "# two: puts `b` on where `SA POV` is on",
)
NEVER_SETTLES = Code(
    "TRI048",
    "error",
    "a rule that still acts once its plan was carried out",
    "Its own examples show it: after the plan the same look finds something to do again, or the same call is "
    "made anew at later looks although nobody did anything. On a board that is a note at every look.",
    "expect: [summon] # and again an hour later, and again",
    "# what the rule does ends its own condition, or is done once for each cause",
)
NEVER_ENDS = Code(
    "TRI049",
    "error",
    "a rule that repeats what does not end its condition",
    "It acts at every look for as long as the condition holds, and nothing it does changes that: it "
    "comments for ever.",
    "when the request is older than 30 days: write a comment, each time",
    "when the request is older than 30 days and `stale` is off: write a comment, put `stale` on",
)
OWN_TIMER = Code(
    "TRI050",
    "error",
    "a timer that the rule's own act restarts or stops",
    "The act counts as activity, so the time begins anew and the rule acts again after it, for ever; or it "
    "never gets as far as its end.",
    "when nothing was written for 14 days, by anybody: write a comment",
    "when no person wrote anything for 14 days: write a comment",
)
BOT_STARTS = Code(
    "TRI051",
    "error",
    "a clock that waits for a label which only rules put on",
    "What the bot does starts and ends no clock, because its instant depends on when the bot happened to "
    "look.",
    'starts: ["+sla::breached"]',
    "starts: [opened, requester_activity]",
)
NEVER_DUE = Code(
    "TRI052",
    "error",
    "a target that a board's calendar does not reach",
    "The clock would never be due, and nobody would notice.",
    "target: 3650d # counted in working hours of a calendar with one hour a week",
    "target: 5d",
)
STEP_TOO_EARLY = Code(
    "TRI053",
    "warning",
    "a step that comes before its clock begins",
    "It is as long before the due instant as the whole target, or longer: it is reached at once, and "
    "warns of nothing.",
    "target: 48h\nladder: [{at: 3d before, says: ...}]",
    "target: 48h\nladder: [{at: 12h before, says: ...}]",
)
IMPOSSIBLE = Code(
    "TRI054",
    "warning",
    "conditions that exclude each other",
    "No issue can fulfil all of them, so the rule never finds anything.",
    "when: [{label: SA POV}, {label: SA POV, on: false}]",
    "when: [{label: SA POV}]",
)
NOWHERE = Code(
    "TRI055",
    "warning",
    "a rule that is for no board that is looked after",
    "All of its boards have `active: false`: it decides nothing anywhere.",
    "boards: [emea] # and boards/emea.yaml says active: false",
    "boards: [emea, us-east]",
)
SHADOWED = Code(
    "TRI056",
    "warning",
    "a rule that looks for the same as another",
    "Same check, same requests: people are told everything twice. One of the two was to be different, or "
    "to go.",
    "# two rules with the same `check` and the same `applies_to`",
    "# one rule, with what both do",
)
OTHER_TEMPLATES = Code(
    "TRI057",
    "warning",
    "a block that is in none of the rule's templates",
    "The rule is for requests of some templates only, and none of them has the block: it never says "
    "anything.",
    "applies_to: {templates: [OKR]}\ncheck: {kind: threshold, block: Opportunity Size, ...}",
    "applies_to: {templates: [SA Activity]}\ncheck: {kind: threshold, block: Opportunity Size, ...}",
)
NO_EFFECT = Code(
    "TRI058",
    "warning",
    "a line that has no effect",
    "Such as `repair: true` where the check knows nothing to repair, or a manner for a rule that is not for "
    "the board: whoever wrote it believes that something happens.",
    "check: {kind: told, role: managers}\nwhile_failing: {repair: true}",
    "check: {kind: told, role: managers}\nwhile_failing: {status: ...}",
)
CALLS_NOBODY = Code(
    "TRI059",
    "warning",
    "a call that can reach nobody",
    "`mover` is somebody only where the check knows who moved the card, and nobody is assigned where that is "
    "what the rule finds.",
    "check: {kind: meeting, lacks: owner, ...}\nwho: [assignees]",
    "check: {kind: meeting, lacks: owner, ...}\nwho: [board.escalation]",
)
GOES_WITH_ITSELF = Code(
    "TRI060",
    "warning",
    "rules that go with themselves",
    "`goes_with` names the rule by which this one is let pass too. Itself, or one that goes with this, "
    "says nothing.",
    "id: still-incomplete\ngoes_with: still-incomplete",
    "id: still-incomplete\ngoes_with: incomplete-request",
)
UNREAD_BLOCK = Code(
    "TRI061",
    "warning",
    "a block that nothing reads",
    "It is asked for later, and nothing ever asks: no rule names it, no board insists on it. People fill "
    "it for nobody.",
    "- heading: Budget\n  severity: later",
    "- heading: Budget\n  severity: later # and a board has: insists_on: [Budget]",
)
BEGINS_ANEW = Code(
    "TRI062",
    "warning",
    "a time from GitLab's updated_at, which the rule's own act begins anew",
    "Whatever the bot writes moves updated_at, and so does a mention elsewhere. After its act the rule waits for "
    "the whole time again and then acts again, unless the act ends the condition; and when the bot writes for "
    "another rule, this one waits longer.",
    "- age: {since: updated_at, at_least: 30d, count: wall}",
    "- age: {since: updated, at_least: 30d, count: wall} # the last thing that a person did",
)
EXAMPLE_FAILS = Code(
    "TRI070",
    "error",
    "an example that does not come out as it says",
    "The rule does something else than its author believes, or the example is out of date.",
    "expect: []  # and the rule calls somebody",
    "expect: [summon]",
)
EXAMPLE_UNREADABLE = Code(
    "TRI071",
    "error",
    "an example that cannot be read",
    "A line of its timeline or its instant is none, so nothing is tested.",
    "2026-03-02T14:00Z alice opnes x",
    '2026-03-02T14:00Z alice opens "Acme demo"',
)
ONE_SIDED = Code(
    "TRI072",
    "warning",
    "examples of one kind only",
    "One that finds something and one that finds nothing show where the rule begins. With one kind alone a "
    "rule that always or never speaks passes.",
    "examples: [{..., expect: [summon]}, {..., expect: [summon]}]",
    "examples: [{..., expect: [summon]}, {..., expect: []}]",
)
BESIDE_THE_POINT = Code(
    "TRI073",
    "warning",
    "no passing example gets as far as the check",
    "In all that expect nothing the rule is not for the issue at all: another board, another template, "
    "closed. What the check itself lets pass is shown by none.",
    "- name: fine\n  board: events # a board that the rule is not for\n  expect: []",
    "- name: fine\n  board: us-east\n  expect: []",
)
UNTESTED_STEP = Code(
    "TRI074",
    "warning",
    "a step of a clock that no example reaches",
    "Its label, call or words were never tried.",
    "ladder: [{at: 80%, labels: [at-risk]}] # and no example is between 80% and the due instant",
    "- name: at four fifths\n  expect: [+at-risk]",
)
SAME_NAME = Code(
    "TRI075",
    "warning",
    "two examples by one name",
    "When one fails, nobody knows which; often the second is a copy that was to be changed.",
    "- name: late\n- name: late",
    "- name: late\n- name: late on a holiday",
)
