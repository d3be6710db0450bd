"""A project's files, commits and branches. Sources: https://docs.gitlab.com/api/repository_files/, /api/commits/ and
/api/branches/"""

import base64
import binascii
import hashlib
from pathlib import PurePosixPath
from urllib.parse import unquote

from app.sandbox import access, templates
from app.sandbox.clock import stamp
from app.sandbox.entities import DEVELOPER, MAINTAINER, Project
from app.sandbox.errors import ApiError, bad_parameter, bad_request, forbidden, not_found
from app.sandbox.pagination import by_offset
from app.sandbox.repository import Commit, Repository, Unfit
from app.sandbox.routing import Call, Reply, Router
from app.sandbox.shapes import Json

router = Router()
REPOSITORY = "/projects/:id/repository"
FILE = f"{REPOSITORY}/files/:file"


def read_repository(call: Call) -> Repository:
    """The repository, for whoever may read code: in a private project a Reporter."""
    project = call.project()
    call.need(access.may_read_files(call.user, project))
    return templates.repository_of(project, call.world.templates_dir)


def may_push(call: Call, project: Project, repository: Repository, branch: str) -> bool:
    """A protected branch takes pushes of Maintainers only, and any branch those of Developers."""
    least = MAINTAINER if branch in repository.protected else DEVELOPER
    return access.level(call.user, project) >= least


def written_repository(call: Call, branch: str) -> Repository:
    """The repository, for whoever may push to that branch; 403 for everybody else."""
    project = call.project()
    call.need_level(project, DEVELOPER)
    found = templates.own_repository(project, call.world.templates_dir)
    if not may_push(call, project, found, branch):
        raise forbidden("You are not allowed to push into this branch")
    return found


def _found(repository: Repository, ref: str | None) -> Commit:
    commit = repository.find(ref)
    if commit is None:
        raise not_found("Commit")
    return commit


def _text(call: Call) -> tuple[str, str, Commit]:
    """The file that the path names: its path, its text, and the commit in which it is so."""
    commit = _found(read_repository(call), call.params.string("ref"))
    path = unquote(call.path["file"])
    if path not in commit.files:
        raise not_found("File")
    return path, commit.files[path], commit


@router.add("GET", f"{FILE}/raw")
def get_raw_file(call: Call) -> Reply:
    """A private project's files need the Reporter role: the bot as a Planner reads templates by their own API."""
    return Reply(_text(call)[1], headers={"Content-Type": "text/plain; charset=utf-8"})


@router.add("GET", FILE)
def get_file(call: Call) -> Reply:
    if not call.params.string("ref"):
        raise bad_parameter("ref is missing")
    path, text, commit = _text(call)
    content = text.encode()
    last = next(each for each in commit.line() if each.touches(path))
    return Reply(
        {
            "file_name": PurePosixPath(path).name,
            "file_path": path,
            "size": len(content),
            "encoding": "base64",
            "content_sha256": hashlib.sha256(content).hexdigest(),
            "ref": call.params.string("ref"),
            "blob_id": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
            "commit_id": commit.id,
            "last_commit_id": last.id,
            "execute_filemode": False,
            "content": base64.b64encode(content).decode(),
        }
    )


@router.add("GET", f"{REPOSITORY}/tree")
def list_tree(call: Call) -> Reply:
    """Files below a folder; folders themselves are told without `recursive` only. An empty repository has no tree."""
    repository = read_repository(call)
    files = repository.files(call.params.string("ref"))
    if files is None:
        raise not_found("Tree")
    folder = (call.params.string("path") or "").strip("/")
    inside = folder + "/" if folder else ""
    below = [path for path in sorted(files) if path.startswith(inside)]
    if folder and not below:
        raise ApiError(404, {"message": "404 invalid revision or path Not Found"})
    if not call.params.boolean("recursive"):
        below = sorted({inside + path.removeprefix(inside).split("/")[0] for path in below})
    return by_offset(call, below, lambda path: _entry(path, files.get(path)))


