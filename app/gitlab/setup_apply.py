"""Does the steps of a setup plan in GitLab, one call or a few for each. Decides nothing."""

from dataclasses import dataclass, field
from typing import assert_never
from urllib.parse import quote

from app.core.setup.comparing import EVENTS
from app.core.setup.steps import (
    AddList,
    CommitFiles,
    DeleteBoard,
    DeleteHook,
    DeleteLabel,
    DeleteSchedule,
    DeleteVariable,
    DropBranch,
    MakeBoard,
    MoveList,
    PutHook,
    PutLabel,
    PutSchedule,
    PutVariable,
    Step,
)
from app.errors import Refused
from app.gitlab.calls import Calls
from app.gitlab.payloads import Json
from app.gitlab.setup_look import own_requests

# Which of several variables with one key: https://docs.gitlab.com/api/project_level_variables/#the-filter-parameter
EVERYWHERE = "filter%5Benvironment_scope%5D=*"


@dataclass(frozen=True)
class Secrets:
    """What a hook proves itself by; empty for none."""

    token: str = field(default="", repr=False)
    signing_token: str = field(default="", repr=False)


class SetupApply:
    """Errors of each step: Refused, Unavailable, Unauthorized."""

    def __init__(self, calls: Calls, secrets: Secrets) -> None:
        self._calls, self._secrets = calls, secrets

    def do(self, step: Step) -> str:
        """Makes it so. Gives what there is to say of it: the address of a merge request, or nothing."""
        base = f"/projects/{quote(step.project, safe='')}"
        match step:
            case PutLabel():
                self._label(base, step)
            case DeleteLabel():
                self._calls.delete(f"{base}/labels/{quote(step.name, safe='')}")
            case MakeBoard():
                self._board(base, step)
            case AddList():
                self._add_list(base, step.board_id, step.label)
            case MoveList():
                self._move_list(base, step)
            case DeleteBoard():
                self._calls.delete(f"{base}/boards/{step.board_id}")
            case CommitFiles():
                return self._commit(base, step)
            case DropBranch():
                self._drop(base, step)
            case PutHook():
                return self._hook(base, step)
            case DeleteHook():
                self._calls.delete(f"{base}/hooks/{step.hook_id}")
            case PutSchedule():
                self._schedule(base, step)
            case DeleteSchedule():
                self._calls.delete(f"{base}/pipeline_schedules/{step.schedule_id}")
            case PutVariable():
                self._variable(base, step)
            case DeleteVariable():
                self._calls.delete(f"{base}/variables/{step.key}?{EVERYWHERE}")
            case _:
                assert_never(step)
        return ""

    def _label(self, base: str, step: PutLabel) -> None:
        body: Json = {"color": step.color, "description": step.description}
        if step.was:
            self._calls.put(f"{base}/labels/{quote(step.name, safe='')}", body)
        else:
            self._calls.post(f"{base}/labels", body | {"name": step.name})

    def _board(self, base: str, step: MakeBoard) -> None:
        board = self._calls.post(f"{base}/boards", {"name": step.name})
        for label in step.lists:
            self._add_list(base, int(board["id"]), label)

    def _add_list(self, base: str, board_id: int, label: str) -> None:
        number = self._label_id(base, label)
        self._calls.post(f"{base}/boards/{board_id}/lists", {"label_id": number})

    def _label_id(self, base: str, name: str) -> int:
        rows = self._calls.rows(f"{base}/labels", search=name)
        found = next((row for row in rows if row["name"] == name), None)
        if found is None:
            raise Refused(f"there is no label {name} to make a list of", 404)
        return int(found["id"])

    def _move_list(self, base: str, step: MoveList) -> None:
        lists = f"{base}/boards/{step.board_id}/lists"
        rows = self._calls.rows(lists)
        found = next((r for r in rows if r.get("label") and r["label"]["name"] == step.label), None)
        if found is None:
            raise Refused(f"the list {step.label} is gone", 404)
        self._calls.put(f"{lists}/{found['id']}", {"position": step.position})

    def _commit(self, base: str, step: CommitFiles) -> str:
        actions: list[Json] = []
        for change in step.changes:
            content: Json = {} if change.action == "delete" else {"content": change.text}
            actions.append({"action": change.action, "file_path": change.path} | content)
        body: Json = {"branch": step.branch, "commit_message": step.title, "actions": actions}
        if step.start:
            body["start_branch"] = step.start
        self._calls.post(f"{base}/repository/commits", body)
        return self._request(base, step) if step.request else ""

    def _request(self, base: str, step: CommitFiles) -> str:
        """The address of the merge request: the one that is open, or a new one."""
        path = f"{base}/merge_requests"
        found = own_requests(self._calls, base, source_branch=step.branch, target_branch=step.request)
        if not found:
            body: Json = {"source_branch": step.branch, "target_branch": step.request, "title": step.title}
            found = [self._calls.post(path, body | {"remove_source_branch": True})]
        return f"merge {found[0]['web_url']}"

    def _drop(self, base: str, step: DropBranch) -> None:
        if step.request:
            self._calls.put(f"{base}/merge_requests/{step.request}", {"state_event": "close"})
        self._calls.delete(f"{base}/repository/branches/{quote(step.branch, safe='')}")

    def _hook(self, base: str, step: PutHook) -> str:
        body: Json = {"url": step.url} | dict.fromkeys(EVENTS, True)
        if step.name:
            body |= {"name": step.name, "description": "It tells the triage service what happens on issues."}
        if self._secrets.token:
            body["token"] = self._secrets.token
        if self._secrets.signing_token:
            body["signing_token"] = self._secrets.signing_token
        path = f"{base}/hooks"
        if step.hook_id is None:
            # Of pushes GitLab tells a new hook unless it is told not to; what else somebody switched on later stays.
            answer = self._calls.post(path, body | {"push_events": False})
        else:
            answer = self._calls.put(f"{path}/{step.hook_id}", body)
        if self._secrets.signing_token and not answer.get("signing_token_present"):
            return "this GitLab knows no signing tokens (19.0): set TRIAGE_WEBHOOK_SECRET, too"
        return ""

    def _schedule(self, base: str, step: PutSchedule) -> None:
        body: Json = {"description": step.description, "ref": step.ref, "cron": step.cron}
        body |= {"cron_timezone": step.zone, "active": True}
        path = f"{base}/pipeline_schedules"
        if step.schedule_id is None:
            self._calls.post(path, body)
        else:
            del body["active"]  # somebody may have switched it off
            self._calls.put(f"{path}/{step.schedule_id}", body)

    def _variable(self, base: str, step: PutVariable) -> None:
        body: Json = {"value": step.value, "protected": step.protected, "masked": step.masked, "raw": True}
        body["description"] = step.description
        if step.exists:
            self._calls.put(f"{base}/variables/{step.key}?{EVERYWHERE}", body)
        else:
            self._calls.post(f"{base}/variables", body | {"key": step.key})
