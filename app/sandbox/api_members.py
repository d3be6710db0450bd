"""Members of projects and groups. Source: https://docs.gitlab.com/api/members/"""

from typing import Any

from app.sandbox import place_shapes
from app.sandbox.access import members_of
from app.sandbox.entities import LEVELS, MAINTAINER, OWNER, Group, Member, Project, User
from app.sandbox.errors import ApiError, bad_parameter, not_found
from app.sandbox.pagination import by_offset
from app.sandbox.routing import Call, Reply, Router

router = Router()


def _page(call: Call, inherited: bool) -> Reply:
    place = call.place()
    call.need(True)
    members = sorted(members_of(place, inherited).values(), key=lambda member: member.user.id)
    if query := call.params.string("query"):
        members = [m for m in members if query.lower() in f"{m.user.username} {m.user.name}".lower()]
    if (numbers := call.params.integers("user_ids")) is not None:
        members = [m for m in members if m.user.id in numbers]
    return by_offset(call, members, lambda member: place_shapes.member(call.world, member))


@router.add("GET", "/projects/:id/members")
@router.add("GET", "/groups/:id/members")
def list_members(call: Call) -> Reply:
    return _page(call, inherited=False)


@router.add("GET", "/projects/:id/members/all")
@router.add("GET", "/groups/:id/members/all")
def list_all_members(call: Call) -> Reply:
    return _page(call, inherited=True)


def _one(call: Call, inherited: bool) -> Reply:
    call.need(True)
    found = members_of(call.place(), inherited).get(call.number("user"))
    if found is None:
        raise not_found()
    return Reply(place_shapes.member(call.world, found))


@router.add("GET", "/projects/:id/members/all/:user")
@router.add("GET", "/groups/:id/members/all/:user")
def get_any_member(call: Call) -> Reply:
    return _one(call, inherited=True)


@router.add("GET", "/projects/:id/members/:user")
@router.add("GET", "/groups/:id/members/:user")
def get_member(call: Call) -> Reply:
    return _one(call, inherited=False)


def _managed(call: Call) -> Group | Project:
    """The place, for those who may manage its members: Maintainers of a project, Owners of a group."""
    place = call.place()
    call.need_level(place, MAINTAINER if isinstance(place, Project) else OWNER)
    return place


def _level(call: Call) -> int:
    call.params.require("access_level")
    level = call.params.integer("access_level")
    if level not in LEVELS:
        raise bad_parameter("access_level does not have a valid value")
    return level


def _shown(call: Call, member: Member, status: int) -> Reply:
    body: Any = place_shapes.member(call.world, member)
    return Reply(body, status)


@router.add("POST", "/projects/:id/members")
@router.add("POST", "/groups/:id/members")
def add_member(call: Call) -> Reply:
    place, level = _managed(call), _level(call)
    user = _user(call)
    if user.id in place.members:
        raise ApiError(409, {"message": "Member already exists"})
    member = call.world.add_member(place, user, level)
    member.expires_on = call.params.day("expires_at")
    return _shown(call, member, 201)


def _user(call: Call) -> User:
    if username := call.params.string("username"):
        found = call.world.user(username)
    else:
        call.params.require("user_id")
        found = call.world.users.get(call.params.integer("user_id") or 0)
    if found is None:
        raise not_found("User")
    return found


def _own_member(call: Call, place: Group | Project) -> Member:
    found = place.members.get(call.number("user"))
    if found is None:
        raise not_found()
    return found


@router.add("PUT", "/projects/:id/members/:user")
@router.add("PUT", "/groups/:id/members/:user")
def edit_member(call: Call) -> Reply:
    member = _own_member(call, _managed(call))
    member.level = _level(call)
    if "expires_at" in call.params:
        member.expires_on = call.params.day("expires_at")
    return _shown(call, member, 200)


@router.add("DELETE", "/projects/:id/members/:user")
@router.add("DELETE", "/groups/:id/members/:user")
def remove_member(call: Call) -> Reply:
    """Everybody may leave."""
    place = call.place() if call.number("user") == call.me.id else _managed(call)
    del place.members[_own_member(call, place).user.id]
    return Reply(status=204)
