"""Codes of what `triage rules check --online` finds: files that do not agree with GitLab as it is now."""

from app.core.codes.code import Code

NO_PROJECT = Code(
    "TRI080",
    "error",
    "a board whose project is not there",
    "Its path was changed, it was deleted, or the bot is no member: nothing of the board can be looked "
    "after.",
    "project: group/old-name",
    "project: group/new-name",
)
ARCHIVED = Code(
    "TRI081",
    "error",
    "a board whose project is archived",
    "GitLab takes no changes there. A board that is over has `active: false`.",
    "project: group/old # archived",
    "project: group/old\nactive: false",
)
LABEL_MISSING = Code(
    "TRI082",
    "warning",
    "a label that the board's project and its groups do not have",
    "What people cannot put on is never found; and the bot's putting it on makes a label of the project's "
    "own, without description and in a colour by chance. Make it in the group once, for all boards.",
    "while_failing: {labels: [needs-info]} # and no such label in GitLab",
    "# the label is made in the group",
)
NO_SUCH_USER = Code(
    "TRI083",
    "warning",
    "a person whom GitLab does not know",
    "The username was misspelt or changed, or the account is gone: whoever is meant counts for nothing "
    "and hears nothing.",
    "sas: [smm]",
    "sas: [sam]",
)
NO_MEMBER = Code(
    "TRI084",
    "warning",
    "a person who is no member of the board's project",
    "GitLab assigns only members, and a mention in a private project reaches none but them.",
    "escalation: [maria] # no member",
    "# maria is added to the project or to a group above it",
)
GROUP_UNSEEN = Code(
    "TRI085",
    "error",
    "a group of SAs that the bot may not see",
    "Without its members nobody can tell who is an SA, so no issue of the board is looked after.",
    "sas: [group/solutions-architects] # private, and the bot is no member",
    "# the bot is added to the group as a guest",
)
TEMPLATE_MISSING = Code(
    "TRI086",
    "warning",
    "a template that the board's project does not have",
    "People cannot choose it when they open an issue, and write what they like.",
    "template: SA Activity # and .gitlab/issue_templates has none of that name",
    "# .gitlab/issue_templates/SA Activity.md is added to the project",
)
TEMPLATE_DIFFERS = Code(
    "TRI087",
    "warning",
    "a template that differs from ours",
    "What people are given asks for other things than what the rules look for. Copy the file to the project, "
    "or raise its version here and keep the old text in `earlier`.",
    "# the project's text has other headings",
    "# both texts are the same",
)
BOT_IS_NAMED = Code(
    "TRI088",
    "warning",
    "a bot among the people of a board",
    "What the bot does counts for no clock, and it is never called: as an SA or a holder of a role it is "
    "nobody.",
    "sas: [sam, triage-bot]",
    "sas: [sam]",
)
ROLE_TOO_LOW = Code(
    "TRI089",
    "error",
    "a board on which the bot may not do its work",
    "Below the Planner role GitLab answers that all went well and changes neither labels nor assignees.",
    "# the bot is a Guest of the project",
    "# the bot is a Planner of the project, or of a group above it",
)
