"""The shape of a VolumeClaim: one kind, whatever its retention."""

from typing import Any, cast

import pytest

from statefast import StatefastError, VolumeClaim, VolumeClaimArgs
from tests.recording import Registered, run

BASE: dict[str, Any] = {"namespace": "data", "size": "8Gi"}
RETENTIONS = pytest.mark.parametrize("retention", ["retain", "delete"])


def child(**given: Any) -> Registered:
    args = cast("VolumeClaimArgs", {**BASE, **given})
    return run(lambda: VolumeClaim("vol", args)).one("PersistentVolumeClaimPatch", "vol")


def waits(made: Registered) -> str:
    annotations = made.metadata["annotations"]
    if annotations.get("pulumi.com/skipAwait") == "true":
        return "for nothing"
    return str(annotations["pulumi.com/waitFor"])


@RETENTIONS
def test_a_plain_claim_asks_for_no_more_than_it_must(retention: str) -> None:
    made = child(retention=retention)
    assert made.kind == "PersistentVolumeClaimPatch"
    assert made.retain_on_delete
    assert ("ownerReferences" in made.metadata) is (retention == "delete")
    assert made.spec == {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "8Gi"}},
    }
    assert waits(made) == "for nothing"


@RETENTIONS
@pytest.mark.parametrize(
    ("given", "spec"),
    [
        ({"volume_mode": "Block"}, {"volumeMode": "Block"}),
        ({"access_modes": ["ReadWriteOncePod"]}, {"accessModes": ["ReadWriteOncePod"]}),
        ({"storage_class_name": ""}, {"storageClassName": ""}),
        ({"volume_attributes_class_name": "fast"}, {"volumeAttributesClassName": "fast"}),
        ({"volume_name": "pv"}, {"volumeName": "pv", "storageClassName": ""}),
        (
            {"volume_name": "pv", "storage_class_name": "rbd"},
            {"volumeName": "pv", "storageClassName": "rbd"},
        ),
        (
            {"selector": {"match_labels": {"tier": "Fast_1"}}},
            {"selector": {"matchLabels": {"tier": "Fast_1"}}, "storageClassName": ""},
        ),
        (
            {"selector": {"match_expressions": [{"key": "a.b/c", "operator": "Exists"}]}},
            {"selector": {"matchExpressions": [{"key": "a.b/c", "operator": "Exists"}]}},
        ),
        (
            {"data_source": {"snapshot": "monday"}},
            {
                "dataSource": {
                    "apiGroup": "snapshot.storage.k8s.io",
                    "kind": "VolumeSnapshot",
                    "name": "monday",
                }
            },
        ),
        (
            {"data_source": {"claim": "old"}},
            {"dataSource": {"kind": "PersistentVolumeClaim", "name": "old"}},
        ),
        (
            {"data_source_ref": {"api_group": "a.com", "kind": "Backup", "name": "b"}},
            {"dataSourceRef": {"apiGroup": "a.com", "kind": "Backup", "name": "b"}},
        ),
        (
            {"data_source_ref": {"api_group": "", "kind": "PersistentVolumeClaim", "name": "b"}},
            {"dataSourceRef": {"kind": "PersistentVolumeClaim", "name": "b"}},
        ),
    ],
)
def test_each_arg_is_in_the_spec_of_both_kinds(
    retention: str, given: dict[str, Any], spec: dict[str, Any]
) -> None:
    made = child(retention=retention, **given).spec
    assert spec.items() <= made.items()


@RETENTIONS
@pytest.mark.parametrize(
    ("given", "bound"),
    [
        ({"volume_name": "pv"}, True),
        ({"volume_name": "pv", "storage_class_name": "rbd"}, True),
        ({"selector": {"match_labels": {"a": "b"}}}, True),
        ({"selector": {"match_labels": {"a": "b"}}, "storage_class_name": "rbd"}, False),
        ({"data_source": {"claim": "old"}}, False),
        ({"storage_class_name": ""}, False),
    ],
)
def test_a_claim_for_a_volume_that_is_there_is_waited_for(
    retention: str, given: dict[str, Any], bound: bool
) -> None:
    wanted = "jsonpath={.status.phase}=Bound" if bound else "for nothing"
    assert waits(child(retention=retention, **given)) == wanted


SOURCE = {"data_source": {"claim": "old"}}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"volume_mode": "Raw"}, "volume_mode is 'Raw', not one of the choices"),
        ({"volume_name": "PV"}, "volume_name is 'PV', not a DNS name"),
        ({"storage_class_name": "RBD"}, "storage_class_name is 'RBD', not a DNS name"),
        (
            {"volume_attributes_class_name": ""},
            "volume_attributes_class_name is '', not a DNS name",
        ),
        ({"data_source": "old"}, "data_source is 'old', not a mapping"),
        ({"data_source": {}}, "but it takes one source"),
        ({"data_source": {"claim": "a", "snapshot": "b"}}, "but it takes one source"),
        ({"data_source": {"snapshots": "b"}}, r"data_source\.snapshots is .* mean 'snapshot'"),
        ({"data_source": {"claim": "A"}}, r"data_source\.claim is 'A'"),
        ({"data_source_ref": "old"}, "data_source_ref is 'old', not a mapping"),
        ({"data_source_ref": {"kind": "A", "name": "a"}}, r"data_source_ref\.api_group is miss"),
        (
            {"data_source_ref": {"api_group": "", "kind": "Secret", "name": "a"}},
            "Secret is no kind of Kubernetes itself that holds data",
        ),
        (
            {"data_source_ref": {"api_group": "a.com", "kind": "a/b", "name": "a"}},
            r"data_source_ref\.kind is 'a/b', not a kind",
        ),
        ({**SOURCE, "volume_name": "pv"}, "volume_name is 'pv', but data_source is given too"),
        ({**SOURCE, "selector": {"match_labels": {"a": "b"}}}, "a volume has one origin"),
        (
            {**SOURCE, "data_source_ref": {"api_group": "a.com", "kind": "B", "name": "c"}},
            "data_source_ref is 'c', but data_source is given too",
        ),
        ({"selector": "a=b"}, "selector is 'a=b', not a mapping"),
        ({"selector": {}}, "selector is {}, but it selects nothing"),
        ({"selector": {"labels": {"a": "b"}}}, r"selector\.labels is "),
        ({"selector": {"match_labels": {"a b": "c"}}}, "'a b', not the key of a label"),
        ({"selector": {"match_labels": {"a": "b c"}}}, "'b c', not the value of a label"),
        (
            {"selector": {"match_expressions": [{"key": "a", "operator": "In"}]}},
            "operator In takes one at least; give values",
        ),
        (
            {
                "selector": {
                    "match_expressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]
                }
            },
            "operator Exists takes none; remove them",
        ),
        (
            {"selector": {"match_expressions": [{"key": "a", "operator": "is"}]}},
            r"selector\.match_expressions\[0\]\.operator is 'is'",
        ),
        ({"labels": {"app.kubernetes.io/name": "x"}}, "a label that selects or describes"),
    ],
)
def test_wrong_args_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(StatefastError, match=said):
        VolumeClaim.check("vol", cast("VolumeClaimArgs", {**BASE, **given}))
