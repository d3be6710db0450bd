from pathlib import Path

import pytest

from app.errors import ConfigError
from app.settings import Settings, read_settings
from app.tools import gitlab_of, line_of, restraint_of


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_GITLAB_URL", "https://gitlab.example.com/")
    monkeypatch.setenv("TRIAGE_GITLAB_TOKEN", "glpat-abc\n")


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"TRIAGE_{name.upper()}", value)
    return read_settings()


def test_a_newline_after_a_secret_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, webhook_secret=" s3cret\n")
    assert settings.gitlab_token.get_secret_value() == "glpat-abc"
    assert settings.webhook_secret is not None
    assert settings.webhook_secret.get_secret_value() == "s3cret"
    assert settings.gitlab_url == "https://gitlab.example.com"


def test_secrets_are_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "s3cret" not in repr(read(monkeypatch, webhook_secret="s3cret"))
    assert "glpat" not in repr(read(monkeypatch))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("gitlab_token", "  \n", "it is empty"),
        ("gitlab_token", "glpat-abc def", "spaces or control characters"),
        ("gitlab_token", "glpat–abc", "characters that no token has"),
        ("gitlab_url", "gitlab.example.com", "no http or https address"),
        ("clock", "mine", "TRIAGE_CLOCK"),
        ("requests_per_minute", "59", "TRIAGE_REQUESTS_PER_MINUTE.*greater than or equal to 60"),
        ("notes_per_minute", "0", "TRIAGE_NOTES_PER_MINUTE"),
        ("issue_writes", "many", "TRIAGE_ISSUE_WRITES"),
    ],
)
def test_what_is_wrong_is_named_without_the_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        read(monkeypatch, **{name: value})
    assert "abc" not in str(caught.value)


def test_bot_users_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, bot_users="@old-bot, sweep-bot,").bot_users == {"old-bot", "sweep-bot"}


FILES = ("GITLAB_TOKEN", "WEBHOOK_SECRET", "WEBHOOK_SIGNING_TOKEN", "DATABASE_URL")


@pytest.mark.parametrize("name", FILES)
def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    file = tmp_path / "secret"
    file.write_text("\ufeffsqlite:///from-a-file.db\n")
    monkeypatch.delenv("TRIAGE_GITLAB_TOKEN" if name == "GITLAB_TOKEN" else "TRIAGE_X", raising=False)
    found = getattr(read(monkeypatch, **{f"{name}_file": str(file)}), name.lower())
    assert (found if isinstance(found, str) else found.get_secret_value()) == "sqlite:///from-a-file.db"


@pytest.mark.parametrize("name", FILES)
def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    file = tmp_path / "secret"
    file.write_text("canary-a")
    monkeypatch.setenv(f"TRIAGE_{name}", "canary-b")
    with pytest.raises(ConfigError, match=f"TRIAGE_{name}_FILE: TRIAGE_{name} is set too") as caught:
        read(monkeypatch, **{f"{name}_file": str(file)})
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "the file that it names is empty"),
        (b" \n", "the file that it names is empty"),
        (b"\xff\xfe\x00", "holds no text"),
        (b"canary" * 4000, "too long"),
        (b"two canary words", "TRIAGE_WEBHOOK_SECRET_FILE: it holds spaces"),
    ],
)
def test_a_file_that_gives_no_secret_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "canary"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=said) as caught:
        read(monkeypatch, webhook_secret_file=str(file))
    assert str(caught.value).startswith("TRIAGE_WEBHOOK_SECRET_FILE: ")
    assert "canary" not in str(caught.value)


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRIAGE_GITLAB_TOKEN")
    with pytest.raises(ConfigError) as caught:
        read(monkeypatch, gitlab_token_file="", webhook_secret_file="/nowhere", clock="mine")
    lines = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "TRIAGE_GITLAB_TOKEN_FILE",
        "TRIAGE_WEBHOOK_SECRET_FILE",
        "TRIAGE_CLOCK",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://oauth2:glpat-abc@gitlab.example.com",
        "https://gitlab.example.com?private_token=glpat-abc",
        "https://gitlab.example.com/#glpat-abc",
        "https://gitlab.example.com:glpat-abc",
        "glpat-abc",
    ],
)
def test_the_address_holds_no_secret_and_is_not_shown(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(ConfigError, match="TRIAGE_GITLAB_URL: ") as caught:
        read(monkeypatch, gitlab_url=url)
    assert "abc" not in str(caught.value)


def test_the_password_of_the_database_is_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "canary" not in repr(read(monkeypatch, database_url="postgresql://triage:canary@db/triage"))


def test_the_clients_of_a_process_share_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, requests_per_minute="120", notes_per_minute="7", issue_writes="3")
    one, other = gitlab_of(settings), gitlab_of(settings)
    assert one.line is other.line is line_of(settings)
    assert (one.line.state.requests_limit, one.line.state.notes_limit) == (120, 7)
    assert restraint_of(settings).writes == 3
