"""What the gate says of what the engine said: every recorded preview, and its verdict."""

import io
import json

import pytest
from rich.console import Console

from gate.comment import comment
from gate.document import dump
from gate.errors import GateError
from gate.github import annotations
from gate.report import Failure, Report
from gate.severity import Severity
from gate.terminal import print_report

from .handmade import PREVIEWS, as_newer_providers_show_it, judged, recorded, rules
from .scenarios import OWN, RAW

SAFE, ROLLS, DOWN = Severity.SAFE, Severity.ROLLS_PODS, Severity.DOWNTIME
RISK, LOST = Severity.AT_RISK, Severity.LOST

# Name of the preview: the verdict, and the rule that makes it.
EXPECTED: dict[str, tuple[Severity, str]] = {}

# The provider served here ends these previews with an error: that stops them, whatever it is.
# Where newer providers do not, EXPECTED says what of the same steps without the error.
ENDS_WITH_AN_ERROR: set[str] = set()
# Refused by every provider: there is no verdict to give.
REFUSED = {"claim-shrinks"}
