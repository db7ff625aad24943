"""The shape of a PersistentStatefulSet. What the engine makes of it is in tests/engine."""

import pytest

from statefast import PersistentStatefulSet, StatefastError
from tests.recording import run
from tests.unit.samples import (
    container,
    labels,
    parents,
    read,
    said,
    selector,
    stateful_set,
    stateful_set_args,
    template,
    volume,
)

OWN = "statefast:index:PersistentStatefulSet"
OTHER = "statefast:index:PersistentDeployment"


def test_registers_these_objects_and_no_others() -> None:
    assert stateful_set().kinds() == [
        "PersistentVolumeClaimPatch zk-vol-zk-0",
        "PersistentVolumeClaimPatch zk-vol-zk-1",
        "PersistentVolumeClaimPatch zk-vol-zk-2",
        "PodDisruptionBudget zk",
        "Service zk",
        "Service zk-headless",
        "ServiceAccount zk",
        "StatefulSet zk",
    ]


def test_every_child_is_the_components_own() -> None:
    children = parents(stateful_set())
    for own in ("Record record", "PersistentStatefulSet zk"):
        assert children.pop(own) == "pulumi:pulumi:Stack::statefast-dev"
    assert list(children.values()) == [f"{OWN}::zk"] * 8


def test_the_claim_template_is_frozen_and_carries_only_what_selects() -> None:
    made = stateful_set(volumes=volume(storage_class_name="rbd")).one("StatefulSet", "zk")
    assert made.spec["volumeClaimTemplates"] == [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "zk-vol", "labels": selector(), "annotations": said()},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "8Gi"}},
                "storageClassName": "rbd",
            },
        }
    ]
    assert made.ignore_changes == [
        "spec.podManagementPolicy",
        "spec.serviceName",
        "spec.selector",
        "spec.volumeClaimTemplates",
        "spec.revisionHistoryLimit",
    ]
    assert made.metadata["annotations"] == {
        "statefast/stack": "statefast/dev",
        "statefast/retention": "retain",
        **read(),
    }
    assert made.import_id == ""


def test_each_claim_is_grown_by_a_patch_that_lets_go_of_nothing() -> None:
    recording = stateful_set()
    made = recording.one("PersistentVolumeClaimPatch", "zk-vol-zk-2")
    assert made.inputs == {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": "zk-vol-zk-2",
            "namespace": "data",
            "labels": labels(),
            "annotations": {
                "pulumi.com/patchForce": "true",
                "pulumi.com/waitFor": "jsonpath={.status.capacity.storage}=8Gi",
                **said(),
                **read(),
            },
        },
        "spec": {"resources": {"requests": {"storage": "8Gi"}}},
    }
    assert made.retain_on_delete
    assert recording.one("StatefulSet", "zk").urn in made.dependencies


def test_a_size_is_written_as_the_driver_will_report_it() -> None:
    made = stateful_set(volumes=volume(size="8192Mi")).one(
        "PersistentVolumeClaimPatch", "zk-vol-zk-0"
    )
    wait = made.metadata["annotations"]["pulumi.com/waitFor"]
    assert wait == "jsonpath={.status.capacity.storage}=8Gi"
    assert made.spec["resources"]["requests"] == {"storage": "8Gi"}


def test_the_selector_is_name_and_instance_and_part_of_the_pods_labels() -> None:
    made = stateful_set(app="zookeeper").one("StatefulSet", "zk")
    wanted = selector(app="zookeeper")
    assert made.spec["selector"] == {"matchLabels": wanted}
    assert wanted.items() <= template(made)["metadata"]["labels"].items()


def test_the_governing_service_is_the_headless_one_made_with_it() -> None:
    recording = stateful_set(headless_suffix="server")
    headless = recording.one("Service", "zk-server")
    assert recording.one("StatefulSet", "zk").spec["serviceName"] == "zk-server"
    assert headless.spec["clusterIP"] == "None"
    assert headless.spec["publishNotReadyAddresses"] is True
    assert [port["name"] for port in headless.spec["ports"]] == ["server"]
    assert [port["name"] for port in recording.one("Service", "zk").spec["ports"]] == ["client"]


def test_what_something_else_chose_for_good_stays() -> None:
    chosen = {"app": "zk", "app.kubernetes.io/instance": "release"}
    made = stateful_set(selector=chosen, service_name="zk-hs")
    # The governing Service is somebody else's, and no other is made for that.
    assert [it for it in made.kinds() if it.startswith("Service ")] == ["Service zk"]
    found = made.one("StatefulSet", "zk")
    assert found.spec["serviceName"] == "zk-hs"
    assert found.spec["selector"] == {"matchLabels": chosen}
    pods = template(found)["metadata"]["labels"]
    assert pods == {**labels(), **chosen}
    assert made.one("Service", "zk").spec["selector"] == chosen


