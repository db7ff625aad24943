"""Two properties: what is hidden makes nothing safe, and what does not matter makes nothing worse.

`STATEFAST_EXAMPLES` says how many mutations of each are tried, by default a few hundred.
"""

import os
import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.errors import GateError
from gate.severity import Severity

from .corpus import DANGEROUS, HARMLESS
from .handmade import Json, judged
from .mutations import (
    HIDERS,
    Choice,
    Path,
    hide,
    kept,
    places,
    renamed_provider,
    shuffled,
    unchanged,
    with_word,
    witnessed,
)

EXAMPLES = int(os.environ.get("STATEFAST_EXAMPLES", "400"))
MANY = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
# A seed, and not choice by choice: a mutation has a hundred of them, and is made smaller below.
ORDERS = st.integers(0, 2**64 - 1).map(random.Random)
# Of one mutation: a single place, a few, or about all there is.
_NUMBERS = (1, 1, 2, 3, 5, 8, 15, 40)
_SAID = {name: with_word(document) for name, document in DANGEROUS.items()}
_PLACES = {name: places(document) for name, document in DANGEROUS.items()}
_CHANGED = {
    name: [path for path in every if DANGEROUS[name]["steps"][path[1]]["op"] != "same"]
    for name, every in _PLACES.items()
}
# What decides over data is not read where it is secret, whether it stays or not.
_DECIDES = frozenset(
    {"allowVolumeExpansion", "ownerReferences", "persistentVolumeClaimRetentionPolicy"}
)


def severity_of(document: Json) -> Severity | None:
    """None where there is no verdict, which stops the change as well."""
    try:
        return judged(document).severity
    except GateError:
        return None


def passes(document: Json) -> bool:
    severity = severity_of(document)
    return severity is not None and severity < Severity.AT_RISK


def _chosen(name: str, order: random.Random) -> list[Choice]:
    every: Sequence[Path] = order.choice([_PLACES[name], _CHANGED[name]])
    hiders = order.choice([[*HIDERS], *([its] for its in HIDERS)])
    number = min(order.choice(_NUMBERS), len(every))
    paths = order.sample(every, number)
    if order.random() < 0.5:
        # Wherever the same field stands.
        fields = {path[4:] for path in paths[:3]}
        paths += [path for path in every if path[4:] in fields and order.random() < 0.7]
    return [(path, order.choice(hiders)) for path in dict.fromkeys(paths)]


def _smallest(document: Json, choices: list[Choice]) -> list[Choice]:
    """The fewest of the choices that still make it pass."""
    for its in choices:
        fewer = [other for other in choices if other != its]
        if passes(hide(document, fewer)):
            return _smallest(document, fewer)
    return choices


@pytest.mark.parametrize("says", [True, False])
@given(name=st.sampled_from(sorted(DANGEROUS)), order=ORDERS)
@MANY
def test_what_is_hidden_is_never_safe(says: bool, name: str, order: random.Random) -> None:
    """Any subset of all that the steps say, unknown, secret or missing."""
    document = (_SAID if says else DANGEROUS)[name]
    choices = kept(_chosen(name, order), document)
    if passes(hide(document, choices)):
        pytest.fail(f"{name}: {_smallest(document, choices)}")


def _decides(document: Json, path: Path) -> bool:
    in_pods = {"containers", "volumes"} & set(path)
    if in_pods and (
        path[-1] in ("driver", "name") or isinstance(witnessed(document, path), dict | list)
    ):
        # What says which volume it is, while another one comes.
        return True
    of_set = "StatefulSet" in document["steps"][path[1]]["urn"]
    if of_set and any("scale" in step["urn"].lower() for step in document["steps"]):
        # Which set it scales, and what becomes of its claims.
        return True
    is_class = "StorageClass" in document["steps"][path[1]]["urn"]
    return bool(_DECIDES & set(path)) or (is_class and path[4] == "metadata")


@given(name=st.sampled_from(sorted(HARMLESS)), order=ORDERS)
@MANY
def test_what_does_not_matter_makes_nothing_worse(name: str, order: random.Random) -> None:
    """Another order, secrets that stay, another name for the provider of the same cluster."""
    document = with_word(HARMLESS[name])
    expected = severity_of(document)
    secrets = [paths for paths in unchanged(document) if not _decides(document, paths[0])]
    changed = []
    if secrets and order.random() < 0.6:
        its = order.sample(secrets, min(len(secrets), order.choice(_NUMBERS)))
        how = order.choice(["secret", "envelope"])
        changed = [(path, how) for paths in its for path in paths]
    made = hide(document, changed)
    if order.random() < 0.4:
        made = renamed_provider(made, "the same")
    made = shuffled(made, order)
    order.shuffle(made["steps"])
    assert severity_of(made) is expected, changed