def _entry(path: str, text: str | None) -> Json:
    kind, mode = ("tree", "040000") if text is None else ("blob", "100644")
    number = hashlib.sha1((text or path).encode(), usedforsecurity=False).hexdigest()
    return {"id": number, "name": PurePosixPath(path).name, "type": kind, "path": path, "mode": mode}


def commit_shown(commit: Commit) -> Json:
    return {
        "id": commit.id,
        "short_id": commit.id[:8],
        "created_at": stamp(commit.at),
        "parent_ids": [parent.id for parent in commit.parents],
        "title": commit.message.partition("\n")[0],
        "message": commit.message,
        "author_name": commit.author,
        "committer_name": commit.author,
        "authored_date": stamp(commit.at),
        "committed_date": stamp(commit.at),
    }


@router.add("GET", f"{REPOSITORY}/commits")
def list_commits(call: Call) -> Reply:
    repository, path = read_repository(call), call.params.string("path")
    commit = repository.find(call.params.string("ref_name"))
    if commit is None and call.params.string("ref_name"):
        raise not_found("Commit")
    commits = [each for each in (commit.line() if commit else ()) if not path or each.touches(path)]
    return by_offset(call, commits, commit_shown)


@router.add("GET", f"{REPOSITORY}/commits/:sha")
def get_commit(call: Call) -> Reply:
    return Reply(commit_shown(_found(read_repository(call), call.path["sha"])))


@router.add("POST", f"{REPOSITORY}/commits")
def create_commit(call: Call) -> Reply:
    params = call.params
    for name in ("branch", "commit_message", "actions"):
        params.require(name)
    branch = params.string("branch") or ""
    repository = written_repository(call, branch)
    message = (params.string("commit_message") or "", call.me.name, call.now)
    try:
        made = repository.commit(branch, message, _changes(call), params.string("start_branch") or "")
    except Unfit as error:
        raise ApiError(400, {"message": str(error)}) from error
    return Reply(commit_shown(made), 201)


def _changes(call: Call) -> list[dict[str, str]]:
    found = call.params.objects("actions")
    for each in found:
        if not each.get("file_path") or not each.get("action"):
            raise bad_parameter("actions[file_path] is missing")
        if each.get("encoding") == "base64":
            try:
                each["content"] = base64.b64decode(each.get("content", "")).decode()
            except (binascii.Error, UnicodeDecodeError) as error:
                raise bad_request("the sandbox keeps texts only") from error
    return found


@router.add("GET", f"{REPOSITORY}/branches")
def list_branches(call: Call) -> Reply:
    repository = read_repository(call)
    return by_offset(call, sorted(repository.branches), lambda name: _branch(call, repository, name))


def _branch(call: Call, repository: Repository, name: str) -> Json:
    return {
        "name": name,
        "commit": commit_shown(repository.branches[name]),
        "merged": False,
        "protected": name in repository.protected,
        "developers_can_push": False,
        "developers_can_merge": False,
        "can_push": may_push(call, call.project(), repository, name),
        "default": name == repository.default,
    }


@router.add("GET", f"{REPOSITORY}/branches/:branch")
def get_branch(call: Call) -> Reply:
    repository, name = read_repository(call), call.path["branch"]
    if name not in repository.branches:
        raise not_found("Branch")
    return Reply(_branch(call, repository, name))


@router.add("POST", f"{REPOSITORY}/branches")
def create_branch(call: Call) -> Reply:
    for each in ("branch", "ref"):
        call.params.require(each)
    name, ref = call.params.string("branch") or "", call.params.string("ref")
    repository = written_repository(call, name)
    if name in repository.branches:
        raise ApiError(400, {"message": "Branch already exists"})
    commit = repository.find(ref)
    if commit is None:
        raise ApiError(400, {"message": f"Invalid reference name: {ref}"})
    repository.put(name, commit)
    return Reply(_branch(call, repository, name), 201)


@router.add("DELETE", f"{REPOSITORY}/branches/:branch")
def delete_branch(call: Call) -> Reply:
    name = call.path["branch"]
    repository = written_repository(call, name)
    if name not in repository.branches:
        raise not_found("Branch")
    if name in repository.protected:
        raise forbidden("The branch is protected")
    del repository.branches[name]
    return Reply(status=204)
