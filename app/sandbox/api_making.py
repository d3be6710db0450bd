"""New groups and projects, and their end. Sources: https://docs.gitlab.com/api/groups/ and https://docs.gitlab.com/api/projects/"""

import re

from app.sandbox import access, place_shapes
from app.sandbox.entities import DEVELOPER, OWNER
from app.sandbox.errors import ApiError, bad_parameter, invalid, not_found
from app.sandbox.repository import FIRST, Commit, Repository
from app.sandbox.routing import Call, Reply, Router

router = Router()
PATH = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
VISIBILITIES = ("private", "internal", "public")


def _path(call: Call) -> str:
    found = call.params.string("path") or (call.params.string("name") or "").lower().replace(" ", "-")
    if not PATH.fullmatch(found):
        raise invalid(path="can contain only letters, digits, '_', '-' and '.'.")
    return found


@router.add("POST", "/groups")
def create_group(call: Call) -> Reply:
    """At the top for administrators alone here; inside a group for its Owners. Whoever makes it owns it."""
    for name in ("name", "path"):
        call.params.require(name)
    number = call.params.integer("parent_id")
    parent = call.world.groups.get(number) if number is not None else None
    if number is not None and (parent is None or not access.may_read_group(call.world, call.me, parent)):
        raise not_found("Group")
    call.need(access.level(call.me, parent) >= OWNER if parent else call.me.admin)
    full = f"{parent.full_path}/{_path(call)}" if parent else _path(call)
    if call.world.group(full) or call.world.project(full):
        raise ApiError(400, {"message": 'Failed to save group {:path=>["has already been taken"]}'})
    group = call.world.add_group(full)
    group.name = call.params.string("name") or group.name
    call.world.add_member(group, call.me, OWNER)
    return Reply(place_shapes.group(call.world, group), 201)


@router.add("POST", "/projects")
def create_project(call: Call) -> Reply:
    """In a group, for its Developers and above; with an empty repository unless a README is asked for."""
    params = call.params
    if "name" not in params and "path" not in params:
        raise bad_parameter("name, path are missing, at least one parameter must be provided")
    params.require("namespace_id")  # personal projects are not here
    group = call.world.groups.get(params.integer("namespace_id") or 0)
    if group is None or access.level(call.me, group) < DEVELOPER:
        raise ApiError(400, {"message": {"namespace": ["is not valid"]}})
    path = _path(call)
    if call.world.project(f"{group.full_path}/{path}"):
        raise invalid(path="has already been taken")
    visibility = params.choice("visibility", VISIBILITIES, "private")
    project = call.world.add_project(group, path, visibility)  # type: ignore[arg-type]
    project.name = params.string("name") or project.name
    project.repository = Repository()
    if params.boolean("initialize_with_readme"):
        readme = Commit("Initial commit", call.me.name, call.now, {"README.md": f"# {project.name}\n"})
        project.repository.put(params.string("default_branch") or FIRST, readme)
    return Reply(place_shapes.project(call.world, project), 201)


@router.add("DELETE", "/projects/:id")
def delete_project(call: Call) -> Reply:
    """At once; GitLab keeps it for some days first."""
    project, world = call.project(), call.world
    call.need_level(project, OWNER)
    for issue in project.issues.values():
        del world.issues[issue.id]
    world.labels = {key: label for key, label in world.labels.items() if label.project is not project}
    del world.projects[project.id]
    return Reply({"message": "202 Accepted"}, 202)


@router.add("GET", "/groups/:id/hooks")
def list_group_hooks(call: Call) -> Reply:
    """Premium's; without it GitLab has no such address. For Owners. Here no group has any."""
    group = call.group()
    if not call.world.premium:
        raise ApiError(404, {"error": "404 Not Found"})
    call.need_level(group, OWNER)
    return Reply([])
