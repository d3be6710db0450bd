"""Labels of projects and groups. Source: https://docs.gitlab.com/api/labels/"""

import re

from app.sandbox import access, shapes
from app.sandbox.entities import PLANNER, Label, Project
from app.sandbox.errors import ApiError, bad_parameter, invalid, not_found
from app.sandbox.label_changes import delete_label
from app.sandbox.pagination import by_offset
from app.sandbox.routing import Call, Reply, Router

router = Router()
COLOR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
NAMED_COLORS = {
    "red": "#FF0000",
    "green": "#008000",
    "blue": "#0000FF",
    "black": "#000000",
    "white": "#FFFFFF",
}


@router.add("GET", "/projects/:id/labels")
@router.add("GET", "/groups/:id/labels")
def list_labels(call: Call) -> Reply:
    """By title; a project's with those of the groups above it unless told otherwise, a group's without."""
    place = call.place()
    above = call.params.boolean("include_ancestor_groups")
    labels = call.world.labels_in(place, isinstance(place, Project) if above is None else above)
    if search := call.params.string("search"):
        labels = [
            label for label in labels if search.lower() in f"{label.name} {label.description or ''}".lower()
        ]
    counts = bool(call.params.boolean("with_counts"))
    labels.sort(key=lambda label: (label.name.lower(), label.id))
    return by_offset(call, labels, lambda label: shapes.label_full(call.world, label, counts))


@router.add("GET", "/projects/:id/labels/:name")
@router.add("GET", "/groups/:id/labels/:name")
def get_label(call: Call) -> Reply:
    return Reply(shapes.label_full(call.world, _label(call, call.path["name"])))


def _label(call: Call, key: str, above: bool = True) -> Label:
    """By id, else by title, as GitLab's `find_label` does."""
    place = call.place()
    there = call.world.labels_in(place, above)
    found = next((label for label in there if key.isdigit() and label.id == int(key)), None)
    found = found or call.world.label(place, key, above)
    if found is None:
        raise not_found("Label")
    return found


@router.add("POST", "/projects/:id/labels")
@router.add("POST", "/groups/:id/labels")
def create_label(call: Call) -> Reply:
    place, params = call.place(), call.params
    call.need_level(place, PLANNER)
    for name in ("name", "color"):
        params.require(name)
    title = (params.string("name") or "").strip()
    if not title:
        raise invalid(title="can't be blank")
    if call.world.label(place, title):
        raise ApiError(409, {"message": "Label already exists"})
    label = call.world.add_label(place, title, _color(call), params.string("description"))
    label.priority = params.integer("priority")
    return Reply(shapes.label_full(call.world, label), 201)


def _color(call: Call) -> str:
    text = call.params.string("color") or ""
    color = NAMED_COLORS.get(text.lower(), text)
    if not COLOR.fullmatch(color):
        raise invalid(color="must be a valid color code")
    return color


@router.add("PUT", "/projects/:id/labels")
@router.add("PUT", "/groups/:id/labels")
@router.add("PUT", "/projects/:id/labels/:name")
@router.add("PUT", "/groups/:id/labels/:name")
def update_label(call: Call) -> Reply:
    """A new name shows in every issue and event at once, and moves nobody's updated_at."""
    place, params = call.place(), call.params
    call.need_level(place, PLANNER)
    label = _label(call, _key(call), above=False)
    if not any(name in params for name in ("new_name", "color", "description", "priority", "archived")):
        raise bad_parameter(
            "new_name, color, description, priority are missing, at least one parameter must be provided"
        )
    new_name = params.string("new_name")
    if new_name and new_name != label.name and call.world.label(place, new_name):
        raise invalid(title="has already been taken")
    label.name = new_name or label.name
    if "color" in params:
        label.color = _color(call)
    if "description" in params:
        label.description = params.string("description")
    if "priority" in params:
        label.priority = params.integer("priority")
    label.updated_at = call.now
    return Reply(shapes.label_full(call.world, label))


def _key(call: Call) -> str:
    key = call.path.get("name") or call.params.string("name") or call.params.string("label_id")
    if not key:
        raise bad_parameter("label_id, name are missing, exactly one parameter must be provided")
    return key


@router.add("DELETE", "/projects/:id/labels")
@router.add("DELETE", "/groups/:id/labels")
@router.add("DELETE", "/projects/:id/labels/:name")
@router.add("DELETE", "/groups/:id/labels/:name")
def remove_label(call: Call) -> Reply:
    call.need(access.may_plan(call.me, call.place()))
    delete_label(call.act, _label(call, _key(call), above=False))
    return Reply(status=204)
