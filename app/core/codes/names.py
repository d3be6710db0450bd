"""Codes of names: what is named and does not exist, and people who cannot be meant."""

from app.core.codes.code import Code

NO_BOARD = Code(
    "TRI020",
    "error",
    "a board that does not exist",
    "The rule would not hold where it was meant to.",
    "boards: [us-eats]",
    "boards: [us-east]",
)
NO_TEMPLATE = Code(
    "TRI021",
    "error",
    "a template that does not exist",
    "No request follows it, so nothing would ever be asked by it.",
    "templates: [OKRs]",
    "templates: [OKR]",
)
NO_CALENDAR = Code(
    "TRI022",
    "error",
    "a calendar that does not exist",
    "Without one no deadline can be counted.",
    "calendar: us-eats",
    "calendar: us-east",
)
NO_BLOCK = Code(
    "TRI023",
    "error",
    "a block that no template has",
    "What nobody can write is never found.",
    "block: SA Aks",
    "block: SA Asks",
)
NO_CHOICE = Code(
    "TRI024",
    "error",
    "a choice that the block does not know",
    "The block's validator names its options; a condition on another one never holds.",
    "{block: Hosting, says: [onsite]}",
    "{block: Hosting, says: [on-site]}",
)
NO_RULE = Code(
    "TRI025",
    "error",
    "a rule that does not exist",
    "What was said of it holds for none.",
    "manners: {unexpected: ask}",
    "manners: {unexpected-move: ask}",
)
NO_LABEL = Code(
    "TRI026",
    "error",
    "a label by which a clock or a table runs, and that labels.yaml does not know",
    "The clock would never start, stop or stand still by it.",
    "paused_while: [SA Wating]",
    "paused_while: [SA Waiting]",
)
STRANGE_LABEL = Code(
    "TRI027",
    "warning",
    "a label that neither labels.yaml nor any rule knows",
    "A condition on a label that nobody puts on holds never, or always. Name it in labels.yaml if people "
    "use it.",
    "when: {label: SA POVs}",
    "when: {label: SA POV}",
)
NOBODY_HOLDS = Code(
    "TRI028",
    "error",
    "a role that nobody holds on one of the rule's boards",
    "A call to nobody is heard by nobody.",
    "who: [role security] # and the board has no such role",
    "roles: {security: [maria]} # in the board's file",
)
NO_WORD = Code(
    "TRI029",
    "error",
    "a word that a text takes from the board, and the board does not give",
    "The text would have a hole on that board.",
    'text: "See {{ words.small_deals }}." # and the board has none',
    "words: {small_deals: the desk for small deals} # in the board's file",
)
ODD_NAME = Code(
    "TRI030",
    "error",
    "a username that GitLab does not allow",
    "Nobody can have it, so whoever is meant counts for nothing and is never told. Write the username, "
    "without @, not the name or the address.",
    "escalation: [maria@example.com]",
    "escalation: [maria]",
)
LONE_ESCALATION = Code(
    "TRI031",
    "warning",
    "the only SA of a board is its escalation too",
    "Whoever is late is then told of it as the manager, and the bot assigns the escalation nothing: no "
    "request of the board ever gets an owner.",
    "sas: [maria]\nescalation: [maria]",
    "sas: [sam, maria]\nescalation: [maria]",
)
NO_SA_LEFT = Code(
    "TRI032",
    "warning",
    "a board on which no SA counts any more",
    "Every `until` of its SAs is past, so that nobody there can answer a clock.",
    "sas: [{name: sam, until: 2020-01-01}]",
    "sas: [{name: sam, until: 2020-01-01}, sofia]",
)
NOT_BEGUN = Code(
    "TRI033",
    "warning",
    "a board whose `since` is still to come",
    "Until that day every request is left out: reported, and given no note, label or call.",
    "since: 2062-01-01",
    "since: 2026-01-01",
)
