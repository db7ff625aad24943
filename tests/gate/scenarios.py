"""What is recorded: a stack as it is, an edit of it, and nothing about what the gate should say."""

from dataclasses import dataclass
from typing import Any

from .objects import (
    NS,
    Entry,
    at,
    called,
    claim,
    deployment,
    entry,
    namespace,
    patch,
    provider,
    secret,
    snapshot,
    snapshot_class,
    stateful_set,
    storage_class,
    volume,
)

__all__ = ["OWN", "RAW", "Own", "Raw"]


@dataclass(frozen=True)
class Raw:
    """A program of raw resources.

    Attributes:
        before: What is deployed, one list an `up`.
        after: What is previewed.
        refresh: Whether the preview asks the cluster first.
    """

    before: list[list[Entry]]
    after: list[Entry]
    refresh: bool = False


@dataclass(frozen=True)
class Own:
    """The program of this project.

    Attributes:
        before, after: Config under `statefast:`, on top of that of the recorder.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    destroy: bool = False


def _edit(before: list[Entry], after: list[Entry]) -> Raw:
    base = [namespace(), storage_class()]
    return Raw([[*base, *before]], [*base, *after])


_ON_CHANGE: Entry = {"replace_on_changes": ["*"], "delete_before_replace": True}
_SET: Entry = {"replace_on_changes": ["spec.serviceName"], "delete_before_replace": True}
_IGNORED: Entry = {
    "ignore_changes": ["spec.volumeClaimTemplates[*].spec.resources.requests.storage"]
}
_PROTECTED: Entry = {"protect": True}
_KEPT: Entry = {"retain_on_delete": True}
_FREE = claim(metadata={"name": None})

RAW: dict[str, Raw] = {
    # Claims.
    "nothing-changes": _edit([claim(), stateful_set()], [claim(), stateful_set()]),
    "claim-grows": _edit([claim()], [claim(size="12Gi")]),
    "claim-grows-in-other-words": _edit([claim()], [claim(size="8192Mi")]),
    "claim-grows-on-fixed-class": Raw(
        [[namespace(), storage_class(expand=False), claim()]],
        [namespace(), storage_class(expand=False), claim(size="12Gi")],
    ),
    "claim-shrinks": _edit([claim()], [claim(size="4Gi")]),
    "claim-gets-a-label": _edit([claim()], [claim(label={"team": "data"})]),
    "claim-created": _edit([], [claim()]),
    "claim-removed": _edit([claim()], []),
    "claim-removed-from-retain-class": Raw(
        [[namespace(), storage_class(reclaim="Retain"), claim()]],
        [namespace(), storage_class(reclaim="Retain")],
    ),
    "claim-removed-of-unknown-class": _edit([claim(of="outside")], []),
    "claim-removed-with-its-retain-class": Raw(
        [[namespace(), storage_class(reclaim="Retain"), claim()]], [namespace()]
    ),
    "claim-removed-retained": _edit([claim(**_KEPT)], []),
    "claim-class-changes": _edit([claim()], [claim(of="outside")]),
    "claim-mode-changes": _edit([claim()], [claim(mode="ReadWriteOncePod")]),
    "claim-class-not-known-yet": _edit(
        [claim()],
        [
            entry("StorageClass", "new", storage_class()["body"] | {"metadata": {"name": None}}),
            claim(of={"name of": "new"}),
        ],
    ),
    "claim-renamed": _edit([claim()], [called("data", claim("data-2"))]),
    "claim-renamed-in-the-stack": _edit([claim()], [called("other", claim())]),
    "claim-renamed-in-both": _edit([claim()], [claim("data-2")]),
    "claim-renamed-in-both-retained": _edit([claim(**_KEPT)], [claim("data-2", **_KEPT)]),
    "claim-autonamed-class-changes": _edit([_FREE], [claim(of="outside", metadata={"name": None})]),
    "claim-moves-under-a-parent": _edit([claim()], [claim(parent="group", was_at_root=True)]),
    "claim-unprotected": _edit([claim(**_PROTECTED)], [claim()]),
    "claim-unprotected-and-replaced": _edit([claim(**_PROTECTED)], [claim(of="outside")]),
    "claim-protected-and-replaced": _edit(
        [claim(**_PROTECTED)], [claim(of="outside", **_PROTECTED)]
    ),
    "claim-retain-dropped": _edit([claim(**_KEPT)], [claim()]),
    "claim-retain-dropped-after-a-refresh": Raw(
        [[namespace(), storage_class(), claim(**_KEPT)]],
        [namespace(), storage_class(), claim()],
        refresh=True,
    ),
    "claim-retained-and-replaced": _edit([claim(**_KEPT)], [claim(of="outside", **_KEPT)]),
    "claim-retain-dropped-and-replaced": _edit([claim(**_KEPT)], [claim(of="outside")]),
    "claim-import-dropped": Raw(
        [
            [namespace(), storage_class(), claim()],
            [namespace(), storage_class(), claim(import_=f"{NS}/data")],
        ],
        [namespace(), storage_class(), claim()],
    ),
    # Claims as this project keeps them.
    "patch-grows": _edit([patch(**_KEPT)], [patch(size="12Gi", **_KEPT)]),
    "patch-removed-retained": _edit([patch(**_KEPT)], []),
    "patch-removed": _edit([patch()], []),
    "patch-renamed": _edit([patch(**_KEPT)], [called("data", patch("data-2", **_KEPT))]),
    "patch-renamed-in-the-stack": _edit([patch(**_KEPT)], [called("other", patch(**_KEPT))]),
    # StatefulSets.
    "set-created": _edit([], [stateful_set(deleted="Delete")]),
    "set-image": _edit([stateful_set()], [stateful_set(image="zookeeper:3.9.5")]),
    "set-scales-out": _edit([stateful_set()], [stateful_set(replicas=3)]),
    "set-scales-in": _edit([stateful_set()], [stateful_set(replicas=1)]),
    "set-scales-in-with-claims": _edit(
        [stateful_set(scaled="Delete")], [stateful_set(scaled="Delete", replicas=1)]
    ),
    "set-removed": _edit([stateful_set()], []),
    "set-removed-with-claims": _edit([stateful_set(deleted="Delete")], []),
    "set-removed-with-claims-orphan": _edit([stateful_set(deleted="Delete", orphan=True)], []),
    "set-removed-with-claims-on-retain-class": Raw(
        [[namespace(), storage_class(reclaim="Retain"), stateful_set(deleted="Delete")]],
        [namespace(), storage_class(reclaim="Retain")],
    ),
    "set-claims-go-from-now-on": _edit([stateful_set()], [stateful_set(deleted="Delete")]),
    "set-claims-go-with-replicas-from-now-on": _edit(
        [stateful_set()], [stateful_set(scaled="Delete")]
    ),
    "set-claims-stay-from-now-on": _edit([stateful_set(deleted="Delete")], [stateful_set()]),
    "set-size-grows": _edit([stateful_set()], [stateful_set(size="12Gi")]),
    "set-size-ignored": _edit([stateful_set(**_IGNORED)], [stateful_set(size="12Gi", **_IGNORED)]),
    "set-service-changes": _edit([stateful_set()], [stateful_set(service="zk-2")]),
    "set-replaced": _edit([stateful_set(**_SET)], [stateful_set(service="zk-2", **_SET)]),
    "set-replaced-with-claims": _edit(
        [stateful_set(deleted="Delete", **_SET)],
        [stateful_set(deleted="Delete", service="zk-2", **_SET)],
    ),
    "set-replaced-orphan": _edit(
        [stateful_set(orphan=True, **_SET)], [stateful_set(orphan=True, service="zk-2", **_SET)]
    ),
    "set-replaced-with-claims-orphan": _edit(
        [stateful_set(deleted="Delete", orphan=True, **_SET)],
        [stateful_set(deleted="Delete", orphan=True, service="zk-2", **_SET)],
    ),
    "set-renamed": _edit([stateful_set()], [called("zk", stateful_set("zk-2"))]),
    "set-renamed-in-both": _edit([stateful_set()], [stateful_set("zk-2")]),
    "set-unprotected": _edit([stateful_set(**_PROTECTED)], [stateful_set()]),
    # Classes.
    "class-parameters": Raw(
        [[namespace(), storage_class(), claim()]],
        [namespace(), storage_class(pool="fast"), claim()],
    ),
    "class-reclaim-policy": Raw(
        [[namespace(), storage_class(reclaim="Retain", **_ON_CHANGE), claim()]],
        [namespace(), storage_class(reclaim="Delete", **_ON_CHANGE), claim()],
    ),
    "class-expansion-off": Raw(
        [[namespace(), storage_class(), claim()]],
        [namespace(), storage_class(expand=False), claim()],
    ),
    "class-removed": Raw([[namespace(), storage_class(), claim()]], [namespace(), claim()]),
    # Everything else that holds data, or a lock on it.
    "namespace-removed": Raw([[namespace(), storage_class(), claim()]], [storage_class()]),
    "namespace-removed-empty": Raw([[namespace(), storage_class()]], [storage_class()]),
    "namespace-removed-retained": Raw([[namespace(**_KEPT), storage_class()]], [storage_class()]),
    "volume-removed": _edit([volume()], []),
    "volume-removed-delete": _edit([volume(reclaim="Delete")], []),
    "volume-goes-from-now-on": _edit([volume()], [volume(reclaim="Delete")]),
    "volume-stays-from-now-on": _edit([volume(reclaim="Delete")], [volume()]),
    "snapshot-taken": _edit([claim(), snapshot_class()], [claim(), snapshot_class(), snapshot()]),
    "snapshot-removed": _edit([claim(), snapshot_class(), snapshot()], [claim(), snapshot_class()]),
    "snapshot-removed-from-retain-class": _edit(
        [claim(), snapshot_class("Retain"), snapshot()], [claim(), snapshot_class("Retain")]
    ),
    "provider-replaced": Raw(
        [[provider("one"), *at("cluster", namespace(), storage_class(), stateful_set())]],
        [provider("two"), *at("cluster", namespace(), storage_class(), stateful_set())],
    ),
    "provider-not-known-yet": Raw(
        [[provider("one"), *at("cluster", namespace(), storage_class(), claim(), stateful_set())]],
        [
            provider("one"),
            at("cluster", called("new", entry("ConfigMap", "new", {"metadata": {"name": None}})))[
                0
            ],
            # By its identifier it is the same cluster, whatever its context will be.
            {
                "kind": "Provider",
                "name": "next",
                "body": {"clusterIdentifier": "one", "context": {"name of": "new"}},
            },
            *at("next", namespace(), storage_class(), claim(), stateful_set()),
        ],
    ),
    "deployment-image": _edit([claim(), deployment()], [claim(), deployment(image="mysql:8.4.7")]),
    "deployment-mounts-another-claim": _edit(
        [claim(), claim("new"), deployment()], [claim(), claim("new"), deployment(mounts="new")]
    ),
    "deployment-mounts-by-output-and-claim-grows": _edit(
        [claim(), deployment(mounts={"name of": "data"})],
        [claim(size="12Gi"), deployment(mounts={"name of": "data"})],
    ),
    "secret-changes": _edit([secret("hunter2")], [secret("hunter3")]),
}

_ZOOKEEPER: Entry = {"replicas": 2, "storage": {"size": "8Gi"}}
_MYSQL: Entry = {"pattern": "deployment", "storage": {"size": "8Gi"}}


def _workloads(**workloads: Any) -> dict[str, Any]:
    return {"workloads": workloads}


OWN: dict[str, Own] = {
    "own-nothing-changes": Own(
        _workloads(zookeeper=_ZOOKEEPER, mysql=_MYSQL),
        _workloads(zookeeper=_ZOOKEEPER, mysql=_MYSQL),
    ),
    "own-set-grows": Own(
        _workloads(zookeeper=_ZOOKEEPER),
        _workloads(zookeeper={**_ZOOKEEPER, "storage": {"size": "12Gi"}}),
    ),
    "own-set-scales-in": Own(
        _workloads(zookeeper=_ZOOKEEPER), _workloads(zookeeper={**_ZOOKEEPER, "replicas": 1})
    ),
    "own-workload-removed": Own(
        _workloads(zookeeper=_ZOOKEEPER, mysql=_MYSQL), _workloads(zookeeper=_ZOOKEEPER)
    ),
    "own-pattern-switched": Own(
        _workloads(zookeeper={**_ZOOKEEPER, "replicas": 1}),
        {
            **_workloads(zookeeper={**_ZOOKEEPER, "replicas": 1, "pattern": "deployment"}),
            # Else it is refused by the guard, and there is nothing to judge.
            "preflight": "off",
        },
    ),
    "own-image": Own(
        _workloads(mysql=_MYSQL), _workloads(mysql={**_MYSQL, "image": "mysql:8.4.7"})
    ),
    "own-class-remade": Own(
        _workloads(mysql=_MYSQL),
        {**_workloads(mysql=_MYSQL), "storageClass": {"reclaimPolicy": "Delete"}},
    ),
    "own-grows-on-fixed-class": Own(
        {**_workloads(mysql=_MYSQL), "storageClass": {"allowVolumeExpansion": False}},
        {
            **_workloads(mysql={**_MYSQL, "storage": {"size": "12Gi"}}),
            "storageClass": {"allowVolumeExpansion": False},
        },
    ),
    # What its guard says.
    "own-refused": Own(
        _workloads(zookeeper=_ZOOKEEPER),
        _workloads(zookeeper={**_ZOOKEEPER, "podManagementPolicy": "OrderedReady"}),
    ),
    "own-refused-in-the-end": Own(
        _workloads(zookeeper=_ZOOKEEPER),
        {
            **_workloads(zookeeper={**_ZOOKEEPER, "podManagementPolicy": "OrderedReady"}),
            "preflight": "off",
        },
    ),
    "own-renamed": Own(
        _workloads(zookeeper=_ZOOKEEPER, mysql=_MYSQL),
        _workloads(
            zookeeper={**_ZOOKEEPER, "storage": {"size": "8200Mi"}},
            redis={"storage": {"size": "1500Mi"}},
        ),
    ),
    "own-destroyed": Own(_workloads(mysql=_MYSQL), _workloads(mysql=_MYSQL), destroy=True),
    "own-ephemeral-destroyed": Own(
        {**_workloads(zookeeper=_ZOOKEEPER), "ephemeral": True},
        {**_workloads(zookeeper=_ZOOKEEPER), "ephemeral": True},
        destroy=True,
    ),
}
