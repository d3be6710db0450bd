import io
import json
import sys

import pytest
import structlog

from app import masking
from app.errors import ConfigError, Refused, Unavailable
from app.web.log import set_up_log


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "_known", set())
    masking.remember("glpat-canary", "glpat-canary-and-more", "yes", None, "")


def test_what_is_known_is_taken_out_the_longest_first() -> None:
    assert masking.masked("glpat-canary-and-more, glpat-canary") == "[secret], [secret]"
    assert masking.masked("yes or no") == "yes or no"


@pytest.mark.parametrize("kind", [ConfigError, Refused, Unavailable])
def test_no_error_of_ours_holds_it(kind: type[Exception]) -> None:
    assert str(kind("GitLab answered: glpat-canary")) == "GitLab answered: [secret]"


def test_no_line_of_the_log_holds_it_nor_a_traceback() -> None:
    before = structlog.get_config()
    out = io.StringIO()
    try:
        set_up_log(out)
        try:
            raise ValueError("glpat-canary")
        except ValueError:
            structlog.get_logger().error("look", error="glpat-canary", exc_info=sys.exc_info())
    finally:
        structlog.configure(**before)
    assert "canary" not in out.getvalue()
    assert json.loads(out.getvalue())["error"] == "[secret]"
