"""All previews that there is a verdict on, by what it is: recorded ones, and those made by hand."""

import copy
import json

from gate.severity import Severity

from .cases import CASES
from .cases import HARMLESS as MADE_HARMLESS
from .expected import ENDS_WITH_AN_ERROR, EXPECTED
from .handmade import Json, as_newer_providers_show_it, recorded

__all__ = ["DANGEROUS", "HARMLESS"]


def _whole(document: Json) -> Json:
    """The preview with the pod templates that recordings leave out of what the cluster has."""
    made = copy.deepcopy(document)
    for step in made["steps"]:
        for state in ("oldState", "newState"):
            asked = step.get(state, {}).get("inputs", {}).get("spec", {})
            has = step.get(state, {}).get("outputs", {}).get("spec", {})
            if "template" in asked and has:
                has.setdefault("template", copy.deepcopy(asked["template"]))
    return made


def _all() -> dict[str, tuple[Severity, Json]]:
    found = {}
    for name, (severity, _) in EXPECTED.items():
        document = recorded(name)
        if name in ENDS_WITH_AN_ERROR:
            document = as_newer_providers_show_it(document)
        found[name] = severity, _whole(document)
    for name, case in CASES.items():
        # As text: what is hidden in one tree is not hidden in another.
        found[name] = case.severity, json.loads(json.dumps(case.document))
    for name, (severity, document) in MADE_HARMLESS.items():
        found[name] = severity, json.loads(json.dumps(document))
    return found


_ALL = _all()
DANGEROUS = {name: its for name, (bad, its) in _ALL.items() if bad >= Severity.AT_RISK}
HARMLESS = {name: its for name, (bad, its) in _ALL.items() if bad < Severity.AT_RISK}
