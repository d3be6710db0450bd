"""What the service answers over HTTP. Decides nothing: an event only says which issue to look at."""

from app.web.application import create_app

__all__ = ["create_app"]
