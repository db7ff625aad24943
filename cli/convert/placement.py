"""Where the pods of a manifest run, in the keys of config; the rest in the form of the API."""

from collections.abc import Mapping
from typing import Any

__all__ = ["read_scheduling"]

Object = Mapping[str, Any]
Keys = dict[str, Any]

_HOSTNAME = "kubernetes.io/hostname"
_PLACES = {_HOSTNAME: "hostname", "topology.kubernetes.io/zone": "zone"}
_SPREADS = ("ScheduleAnyway", "DoNotSchedule")


def read_scheduling(pod: Object, labels: Object) -> tuple[Keys, Keys]:
    """What config says of the places of pods, and what only the API's form can say.

    Args:
        pod: The pod spec.
        labels: Those that tell the pods from others in the manifest.
    """
    said: Keys = {}
    rest: Keys = {}
    if pod.get("nodeSelector"):
        said["nodeSelector"] = {str(k): str(v) for k, v in pod["nodeSelector"].items()}
    if pod.get("tolerations"):
        said["tolerations"] = [dict(item) for item in pod["tolerations"]]
    if pod.get("priorityClassName"):
        said["priorityClassName"] = str(pod["priorityClassName"])
    _affinity(pod.get("affinity") or {}, labels, said, rest)
    spread: Keys = {}
    others = []
    for item in pod.get("topologySpreadConstraints") or ():
        place = _PLACES.get(item.get("topologyKey"))
        plain = item.get("maxSkew", 1) == 1 and item.get("whenUnsatisfiable") in _SPREADS
        known = {"maxSkew", "topologyKey", "whenUnsatisfiable", "labelSelector"}
        if place and plain and not set(item) - known and _is_own(item, labels):
            spread[place] = item["whenUnsatisfiable"]
        else:
            others.append(item)
    if spread:
        said["spread"] = spread
    if others:
        rest["topologySpreadConstraints"] = others
    return said, rest


def _affinity(given: Object, labels: Object, said: Keys, rest: Keys) -> None:
    kinds = {key: value for key, value in given.items() if value}
    anti = kinds.get("podAntiAffinity") or {}
    terms = anti.get("requiredDuringSchedulingIgnoredDuringExecution") or []
    soft = anti.get("preferredDuringSchedulingIgnoredDuringExecution") or []
    if list(kinds) == ["podAntiAffinity"] and len(terms) + len(soft) == 1:
        term = terms[0] if terms else soft[0].get("podAffinityTerm") or {}
        if term.get("topologyKey") == _HOSTNAME and _is_own(term, labels):
            said["antiAffinity"] = "required" if terms else "preferred"
            return
    if kinds:
        rest["affinity"] = kinds


def _is_own(term: Object, labels: Object) -> bool:
    """Whether a selector is about the pods themselves."""
    selector = term.get("labelSelector") or {}
    wanted = dict(selector.get("matchLabels") or {})
    for item in selector.get("matchExpressions") or ():
        if item.get("operator") != "In" or len(item.get("values") or ()) != 1:
            return False
        wanted[item["key"]] = item["values"][0]
    own = all(labels.get(key) == value for key, value in wanted.items())
    return bool(wanted) and own and not term.get("namespaces") and not term.get("namespaceSelector")
