import pytest

from app.errors import ConfigError
from app.settings import Settings, read_settings


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
