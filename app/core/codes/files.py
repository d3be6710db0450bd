"""Codes of files and values: what cannot be read, or is read otherwise than it was meant."""

from app.core.codes.code import Code

UNREADABLE = Code(
    "TRI001",
    "error",
    "a file that cannot be read",
    "A ruleset is taken whole or not at all: a file that is missing, may not be read or is no UTF-8 text "
    "would leave a part of it out in silence.",
    "rules/texts/status.md is missing",
    "every file is there, saved as UTF-8",
)
NO_YAML = Code(
    "TRI002",
    "error",
    "text that is no YAML",
    "Nothing of the file can be understood. Often a quote is left open, or a line is indented by a tab.",
    'summary: "Whoever asks hears from an SA',
    'summary: "Whoever asks hears from an SA"',
)
TWICE = Code(
    "TRI003",
    "error",
    "a key that is given twice",
    "YAML readers keep the last one and say nothing, so half of what was written would not hold.",
    "target: 48h\ntarget: 24h",
    "target: 48h",
)
UNKNOWN_KEY = Code(
    "TRI004",
    "error",
    "a key that does not exist",
    "A misspelt key would be passed over, and the rule would do less than its author believes.",
    "while_failling:\n  labels: [x]",
    "while_failing:\n  labels: [x]",
)
MISSING_KEY = Code(
    "TRI005",
    "error",
    "a key that is missing",
    "Without it the file does not say what is to be done.",
    "check: {clock: activity}",
    "check: {kind: sla, clock: activity}",
)
UNKNOWN_VALUE = Code(
    "TRI006",
    "error",
    "a value that is none of those there are",
    "Only a few words are known here, and this is none of them.",
    "kind: slaa",
    "kind: sla",
)
NO_TEXT = Code(
    "TRI007",
    "error",
    "a number, a yes or nothing where a text is wanted",
    "Without quotes YAML reads 007 as a number, true as a yes, and ~ or a blank as nothing. `no`, `on`, "
    "`off`, `12:30` and dates stay texts here, as YAML 1.2 has it; older readers make a no, minutes or a "
    "day of them.",
    "labels: [2026]",
    'labels: ["2026"]',
)
INVALID = Code(
    "TRI008",
    "error",
    "a value that cannot be used",
    "It has the right key and the wrong content: a length that is none, a day that does not exist, two "
    "things that do not go together.",
    "target: 2 days",
    "target: 48h",
)
NO_KEY = Code(
    "TRI009",
    "error",
    "braces or << that YAML takes for its own",
    "A text that begins with {{ is a mapping to YAML, and << merges one into another, which our files do not "
    "do: what holds is to stand where it is read.",
    "text: {{ due }}",
    'text: "{{ due }}"',
)
OLD_NUMBER = Code(
    "TRI010",
    "warning",
    "a number that older YAML reads otherwise",
    "010 is ten here and eight to readers of YAML 1.1; 1_000 is a text here and a thousand there. Whoever "
    "opens the file with another tool sees another number.",
    "version: 010",
    "version: 10",
)
CUT_OFF = Code(
    "TRI011",
    "warning",
    "a text that ends at a #",
    "Without quotes a blank and a # begin a comment, so what follows is not part of the text.",
    "summary: Waits for issue #12",
    'summary: "Waits for issue #12"',
)
OTHER_NAME = Code(
    "TRI012",
    "error",
    "a file whose name is not its id",
    "Rules and boards are found by their file's name; two names for one thing lead astray.",
    "# rules/late-activity.yaml\nid: late-answer",
    "# rules/late-activity.yaml\nid: late-activity",
)
CLAIMED_TWICE = Code(
    "TRI013",
    "error",
    "one thing that two files claim",
    "Two boards of one project, or two templates with one id: nobody can tell which one is meant.",
    "# boards/a.yaml and boards/b.yaml\nproject: group/triage",
    "# each board has a project of its own",
)
UNFIT_TEMPLATE = Code(
    "TRI014",
    "error",
    "a template whose text and file do not fit together",
    "The file says what the blocks of the text must amount to. A block that is not in the text is never "
    "filled.",
    "# Demo request.md has no such heading\n- heading: Demo Gaols",
    "- heading: Demo Goals",
)
RESERVED_NAME = Code(
    "TRI015",
    "error",
    "a rule by a name of the program's own",
    "The keys of notes begin with the rule's id; these names are used for the program's own notes.",
    "id: status",
    "id: late-status",
)
LOOSE_NAME = Code(
    "TRI016",
    "warning",
    "a label that differs from a known one by case or blanks only",
    "To GitLab these are two labels: the rule would look for one that nobody puts on, or make a second one.",
    "label: SA-POV",
    "label: SA POV # as labels.yaml has it",
)
BAD_CALENDAR = Code(
    "TRI017",
    "error",
    "a calendar that does not fit together",
    "Deadlines are counted by it: an unknown zone or country, hours that end before they begin, a day that "
    "stands in two places.",
    'mon: [["17:00", "09:00"]]',
    'mon: [["09:00", "17:00"]]',
)
BAD_TEXT = Code(
    "TRI018",
    "error",
    "a text that cannot be filled in, or names a placeholder that does not exist",
    "It would fail when it is to be written, on an issue in front of people. Each check says which "
    "placeholders it has.",
    "text: The answer is due by {{ deu }}.",
    "text: The answer is due by {{ due }}.",
)
NO_WHY = Code(
    "TRI019",
    "warning",
    "a rule that does not say why",
    "Whoever is reminded asks why, and whoever wants to change the rule must know what it is for.",
    'why: ""',
    'why: "Handbook, Triage of Issues: SLA for activity is 48 hours."',
)
