"""Read-only HTML pages, so that a person can look at a project and an issue. What people wrote is escaped."""

import re
from collections.abc import Sequence
from datetime import datetime
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from app.sandbox.clock import stamp
from app.sandbox.entities import Issue, Label, Note, Project
from app.sandbox.errors import ApiError
from app.sandbox.routing import Reply
from app.sandbox.shapes import sorted_labels, text_color
from app.sandbox.world import World

COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
SHOWN_TAG = re.compile(r"&lt;(/?(?:sub|details|summary))&gt;")
TASK = re.compile(r"(<li>\s*(?:<p>)?)\[([ xX])\] ")
ISSUE_PATH = re.compile(r"(?P<path>.+)/-/(?:issues|work_items)/(?P<iid>\d+)")
STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem; margin: .5rem 0 } h2 { font-size: 1.05rem; margin: 1.5rem 0 .25rem }
a { color: #1068bf } .dim { color: #737278; font-size: .875rem } ul.plain { list-style: none; padding: 0 }
.label, .state { border-radius: 1rem; padding: .1rem .6rem; font-size: .8rem; display: inline-block; margin: .1rem }
.opened { background: #c3e6cd; color: #0d532a } .closed { background: #cbe2f9; color: #0b5cad }
.note { border: 1px solid #8886; border-radius: .5rem; padding: .5rem 1rem; margin: .75rem 0 }
.internal { background: #fdf1dd22; border-color: #c17d10 } .system { margin: .5rem 1rem }
body:has(.columns) { max-width: 110rem } .columns { display: flex; gap: 1rem; overflow-x: auto }
.columns section { min-width: 13rem; flex: 1 }
pre { overflow-x: auto; background: #8882; padding: .5rem } table { border-collapse: collapse }
td, th { border: 1px solid #8886; padding: .2rem .5rem }
blockquote { border-left: 3px solid #8886; margin-left: 0; padding-left: 1rem }
"""


def _plain(
    _self: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType
) -> str:
    """HTML that people wrote, as text, but for the few plain tags that GitLab shows too."""
    return SHOWN_TAG.sub(r"<\1>", escape(COMMENT.sub("", tokens[at].content)))


_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_MARKDOWN.add_render_rule("html_block", _plain)
_MARKDOWN.add_render_rule("html_inline", _plain)


def rendered(text: str) -> str:
    """Markdown as HTML; HTML in it is shown as text but for `SHOWN_TAG`, comments are dropped, tasks get a box."""
    html = str(_MARKDOWN.render(text))
    return TASK.sub(lambda task: f"{task[1]}{'☐' if task[2] == ' ' else '☑'} ", html)


def page(world: World, path: str) -> Reply:
    """The page at a decoded path: projects, a project with its board, or an issue; 404 for anything else."""
    path = path.strip("/")
    if not path:
        return _html("Projects", _projects(world))
    if found := ISSUE_PATH.fullmatch(path):
        project = world.project(found["path"])
        issue = project.issues.get(int(found["iid"])) if project else None
        if issue:
            return _html(f"{issue.title} (#{issue.iid})", _issue(issue))
    project = (
        world.project(re.sub(r"/-/(issues|work_items|boards)(/\d+)?$", "", path))
        if "/-/" in path
        else world.project(path)
    )
    if project and not found:
        return _html(project.name, _project(project))
    raise ApiError(404, "There is no such page in this sandbox.\n")


def _html(title: str, body: str) -> Reply:
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f'<body><p class="dim"><a href="/">Sandbox GitLab</a>, read-only</p>{body}</body></html>'
    )
    return Reply(text, headers={"Content-Type": "text/html; charset=utf-8"})


def _projects(world: World) -> str:
    rows = [
        f'<li><a href="/{escape(p.full_path)}">{escape(p.full_path)}</a> '
        f'<span class="dim">{sum(i.state == "opened" for i in p.issues.values())} open</span></li>'
        for p in world.projects.values()
    ]
    return f"<h1>Projects</h1><ul class='plain'>{''.join(rows)}</ul>"


def _project(project: Project) -> str:
    """Columns as on the board: Open holds what carries no list's label."""
    lists = [each.label for board in project.boards[:1] for each in board.lists]
    opened = [issue for issue in project.issues.values() if issue.state == "opened"]
    columns = [("Open", [i for i in opened if not set(i.labels) & set(lists)])]
    columns += [(label.name, [i for i in opened if label in i.labels]) for label in lists]
    columns.append(("Closed", [i for i in project.issues.values() if i.state == "closed"]))
    shown = [
        f"<section><h2>{escape(name)} <span class='dim'>{len(issues)}</span></h2>"
        f"{''.join(map(_card, issues[-100:]))}</section>"
        for name, issues in columns
    ]
    return f"<h1>{escape(project.full_path)}</h1><div class='columns' tabindex='0'>{''.join(shown)}</div>"


def _card(issue: Issue) -> str:
    people = ", ".join(f"@{user.username}" for user in issue.assignees)
    return (
        f"<div class='note'><a href='{_address(issue)}'>{escape(issue.title)}</a> "
        f"<span class='dim'>#{issue.iid} {escape(people)}</span><br>{''.join(map(_badge, sorted_labels(issue)))}</div>"
    )


def _address(issue: Issue) -> str:
    return f"/{escape(issue.project.full_path)}/-/issues/{issue.iid}"


def _badge(label: Label) -> str:
    color = escape(label.color)
    return f"<span class='label' style='background:{color};color:{text_color(label.color)}'>{escape(label.name)}</span>"


def _issue(issue: Issue) -> str:
    people = (
        ", ".join(f"{escape(user.name)} (@{escape(user.username)})" for user in issue.assignees) or "nobody"
    )
    hidden = " <span class='label internal'>Confidential</span>" if issue.confidential else ""
    due = f", due {issue.due_on}" if issue.due_on else ""
    moved = (
        f"<p>Moved to <a href='{_address(issue.moved_to)}'>{_address(issue.moved_to)}</a></p>"
        if issue.moved_to
        else ""
    )
    notes = sorted(issue.notes, key=lambda note: (note.created_at, note.id))
    labels = "".join(map(_badge, sorted_labels(issue)))
    path = escape(issue.project.full_path)
    return (
        f"<p class='dim'><a href='/{path}'>{path}</a> #{issue.iid}</p><h1>{escape(issue.title)}</h1>"
        f"<p><span class='state {issue.state}'>{issue.state}</span>{hidden} {labels}</p>"
        f"<p class='dim'>Opened {_when(issue.created_at)} by {escape(issue.author.name)} "
        f"(@{escape(issue.author.username)}). Assigned to {people}{due}.</p>{moved}"
        f"<article>{rendered(issue.description or '')}</article><h2>Activity</h2>{''.join(map(_note, notes))}"
    )


def _when(at: datetime) -> str:
    """An instant for people, to the minute; the exact one stands in its title."""
    return f"<time datetime='{stamp(at)}' title='{stamp(at)}'>{at:%a} {at.day} {at:%b %Y, %H:%M} UTC</time>"


def _note(note: Note) -> str:
    who = f"{escape(note.author.name)} (@{escape(note.author.username)})"
    when = f"<span class='dim'>{_when(note.created_at)}</span>"
    if note.system:
        return f"<div class='system dim'>{who} {escape(note.body)} {when}</div>"
    edited = " <span class='dim'>edited</span>" if note.updated_by else ""
    kind = "note internal" if note.internal else "note"
    mark = " <b>Internal note</b>" if note.internal else ""
    return f"<div class='{kind}' id='note_{note.id}'><b>{who}</b> {when}{edited}{mark}{rendered(note.body)}</div>"
