"""The checks, one file each. A new one is its file, one line here, and its test."""

from typing import Annotated

from pydantic import Field

from app.core.checks.answered_wait import AnsweredWait
from app.core.checks.exclusive_labels import ExclusiveLabels
from app.core.checks.missing_information import MissingInformation
from app.core.checks.sla import Sla
from app.core.checks.unexplained_label import UnexplainedLabel
from app.core.checks.unowned import Unowned

Check = Annotated[
    AnsweredWait | ExclusiveLabels | MissingInformation | Sla | UnexplainedLabel | Unowned,
    Field(discriminator="kind"),
]
