"""A project's CI variables and pipeline schedules; nothing is ever run by them. Sources:
https://docs.gitlab.com/api/project_level_variables/ and https://docs.gitlab.com/api/pipeline_schedules/"""

import re

from app.sandbox import access, shapes
from app.sandbox.clock import stamp
from app.sandbox.entities import DEVELOPER, MAINTAINER, Project, Schedule, Variable
from app.sandbox.errors import ApiError, forbidden, invalid, not_found
from app.sandbox.pagination import by_offset
from app.sandbox.routing import Call, Reply, Router
from app.sandbox.shapes import Json

router = Router()
VARIABLE = "/projects/:id/variables/:key"
SCHEDULES = "/projects/:id/pipeline_schedules"
KEY = re.compile(r"\w{1,255}", re.ASCII)
# What GitLab can mask: https://docs.gitlab.com/ci/variables/#mask-a-cicd-variable
MASKABLE = re.compile(r"\S{8,}")
CRON = re.compile(r"(\S+\s+){4}\S+")


def _variable(variable: Variable) -> Json:
    """A hidden one's value is never shown again."""
    return {
        "variable_type": variable.kind,
        "key": variable.key,
        "value": None if variable.hidden else variable.value,
        "protected": variable.protected,
        "masked": variable.masked,
        "hidden": variable.hidden,
        "raw": variable.raw,
        "environment_scope": variable.scope,
        "description": variable.description,
    }


def _administered(call: Call) -> Project:
    project = call.project()
    call.need_level(project, MAINTAINER)
    return project


def _set(call: Call, variable: Variable) -> None:
    params = call.params
    variable.value = params.string("value") if "value" in params else variable.value  # type: ignore[assignment]
    for name in ("protected", "masked", "raw"):
        if (flag := params.boolean(name)) is not None:
            setattr(variable, name, flag)
    if params.boolean("masked_and_hidden"):
        variable.masked = variable.hidden = True
    if "description" in params:
        variable.description = params.string("description")
    if variable.masked and not MASKABLE.fullmatch(variable.value):
        raise invalid(value="is invalid")


@router.add("GET", "/projects/:id/variables")
def list_variables(call: Call) -> Reply:
    return by_offset(call, list(_administered(call).variables.values()), _variable)


def _one(call: Call) -> Variable:
    """The one with the key, and the scope where that is said; 409 where several are."""
    wanted = call.params.inner("filter").string("environment_scope")
    found = [v for v in _administered(call).variables.values() if v.key == call.path["key"]]
    found = [v for v in found if wanted in (None, v.scope)]
    if not found:
        raise not_found("Variable")
    if len(found) > 1:
        said = "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'"
        raise ApiError(409, {"message": f"409 Conflict: {said}"})
    return found[0]


@router.add("GET", VARIABLE)
def get_variable(call: Call) -> Reply:
    return Reply(_variable(_one(call)))


def _place(variable: Variable) -> str:
    """A project may have several of one key, each for other environments."""
    return f"{variable.key} {variable.scope}"


@router.add("POST", "/projects/:id/variables")
def create_variable(call: Call) -> Reply:
    project = _administered(call)
    for name in ("key", "value"):
        call.params.require(name)
    key = call.params.string("key") or ""
    if not KEY.fullmatch(key):
        raise invalid(key="can contain only letters, digits and '_'.")
    made = Variable(key, "", scope=call.params.string("environment_scope") or "*")
    if _place(made) in project.variables:
        raise invalid(key=f"({key}) has already been taken")
    _set(call, made)
    project.variables[_place(made)] = made
    return Reply(_variable(made), 201)


@router.add("PUT", VARIABLE)
def update_variable(call: Call) -> Reply:
    variable = _one(call)
    _set(call, variable)
    return Reply(_variable(variable))


@router.add("DELETE", VARIABLE)
def delete_variable(call: Call) -> Reply:
    del call.project().variables[_place(_one(call))]
    return Reply(status=204)


