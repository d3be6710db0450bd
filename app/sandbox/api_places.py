"""Who and where: version, users, tokens, projects, groups and templates. Source: https://docs.gitlab.com/api/api_resources/"""

from app.sandbox import access, place_shapes, templates
from app.sandbox.clock import stamp
from app.sandbox.entities import OWNER, Project
from app.sandbox.errors import bad_parameter, not_found
from app.sandbox.pagination import by_offset
from app.sandbox.routing import Call, Reply, Router
from app.sandbox.world import TokenFacts

router = Router()
VERSION, REVISION = "19.5.0", "5a4db0c1e57"


@router.add("GET", "/version")
def get_version(call: Call) -> Reply:
    call.need(True)
    return Reply({"version": VERSION, "revision": REVISION})


@router.add("GET", "/metadata")
def get_metadata(call: Call) -> Reply:
    call.need(True)
    kas = {"enabled": False, "externalUrl": None, "version": None}
    return Reply({"version": VERSION, "revision": REVISION, "kas": kas, "enterprise": call.world.premium})


@router.add("GET", "/user")
def get_me(call: Call) -> Reply:
    return Reply(place_shapes.user_self(call.world, call.me))


@router.add("GET", "/users")
def list_users(call: Call) -> Reply:
    call.need(True)
    users = list(call.world.users.values())
    if username := call.params.string("username"):
        users = [user for user in users if user.username.lower() == username.lower()]
    if search := call.params.string("search"):
        users = [user for user in users if search.lower() in f"{user.username} {user.name}".lower()]
    return by_offset(call, users[::-1], lambda user: place_shapes.user_public(call.world, user))


@router.add("GET", "/users/:user")
def get_user(call: Call) -> Reply:
    call.need(True)
    found = call.world.users.get(call.number("user"))
    if found is None:
        raise not_found("User")
    return Reply(place_shapes.user_public(call.world, found))


@router.add("GET", "/personal_access_tokens/self")
def get_token(call: Call) -> Reply:
    user = call.me
    facts = call.world.token_facts.get(call.token, TokenFacts())
    return Reply(
        {
            "id": user.id,
            "name": f"sandbox token of {user.username}",
            "revoked": False,
            "created_at": stamp(user.created_at),
            "description": None,
            "scopes": list(facts.scopes),
            "user_id": user.id,
            "last_used_at": stamp(call.now),
            "active": True,
            "expires_at": facts.expires_at.isoformat() if facts.expires_at else None,
        }
    )


def _project_page(call: Call, projects: list[Project]) -> Reply:
    """Those that the user may see and asked for, newest first unless sorted otherwise."""
    params, user = call.params, call.user
    least = params.integer("min_access_level") or (1 if params.boolean("membership") else 0)
    shown = [p for p in projects if access.may_read_project(user, p) and access.level(user, p) >= least]
    if (archived := params.boolean("archived")) is not None:
        shown = [p for p in shown if p.archived == archived]
    if search := params.string("search"):
        shown = [p for p in shown if search.lower() in f"{p.name} {p.path}".lower()]
    order = params.choice(
        "order_by", ("id", "name", "path", "created_at", "updated_at", "last_activity_at"), "created_at"
    )
    by_name = order in ("name", "path")
    descending = params.choice("sort", ("asc", "desc"), "desc") == "desc"
    shown.sort(key=lambda p: (p.path if by_name else "", p.id), reverse=descending)
    return by_offset(call, shown, lambda p: place_shapes.project(call.world, p))


@router.add("GET", "/projects")
def list_projects(call: Call) -> Reply:
    return _project_page(call, list(call.world.projects.values()))


@router.add("GET", "/projects/:id")
def get_project(call: Call) -> Reply:
    project = call.project()
    held = access.level(call.user, project) if call.user else None
    return Reply(place_shapes.project(call.world, project, held))


@router.add("POST", "/projects/:id/archive")
@router.add("POST", "/projects/:id/unarchive")
def archive_project(call: Call) -> Reply:
    """Only told of: what GitLab refuses in an archived project is taken here all the same."""
    project = call.project()
    call.need_level(project, OWNER)
    project.archived = call.raw_path.endswith("/archive")
    return Reply(place_shapes.project(call.world, project), 201)


@router.add("GET", "/groups")
def list_groups(call: Call) -> Reply:
    groups = [g for g in call.world.groups.values() if access.may_read_group(call.world, call.user, g)]
    if search := call.params.string("search"):
        groups = [g for g in groups if search.lower() in f"{g.name} {g.full_path}".lower()]
    groups.sort(key=lambda g: (g.name, g.id))
    return by_offset(call, groups, lambda g: place_shapes.group(call.world, g))


@router.add("GET", "/groups/:id")
def get_group(call: Call) -> Reply:
    return Reply(place_shapes.group(call.world, call.group()))


@router.add("GET", "/groups/:id/projects")
def list_group_projects(call: Call) -> Reply:
    below = bool(call.params.boolean("include_subgroups"))
    return _project_page(call, call.world.projects_in(call.group(), below))


@router.add("GET", "/groups/:id/subgroups")
def list_subgroups(call: Call) -> Reply:
    parent = call.group()
    groups = [g for g in call.world.groups.values() if g.parent is parent]
    shown = [g for g in groups if access.may_read_group(call.world, call.user, g)]
    return by_offset(call, shown, lambda g: place_shapes.group(call.world, g))


@router.add("GET", "/projects/:id/templates/:kind")
def list_templates(call: Call) -> Reply:
    project = call.project()
    _only_issue_templates(call)
    names = list(templates.issue_templates(project, call.world.templates_dir))
    return by_offset(call, names, lambda name: {"key": name, "name": name})


@router.add("GET", "/projects/:id/templates/:kind/:name")
def get_template(call: Call) -> Reply:
    project = call.project()
    _only_issue_templates(call)
    text = templates.issue_templates(project, call.world.templates_dir).get(call.path["name"])
    if text is None:
        raise not_found("Template")
    return Reply({"name": call.path["name"], "content": text})


def _only_issue_templates(call: Call) -> None:
    kinds = ("dockerfiles", "gitignores", "gitlab_ci_ymls", "licenses", "issues", "merge_requests")
    if call.path["kind"] not in kinds:
        raise bad_parameter("type does not have a valid value")
    if call.path["kind"] != "issues":
        raise not_found("Template")
