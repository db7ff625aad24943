"""What goes into the stack beside workloads when it is asked for: a class, the Secrets of pods."""

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from statefast.drivers.catalogue import driver_named
from statefast.errors import StatefastError

from ..api import Api, Object
from ..convert.classes import class_config
from ..convert.notes import Notes
from ..steps import Failed, Step
from .hands import hands_of
from .live import written

__all__ = ["SECRET_DATA", "More", "class_said", "into_config", "read_class", "read_secrets"]

SECRET_DATA = "statefast:secretData"  # noqa: S105  a key
_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
# Who writes what a person or a program said once, and does not come back to it.
_ONCE = ("kubectl", "helm", "pulumi", "statefast-", "Terraform", "HashiCorp", "before-first-apply")
# Whose values nobody keeps in config.
_OF_OTHERS = ("kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token")


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """What was asked for as well.

    Attributes:
        classes: The StorageClass, of one at most.
        secrets: Secrets that are taken.
        storage_class: What config says of the class; None where it has one already, or cannot.
        wrong: Why not; one sentence each.
    """

    classes: Sequence[Object] = ()
    secrets: Sequence[Object] = ()
    storage_class: dict[str, Any] | None = None
    wrong: Sequence[str] = ()


def read_class(api: Api, name: str, said: Mapping[str, Any]) -> More:
    """A class of the cluster, as config says it.

    Args:
        api: The cluster.
        name: Of the class.
        said: What config has of a class; empty for none.

    Raises:
        Failed: it is not there, or may not be read.
    """
    item = api.found(f"{_CLASSES}/{name}")
    if item is None:
        raise Failed(f"StorageClass {name} is not there, or may not be read.")
    item = {**item, "kind": "StorageClass"}
    if said:
        other = f"the stack has class {said.get('name')}, and a stack makes one: not {name}"
        return More(classes=[item], wrong=[] if said.get("name") == name else [other])
    config, wrong = class_said(item)
    return More(classes=[item], storage_class=config, wrong=wrong)


def class_said(item: Object) -> tuple[dict[str, Any] | None, list[str]]:
    """What config says of a class that lives, and why it cannot.

    A class whose provisioner, parameters, policy or binding are not these to the letter would be
    made anew, so one that its driver would be told otherwise is of a `custom` one, word for word.
    """
    where, provisioner = f"StorageClass {item['metadata']['name']}", str(item["provisioner"])
    lives = {str(k): str(v) for k, v in (item.get("parameters") or {}).items()}
    made = class_config(written({**item, "metadata": {**item["metadata"]}}), Notes())
    if made is None or provisioner.startswith("kubernetes.io/"):
        return None, [f"{where} is of {provisioner}, which no driver of config is"]
    if _parameters(where, made) != lives:
        made |= {"driver": "custom", "provisioner": provisioner, "parameters": lives}
    terms = item.get("allowedTopologies") or ()
    expressions = [it for term in terms for it in term.get("matchLabelExpressions") or ()]
    if len(expressions) != sum(map(len, made.get("allowedTopologies") or ())):
        return None, [
            f"{where} says a label twice in one of allowedTopologies, which config cannot"
        ]
    return {
        **made,
        "reclaimPolicy": item.get("reclaimPolicy") or "Delete",
        "allowVolumeExpansion": bool(item.get("allowVolumeExpansion")),
        "mountOptions": list(item.get("mountOptions") or ()),
    }, []


def _parameters(where: str, config: Mapping[str, Any]) -> Mapping[str, str] | None:
    """The parameters of the class that a stack would make; None where it would refuse them."""
    try:
        driver = driver_named(where, config["driver"])
        return driver.parameters(where, config.get("parameters") or {})
    except StatefastError:
        return None


def read_secrets(
    api: Api,
    namespace: str,
    needed: Sequence[str],
    releases: Collection[tuple[str, str]],
    notes: Notes,
) -> list[Object]:
    """The Secrets that pods read and a stack can have; why others stay is noted.

    Args:
        api: The cluster.
        namespace: Of all of them.
        needed: What pods need, as `<kind> <name>`.
        releases: Helm releases that let go.
        notes: What is told.
    """
    found: list[Object] = []
    for where in needed:
        kind, _, name = where.partition(" ")
        if kind != "Secret":
            continue
        item = api.found(f"/api/v1/namespaces/{namespace}/secrets/{name}")
        why = "is not there, or may not be read" if item is None else _why_not(item, releases)
        if why:
            notes.stays(where, why)
        elif item is not None:
            # What is in it is nobody's business here.
            found.append({**item, "kind": "Secret", "data": None, "stringData": None})
    return found


def _why_not(item: Object, releases: Collection[tuple[str, str]]) -> str:
    metadata, hands = item["metadata"], hands_of(item)
    if not item.get("data"):
        return "has nothing in it"
    if item.get("type") in _OF_OTHERS or metadata.get("ownerReferences"):
        return f"is made by {hands.made_by or 'Kubernetes'}, with values of its own"
    if hands.stack:
        return f"is made by stack {hands.stack}"
    if hands.release[1] and hands.release not in releases:
        return f"is of Helm release {hands.release[1]}, of which no workload is taken"
    writers = dict.fromkeys(
        str(it.get("manager") or "nobody known") for it in metadata.get("managedFields") or ()
    )
    others = [it for it in writers if not it.startswith(_ONCE)]
    return f"is written by {', '.join(others)}, which may write other values" if others else ""


def into_config(names: Sequence[str], namespace: str, stack: str, folder: Path) -> Iterator[Step]:
    """The commands after which config has the values of Secrets, encrypted; nobody else sees them.

    Args:
        names: Of the Secrets.
        namespace: Of the Secrets.
        stack: Its name.
        folder: Of the program.
    """
    where = "" if folder.resolve() == Path.cwd() else f" -C {shlex.quote(str(folder))}"
    for name in names:
        path = shlex.quote(f'{SECRET_DATA}["{name}"]')
        yield Step(
            phase="encrypt",
            why=f"config has what is in Secret {name}, encrypted",
            command=f"d=$(kubectl get secret {name} -n {namespace} -o jsonpath='{{.data}}')"
            f' && [ -n "$d" ] || exit 1; printf %s "$d" | pulumi config set'
            f" -s {shlex.quote(stack)}{where} --secret --path {path}",
        )