def _schedule(call: Call, schedule: Schedule, whole: bool = True) -> Json:
    """Its variables are shown with the schedule itself, and not in lists."""
    shown = {
        "id": schedule.id,
        "description": schedule.description,
        "ref": schedule.ref,
        "cron": schedule.cron,
        "cron_timezone": schedule.zone,
        "next_run_at": None,
        "active": schedule.active,
        "created_at": stamp(schedule.created_at),
        "updated_at": stamp(schedule.updated_at),
        "owner": shapes.user_basic(call.world, schedule.owner),
    }
    if whole:
        rows = [_variable(v) for v in schedule.variables.values()]
        shown["variables"] = [
            {name: row[name] for name in ("key", "variable_type", "value", "raw")} for row in rows
        ]
    return shown


@router.add("GET", SCHEDULES)
def list_schedules(call: Call) -> Reply:
    project = call.project()
    call.need(access.may_read_files(call.user, project))
    return by_offset(call, list(project.schedules.values()), lambda each: _schedule(call, each, whole=False))


def _scheduled(call: Call) -> Schedule:
    found = call.project().schedules.get(call.number("schedule"))
    if found is None:
        raise not_found("Pipeline Schedule")
    return found


def _own(call: Call) -> Schedule:
    """For its owner, and for Maintainers; GitLab has these take it over first, before they edit it."""
    found = _scheduled(call)
    call.need_level(call.project(), DEVELOPER)
    if found.owner is not call.user and access.level(call.user, call.project()) < MAINTAINER:
        raise forbidden()
    return found


@router.add("GET", f"{SCHEDULES}/:schedule")
def get_schedule(call: Call) -> Reply:
    call.need(access.may_read_files(call.user, call.project()))
    return Reply(_schedule(call, _scheduled(call)))


def _ref(text: str) -> str:
    """As newer versions keep it, whole."""
    return text if text.startswith("refs/") else f"refs/heads/{text}"


def _arrange(call: Call, schedule: Schedule) -> None:
    params = call.params
    schedule.description = params.string("description") or schedule.description
    schedule.ref = _ref(params.string("ref") or schedule.ref)
    schedule.zone = params.string("cron_timezone") or schedule.zone
    cron = params.string("cron") or schedule.cron
    if not CRON.fullmatch(cron.strip()):
        raise invalid(cron="syntax is invalid")
    schedule.cron = cron
    if (active := params.boolean("active")) is not None:
        schedule.active = active
    schedule.updated_at = call.now


@router.add("POST", SCHEDULES)
def create_schedule(call: Call) -> Reply:
    project = call.project()
    call.need_level(project, DEVELOPER)
    for name in ("description", "ref", "cron"):
        call.params.require(name)
    made = Schedule(0, "", "", "", "UTC", True, call.me, call.now, call.now)
    _arrange(call, made)
    made.id = call.world.next_id("schedule")
    project.schedules[made.id] = made
    return Reply(_schedule(call, made), 201)


@router.add("PUT", f"{SCHEDULES}/:schedule")
def update_schedule(call: Call) -> Reply:
    schedule = _own(call)
    _arrange(call, schedule)
    return Reply(_schedule(call, schedule))


@router.add("DELETE", f"{SCHEDULES}/:schedule")
def delete_schedule(call: Call) -> Reply:
    del call.project().schedules[_own(call).id]
    return Reply(status=204)


@router.add("POST", f"{SCHEDULES}/:schedule/variables")
def create_schedule_variable(call: Call) -> Reply:
    schedule = _own(call)
    for name in ("key", "value"):
        call.params.require(name)
    key = call.params.string("key") or ""
    if key in schedule.variables:
        raise invalid(key="has already been taken")
    schedule.variables[key] = Variable(key, call.params.string("value") or "")
    return Reply(_variable(schedule.variables[key]), 201)


@router.add("DELETE", f"{SCHEDULES}/:schedule/variables/:key")
def delete_schedule_variable(call: Call) -> Reply:
    schedule = _own(call)
    found = schedule.variables.pop(call.path["key"], None)
    if found is None:
        raise not_found("Variable")
    return Reply(_variable(found), 202)
