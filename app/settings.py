"""What the environment says: where things are and with which secret. Read once; wrong means a refusal to start."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.errors import ConfigError

HINTS = {
    "gitlab_url": "set TRIAGE_GITLAB_URL to the address of your GitLab, such as https://gitlab.example.com",
    "gitlab_token": "set TRIAGE_GITLAB_TOKEN to an access token of the bot with scope `api`",
}


class Settings(BaseSettings):
    """The `TRIAGE_*` variables. Secrets are never shown in a repr."""

    model_config = SettingsConfigDict(env_prefix="TRIAGE_", extra="ignore")

    gitlab_url: str
    gitlab_token: SecretStr
    webhook_secret: SecretStr | None = None
    webhook_signing_token: SecretStr | None = None
    rules: Path = Field(default_factory=lambda: default_rules())
    database_url: str = "sqlite:///triage.db"
    bot_users: Annotated[frozenset[str], NoDecode] = frozenset()
    clock: Literal["system", "sandbox"] = "system"

    @field_validator("gitlab_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError(f"{value!r} is no http or https address")
        return value.rstrip("/")

    @field_validator("gitlab_token", "webhook_secret", "webhook_signing_token", mode="before")
    @classmethod
    def _is_a_secret(cls, value: object) -> object:
        """Without the newline that files and secret stores add; nothing that a header cannot carry."""
        if not isinstance(value, str):
            return value
        kept = value.strip()
        if not kept:
            raise ValueError("it is empty")
        if any(c.isspace() or not c.isprintable() for c in kept):
            raise ValueError("it holds spaces or control characters; copy it whole, and nothing else")
        return kept

    @field_validator("gitlab_token")
    @classmethod
    def _is_a_token(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().isascii():
            raise ValueError("it holds characters that no token has; copy it again")
        return value

    @field_validator("bot_users", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        if isinstance(value, str):
            return frozenset(name.strip().lstrip("@") for name in value.split(",") if name.strip())
        return value


def default_rules() -> Path:
    """`rules` where the command is run, else the rules that stand beside the code."""
    here = Path("rules")
    beside = Path(__file__).parent.parent / "rules"
    return here if here.is_dir() or not beside.is_dir() else beside


def read_settings() -> Settings:
    """The settings, or ConfigError that names every variable that is missing or wrong."""
    try:
        return Settings()
    except ValidationError as error:
        lines = []
        for fault in error.errors(include_input=False, include_url=False):
            name = str(fault["loc"][0]) if fault["loc"] else "environment"
            hint = HINTS.get(name, "")
            what = "is not set" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
            lines.append(f"TRIAGE_{name.upper()}: {what}" + (f"; {hint}" if hint else ""))
        raise ConfigError("\n".join(lines)) from None
