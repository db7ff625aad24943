"""A Helm release lets go of what it made.

`helm uninstall` deletes what the manifest in the record of a release names, and asks no object that
lives: an annotation `helm.sh/resource-policy: keep` on one is not seen. A release without a
record is not found, by `uninstall`, `upgrade` and `rollback` alike. Records are found by a label:
another value there lets go, loses nothing, and can be taken back.
"""

import base64
import gzip
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from ..api import Api, Object
from ..steps import Step

__all__ = ["Release", "let_go", "read_release"]

_OWNER, _AWAY = "helm", "statefast-adopted"
_KINDS = {"secrets": "Secret", "configmaps": "ConfigMap"}
_DONE = ("deployed", "superseded", "failed", "uninstalled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release, as its records say.

    Attributes:
        records: By resource of the API, e.g. `secrets`, names of the records that Helm finds.
        away: How many records have let go.
        objects: What its last manifest names, as `<kind> <name>`.
        busy: Status of the last one where Helm is at work on it.
    """

    namespace: str
    name: str
    records: Mapping[str, Sequence[str]]
    away: int = 0
    objects: tuple[str, ...] = ()
    busy: str = ""


def read_release(api: Api, namespace: str, name: str) -> Release:
    """Reads the records of a release.

    Raises:
        ClusterError: they may not be read.
    """
    found: dict[str, list[str]] = {}
    last: tuple[int, Object] | None = None
    away = 0
    for resource in _KINDS:
        path = f"/api/v1/namespaces/{namespace}/{resource}"
        for it in api.list(path, [("labelSelector", f"name={name},owner in ({_OWNER},{_AWAY})")]):
            labels = it["metadata"]["labels"]
            if labels["owner"] == _AWAY:
                away += 1
            else:
                found.setdefault(resource, []).append(it["metadata"]["name"])
            version = int(labels.get("version") or 0)
            if last is None or version > last[0]:
                last = (version, it)
    body = _opened(last[1]) if last else {}
    status = str((body.get("info") or {}).get("status") or "deployed")
    return Release(
        namespace=namespace,
        name=name,
        records=found,
        away=away,
        objects=tuple(_objects(str(body.get("manifest") or ""))),
        busy="" if status in _DONE else status,
    )


def _opened(record: Object) -> Mapping[str, Any]:
    """What a record says; nothing where it is of another form."""
    try:
        text = record["data"]["release"]
        if "type" in record:
            text = base64.b64decode(text)
        packed = base64.b64decode(text)
        plain = gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
        said: Mapping[str, Any] = json.loads(plain)
    except (KeyError, TypeError, ValueError, OSError, EOFError):
        return {}
    return said


def _objects(manifest: str) -> Iterator[str]:
    try:
        for it in yaml.safe_load_all(manifest):
            if isinstance(it, dict) and it.get("kind"):
                yield f"{it['kind']} {(it.get('metadata') or {}).get('name')}"
    except yaml.YAMLError:
        return


def let_go(release: Release) -> Iterator[Step]:
    """The commands after which Helm does not find a release."""
    for resource in release.records:
        yield Step(
            phase="let go",
            why=f"release {release.name} is not found by helm any more; owner={_OWNER} takes it"
            " back",
            command=(
                f"kubectl label {resource} -n {shlex.quote(release.namespace)} -l"
                f" {shlex.quote(f'owner={_OWNER},name={release.name}')} owner={_AWAY} --overwrite"
            ),
        )