@pytest.mark.parametrize(
    ("args", "fragment"),
    [
        ({"selector": {}}, "would select all pods"),
        ({"selector": {"app": "a b"}}, "not the value of a label"),
        ({"selector": {"app": "zk"}, "labels": {"app": "other"}}, "selector says 'zk'"),
    ],
)
def test_a_selector_that_cannot_be_is_refused(args: dict[str, object], fragment: str) -> None:
    with pytest.raises(StatefastError, match=fragment):
        PersistentStatefulSet.check("zk", stateful_set_args(**args))


@pytest.mark.parametrize("retention", ["retain", "delete", "snapshot"])
def test_neither_the_set_nor_a_scale_in_deletes_a_claim(retention: str) -> None:
    made = stateful_set(retention=retention).one("StatefulSet", "zk")
    assert made.spec["persistentVolumeClaimRetentionPolicy"] == {
        "whenDeleted": "Retain",
        "whenScaled": "Retain",
    }


def test_history_is_never_set_and_the_workload_is_always_awaited() -> None:
    made = stateful_set().one("StatefulSet", "zk")
    assert "revisionHistoryLimit" not in made.spec
    assert "pulumi.com/skipAwait" not in made.metadata.get("annotations", {})


@pytest.mark.parametrize(
    ("replicas", "failures", "minutes"),
    [(1, 3, "10m"), (3, 3, "12m"), (9, 3, "36m"), (9, 60, "122m")],
)
def test_the_time_allowed_follows_the_replicas_and_their_start(
    replicas: int, failures: int, minutes: str
) -> None:
    probe = {"port": "client", "failure_threshold": failures}
    made = stateful_set(replicas=replicas, startup_probe=probe).one("StatefulSet", "zk")
    assert made.timeouts == {"create": minutes, "update": minutes}


def test_what_both_patterns_have_moves_between_them() -> None:
    recording = stateful_set()
    for name in ("zk", "zk-headless"):
        assert recording.one("Service", name).aliases == [
            recording.one("Service", name).parent.replace(OWN, OTHER)
        ]


def test_a_pod_passes_the_restricted_standard() -> None:
    made = stateful_set().one("StatefulSet", "zk")
    pod = template(made)["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 1000,
        "runAsGroup": 1000,
        "fsGroup": 1000,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container(made)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }


def test_two_of_them_live_in_one_program() -> None:
    def program() -> None:
        PersistentStatefulSet("a", stateful_set_args(volumes=volume(name="a-vol")))
        PersistentStatefulSet("b", stateful_set_args(volumes=volume(name="b-vol")))

    urns = [item.urn for item in run(program).resources]
    # Nine each, and one record of the stack.
    assert len(urns) == len(set(urns)) == 19


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"replicas": -1}, "replicas is -1, out of bounds"),
        ({"replicas": 1.5}, "replicas is 1.5, not a whole number"),
        ({"replicas": True}, "replicas is True, not a whole number"),
        ({"volumes": []}, "this workload owns data"),
        ({"volumes": volume(size="8 GB")}, r"volumes\[0\].size is '8 GB'"),
        ({"volumes": volume(mount_path="data")}, r"volumes\[0\].mount_path is 'data', not a path"),
        ({"volumes": volume() * 2}, "give each volume its own name and path"),
        ({"namespace": "Data"}, "namespace is 'Data', not a DNS label"),
        ({"pod_management_policy": "Serial"}, "pod_management_policy is 'Serial'"),
        ({"retention": "recycle"}, "retention is 'recycle'"),
        ({"replica": 3}, "did you mean 'replicas'"),
        ({"image": None}, "image is missing"),
        ({"labels": {"app.kubernetes.io/name": "x"}}, "selects or describes"),
        ({"liveness_probe": {"port": "nope"}}, "no port has that name"),
        ({"liveness_probe": {"command": ["a"], "port": "client"}}, "not one of its forms"),
        ({"liveness_probe": {"command": []}}, "not one of its forms"),
        ({"env_sources": {"A": {"secret": "a", "key": ""}}}, "not one of its forms"),
        ({"secret_env": {"A": "x"}, "generated_secret_env": ["A"]}, "given in secret_env as well"),
        ({"secret_env": {"A": "x"}, "env": {"A": "y"}}, "given twice: in the environment"),
    ],
)
def test_wrong_args_are_refused_before_anything_is_registered(
    changes: dict[str, object], said: str
) -> None:
    with pytest.raises(StatefastError, match=said):
        PersistentStatefulSet.check("zk", stateful_set_args(**changes))
