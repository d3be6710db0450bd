"""Merge requests between branches of one project, as far as a change of files needs them. Source:
https://docs.gitlab.com/api/merge_requests/"""

from app.sandbox import access, shapes
from app.sandbox.api_repository import read_repository, written_repository
from app.sandbox.clock import stamp
from app.sandbox.entities import DEVELOPER, MAINTAINER, MergeRequest, Project
from app.sandbox.errors import ApiError, bad_parameter, not_found
from app.sandbox.pagination import by_offset
from app.sandbox.routing import Call, Reply, Router
from app.sandbox.shapes import Json

router = Router()
ONE = "/projects/:id/merge_requests/:mr"


def _shown(call: Call, project: Project, request: MergeRequest) -> Json:
    address = f"{call.world.base_url}/{project.full_path}/-/merge_requests/{request.iid}"
    return {
        "id": request.id,
        "iid": request.iid,
        "project_id": project.id,
        "source_project_id": request.fork_id or project.id,
        "target_project_id": project.id,
        "title": request.title,
        "description": request.description,
        "state": request.state,
        "created_at": stamp(request.created_at),
        "source_branch": request.source_branch,
        "target_branch": request.target_branch,
        "author": shapes.user_basic(call.world, request.author),
        "force_remove_source_branch": request.remove_source_branch,
        "web_url": address,
    }


@router.add("GET", "/projects/:id/merge_requests")
def list_merge_requests(call: Call) -> Reply:
    project = call.project()
    read_repository(call)
    found = list(project.merge_requests.values())[::-1]
    for name in ("state", "source_branch", "target_branch"):
        wanted = call.params.string(name)
        if wanted and wanted != "all":
            found = [each for each in found if getattr(each, name) == wanted]
    return by_offset(call, found, lambda each: _shown(call, project, each))


def _one(call: Call) -> MergeRequest:
    read_repository(call)
    found = call.project().merge_requests.get(call.number("mr"))
    if found is None:
        raise not_found()
    return found


@router.add("GET", ONE)
def get_merge_request(call: Call) -> Reply:
    return Reply(_shown(call, call.project(), _one(call)))


@router.add("POST", "/projects/:id/merge_requests")
def create_merge_request(call: Call) -> Reply:
    project, params = call.project(), call.params
    call.need_level(project, DEVELOPER)
    for name in ("source_branch", "target_branch", "title"):
        params.require(name)
    repository = read_repository(call)
    source, target = params.string("source_branch") or "", params.string("target_branch") or ""
    if source == target:
        raise ApiError(422, {"message": ["You can't use same project/branch for source and target"]})
    for branch in (source, target):
        if branch not in repository.branches:
            raise ApiError(422, {"message": [f'Branch "{branch}" does not exist']})
    mine = [m for m in project.merge_requests.values() if not m.fork_id]
    same = [m for m in mine if m.state == "opened" and m.source_branch == source]
    if any(each.target_branch == target for each in same):
        said = f"Another open merge request already exists for this source branch: !{same[0].iid}"
        raise ApiError(409, {"message": [said]})
    made = MergeRequest(
        call.world.next_id("merge_request"),
        len(project.merge_requests) + 1,
        params.string("title") or "",
        params.string("description"),
        source,
        target,
        call.me,
        call.now,
        remove_source_branch=bool(params.boolean("remove_source_branch")),
    )
    project.merge_requests[made.iid] = made
    return Reply(_shown(call, project, made), 201)


@router.add("PUT", ONE)
def update_merge_request(call: Call) -> Reply:
    request = _one(call)
    allowed = access.level(call.user, call.project()) >= DEVELOPER or request.author is call.user
    call.need(allowed)
    match call.params.string("state_event"):
        case "close":
            request.state = "closed"
        case "reopen":
            request.state = "opened"
        case None:
            pass
        case _:
            raise bad_parameter("state_event does not have a valid value")
    request.title = call.params.string("title") or request.title
    return Reply(_shown(call, call.project(), request))


@router.add("PUT", f"{ONE}/merge")
def merge(call: Call) -> Reply:
    project, request = call.project(), _one(call)
    if request.state != "opened":
        raise ApiError(405, {"message": "405 Method Not Allowed"})
    call.need_level(project, MAINTAINER)
    repository = written_repository(call, request.target_branch)
    said = f"Merge branch '{request.source_branch}' into '{request.target_branch}'\n\n{request.title}"
    squash = request.title if call.params.boolean("squash") else ""
    repository.merge(request.source_branch, request.target_branch, (said, call.me.name, call.now), squash)
    if request.remove_source_branch:
        del repository.branches[request.source_branch]
    request.state = "merged"
    return Reply(_shown(call, project, request))
