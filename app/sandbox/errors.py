"""GitLab's error bodies. Which code carries which form: https://docs.gitlab.com/api/rest/troubleshooting/

ApiError    a status and a body, answered as they stand
"""

from typing import Any

TOO_MANY = {"error": "This endpoint has been requested too many times. Try again later."}


class ApiError(Exception):
    """The request ends here with this status and body."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.body = body
        self.headers = headers or {}
        super().__init__(f"{status}: {body}")


def unauthorized() -> ApiError:
    return ApiError(401, {"message": "401 Unauthorized"})


def ended_token() -> ApiError:
    """A token that was good until a day that is past."""
    said = "Token is expired. You can either do re-authorization or token refresh."
    return ApiError(401, {"error": "invalid_token", "error_description": said})


def refuse_scope(method: str, path: str, scopes: tuple[str, ...]) -> None:
    """403 where a token without the scope `api` may not do that: with `read_api` it may read everything, with
    `read_user` its own user only. Source: https://docs.gitlab.com/user/profile/personal_access_tokens/#scopes"""
    own = path in ("/user", "/personal_access_tokens/self")
    if method == "GET" and ("read_api" in scopes or own):
        return
    said = "The request requires higher privileges than provided by the access token."
    wanted = "api" if method != "GET" else "api read_api"
    raise ApiError(403, {"error": "insufficient_scope", "error_description": said, "scope": wanted})


def forbidden(reason: str = "") -> ApiError:
    return ApiError(403, {"message": f"403 Forbidden - {reason}" if reason else "403 Forbidden"})


def not_found(what: str = "") -> ApiError:
    """What does not exist, or may not be seen: GitLab does not say which."""
    return ApiError(404, {"message": f"404 {what} Not Found" if what else "404 Not Found"})


def bad_request(reason: str) -> ApiError:
    return ApiError(400, {"message": f"400 Bad request - {reason}"})


def bad_parameter(problem: str) -> ApiError:
    """A parameter that is missing or has the wrong form; this is the one body with `error` in it."""
    return ApiError(400, {"error": problem})


def invalid(**faults: str) -> ApiError:
    """A record that may not be saved, with what is wrong by field."""
    return ApiError(400, {"message": {name: [fault] for name, fault in faults.items()}})


def too_many_requests(retry_after: int | None = 60) -> ApiError:
    """The application's own limiter. Newer versions name the seconds to wait, older ones (None) do not."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return ApiError(429, {"message": TOO_MANY}, headers)
