"""Tells one preview in other ways: in more steps, after a refresh, beside other objects."""

import copy
import random
from collections.abc import Callable, Mapping
from typing import Any

from .handmade import Json

__all__ = ["HARMLESS_WAYS", "WAYS", "Way"]

_STATES = ("oldState", "newState")
_KUBERNETES = "pulumi:providers:kubernetes"


def _with(document: Json, steps: list[Json]) -> Json:
    counts: dict[str, int] = {}
    for its in steps:
        counts[its["op"]] = counts.get(its["op"], 0) + 1
    return {**document, "steps": steps, "changeSummary": counts}


def _in_three(document: Json, order: random.Random) -> Json:
    """A replacement as the engine shows it with --show-replacement-steps."""
    steps: list[Json] = []
    for its in document["steps"]:
        if its["op"] != "replace":
            steps.append(its)
            continue
        gone = {key: value for key, value in its.items() if key != "newState"}
        parts = [{**its, "op": "create-replacement"}, its, {**gone, "op": "delete-replaced"}]
        order.shuffle(parts)
        steps += parts
    return _with(document, steps)


def _after_a_refresh(document: Json, order: random.Random) -> Json:
    """With --refresh: what the cluster has comes first, the same as in the state."""
    refreshed = [
        {"op": "refresh", "urn": its["urn"], **dict.fromkeys(_STATES, its["oldState"])}
        for its in document["steps"]
        if "oldState" in its and "providers" not in its["urn"]
    ]
    order.shuffle(refreshed)
    return _with(document, [*refreshed, *document["steps"]])


def _beside_others(document: Json, order: random.Random) -> Json:
    """Another application comes, and another one goes, without data."""
    del order
    stack = "::".join(document["steps"][0]["urn"].split("::")[:2])
    metadata = {"name": "other", "namespace": "other"}
    made = {"type": "kubernetes:core/v1:ConfigMap", "inputs": {"metadata": metadata, "data": {}}}
    gone = {
        "type": "kubernetes:core/v1:Service",
        "inputs": {"metadata": metadata},
        "outputs": {"metadata": {**metadata, "uid": "of-another"}},
    }
    others = [
        {"op": "create", "urn": f"{stack}::{made['type']}::other", "newState": made},
        {"op": "delete", "urn": f"{stack}::{gone['type']}::other", "oldState": gone},
    ]
    return _with(document, [*others, *document["steps"]])


def _under_a_component(document: Json, order: random.Random) -> Json:
    del order
    steps = []
    for its in document["steps"]:
        stack, project, type_, name = its["urn"].split("::", 3)
        inside = type_ if _KUBERNETES in type_ else f"shop:index:App${type_}"
        steps.append({**its, "urn": f"{stack}::{project}::{inside}::{name}"})
    return {**document, "steps": steps}


def _the_other_way_round(document: Json, order: random.Random) -> Json:
    del order
    return {**document, "steps": document["steps"][::-1]}


def _by_one_provider(document: Json, order: random.Random) -> Json:
    """All objects by a provider of their own, which stays; where the preview names none."""
    del order
    if any("provider" in its.get(state, {}) for its in document["steps"] for state in _STATES):
        return document
    stack = "::".join(document["steps"][0]["urn"].split("::")[:2])
    urn = f"{stack}::{_KUBERNETES}::own"
    made = copy.deepcopy(document)
    for its in made["steps"]:
        for state in _STATES:
            if state in its and _KUBERNETES not in its["urn"]:
                its[state]["provider"] = f"{urn}::1"
    own = {"type": _KUBERNETES, "inputs": {"kubeconfig": "k"}}
    same = {"op": "same", "urn": urn, "oldState": own, "newState": own}
    return _with(made, [*made["steps"], same])


def _changed(document: Json, order: random.Random) -> Any:
    steps = [its for its in document["steps"] if its["op"] not in ("read", "refresh", "same")]
    return order.choice(steps) if steps else None


def _in_an_unknown_way(document: Json, order: random.Random) -> Json:
    """A step of a kind that an engine of tomorrow may have."""
    made = copy.deepcopy(document)
    if (its := _changed(made, order)) is not None:
        its["op"] = order.choice(["conjure", "diff", "replace-in-place"])
    return _with(made, made["steps"])


def _without_a_state(document: Json, order: random.Random) -> Json:
    made = copy.deepcopy(document)
    # Of a kind without data nobody asks what it was.
    if (its := _changed(made, order)) is not None and ":Secret" not in its["urn"]:
        its.pop(order.choice(_STATES), None)
    return made


def _without_identities(document: Json, order: random.Random) -> Json:
    del order
    made = copy.deepcopy(document)
    for its in made["steps"]:
        for state in _STATES:
            metadata = its.get(state, {}).get("outputs", {}).get("metadata")
            if isinstance(metadata, dict):
                metadata.pop("uid", None)
    return made


Way = Callable[[Json, random.Random], Json]
# After these a preview says what it said.
HARMLESS_WAYS: Mapping[str, Way] = {
    "in three": _in_three,
    "after a refresh": _after_a_refresh,
    "beside others": _beside_others,
    "under a component": _under_a_component,
    "the other way round": _the_other_way_round,
    "by one provider": _by_one_provider,
}
# After these it says less.
WAYS: Mapping[str, Way] = {
    **HARMLESS_WAYS,
    "in an unknown way": _in_an_unknown_way,
    "without a state": _without_a_state,
    "without identities": _without_identities,
}
