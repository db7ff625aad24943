"""In whose hands an object is, besides those of whoever adopts it."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from statefast.schema.annotations import LEAVES, OWNER

from ..api import Object
from ..steps import Step

__all__ = ["Hands", "hand_over", "hands_of"]

_HELM = "meta.helm.sh/release-"
# What writes an object back whoever edits it, by how its name as a field manager begins.
_WRITES_BACK = {
    "argocd": "Argo CD",
    "kustomize-controller": "Flux",
    "helm-controller": "Flux",
    "fleet": "Fleet",
    "rancher": "Rancher",
    "kapp": "kapp",
}
# What has a state of its own, in which the object would stay.
_STATES = {
    "pulumi": "Pulumi",
    "statefast-": "Pulumi",
    "Terraform": "Terraform",
    "HashiCorp": "Terraform",
}
# What may not keep a field that the stack does not say.
_WHOLE = ("StatefulSet", "Deployment", "Service")
# Parts of Kubernetes, which go on with what they do.
_KUBERNETES = ("kube-", "kubelet", "cluster-autoscaler", "vpa-", "csi-", "snapshot-controller")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Who else has an object.

    Attributes:
        release: Namespace and name of its Helm release; empty where it is of none.
        stack: The stack of ours that looks after it, as `<project>/<stack>`.
        state: What has it in a state of its own, e.g. `Pulumi`.
        back: What would write it back, e.g. `Argo CD`.
        made_by: The object that made it and goes on deciding over it, as `<kind> <name>`.
    """

    release: tuple[str, str] = ("", "")
    stack: str = ""
    state: str = ""
    back: str = ""
    made_by: str = ""

    @property
    def text(self) -> str:
        """Who, for people."""
        if self.stack:
            return f"stack {self.stack}"
        if self.release[1]:
            return f"Helm release {self.release[1]}"
        return self.state or "nobody"


def hands_of(item: Object, ours: str = "") -> Hands:
    """Reads them off an object.

    Args:
        item: The object.
        ours: The field manager of the stack that takes it, which is nobody else.
    """
    metadata = item["metadata"]
    annotations = metadata.get("annotations") or {}
    managers = [it for it in _managers(metadata) if it != ours]
    owners = [it for it in metadata.get("ownerReferences") or () if it.get("controller")]
    return Hands(
        release=(
            annotations.get(f"{_HELM}namespace", metadata.get("namespace", "")),
            annotations.get(f"{_HELM}name", ""),
        ),
        stack=annotations.get(OWNER, ""),
        state=_first(managers, _STATES),
        back=_first(managers, _WRITES_BACK),
        made_by=", ".join(f"{it['kind']} {it['name']}" for it in owners),
    )


def _first(managers: Sequence[str], known: Mapping[str, str]) -> str:
    return next((told for it in managers for key, told in known.items() if it.startswith(key)), "")


def _managers(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Who manages fields of the object itself."""
    for it in metadata.get("managedFields") or ():
        if not it.get("subresource"):
            yield str(it.get("manager") or "")


def hand_over(item: Object, to: str) -> Iterator[Step]:
    """The command after which its fields are those of whoever applies it next.

    What stays with another manager would stay in the object as well: of a container that has
    another name from now on there would be two, on one volume.

    Args:
        item: The object.
        to: The field manager of the stack that takes it.
    """
    entries = item["metadata"].get("managedFields") or ()
    given = [
        index
        for index, entry in enumerate(entries)
        if not entry.get("subresource")
        and not str(entry.get("manager") or "").startswith(_KUBERNETES)
        and (entry.get("manager"), entry.get("operation")) != (to, "Apply")
        and not _is_mark(entry.get("fieldsV1") or {})
    ]
    if item["kind"] not in _WHOLE:
        # Applied by force; what tells of another's state is what has to end.
        given = [it for it in given if _first([str(entries[it]["manager"])], _STATES)]
    if not given:
        return
    ours = [
        index
        for index, it in enumerate(entries)
        if (it.get("manager"), it.get("operation")) == (to, "Apply") and not it.get("subresource")
    ]
    every = sorted([*given, *ours])
    path = "/metadata/managedFields"
    # It may have been written meanwhile, or be another one of that name.
    patch: list[dict[str, object]] = [
        {"op": "test", "path": "/metadata/uid", "value": item["metadata"]["uid"]}
    ]
    patch += [
        {"op": "test", "path": f"{path}/{index}/{key}", "value": entries[index][key]}
        for index in every
        for key in ("manager", "time")
        if key in entries[index]
    ]
    first = f"{path}/{every[0]}"
    patch.append({"op": "replace", "path": f"{first}/manager", "value": to})
    patch.append({"op": "replace", "path": f"{first}/operation", "value": "Apply"})
    if len(every) > 1:
        fields: dict[str, Any] = {}
        for index in every:
            fields = _both(fields, entries[index].get("fieldsV1") or {})
        patch.append({"op": "replace", "path": f"{first}/fieldsV1", "value": fields})
        patch += [{"op": "remove", "path": f"{path}/{index}"} for index in reversed(every[1:])]
    yield _patch(item, patch, ", ".join(dict.fromkeys(entries[it]["manager"] for it in given)))


def _is_mark(fields: Mapping[str, Any]) -> bool:
    """Whether somebody has nothing but the note that a stack lets go, until that is taken off."""
    annotations = (fields.get("f:metadata") or {}).get("f:annotations") or {}
    rest = {**fields, "f:metadata": {**(fields.get("f:metadata") or {}), "f:annotations": {}}}
    noted = {key for key in annotations if key != "."} == {f"f:{LEAVES}"}
    return noted and rest == {"f:metadata": {"f:annotations": {}}}


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of two managers, in the form of the API."""
    return {key: _both(one.get(key, {}), other.get(key, {})) for key in {**one, **other}}


def _patch(item: Object, patch: Sequence[Mapping[str, object]], names: str) -> Step:
    kind, metadata = item["kind"], item["metadata"]
    text = json.dumps(patch, separators=(",", ":"))
    where = f" -n {metadata['namespace']}" if metadata.get("namespace") else ""
    return Step(
        phase="hand over",
        why=f"{kind} {metadata['name']}: its fields are not those of {names} any more",
        command=(
            f"kubectl patch {kind.lower()} {metadata['name']}{where}"
            # Who manages a field chooses his name, and nobody keeps a quote out of it.
            f" --type=json -p {shlex.quote(text)}"
        ),
    )
