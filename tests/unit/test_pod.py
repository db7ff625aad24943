"""The shape of a pod, and what the escape hatch may not do."""

import json
from typing import Any

import pulumi
import pytest

from statefast import PersistentDeployment, PersistentStatefulSet, StatefastError
from tests.recording import Registered
from tests.unit.samples import (
    container,
    deployment,
    deployment_args,
    stateful_set,
    stateful_set_args,
    template,
    volume,
)

SIDECAR = {"name": "exporter", "image": "exporter:1", "ports": [{"name": "metrics", "port": 9100}]}


def made(**changes: object) -> Registered:
    return stateful_set("zk", **changes).one("StatefulSet", "zk")


def pod(**changes: object) -> dict[str, Any]:
    found: dict[str, Any] = template(made(**changes))["spec"]
    return found


def test_a_config_file_is_one_file_and_its_content_is_in_the_checksum() -> None:
    recording = stateful_set(config_files={"/etc/zk/zk.cfg": "a"})
    workload = recording.one("StatefulSet", "zk")
    assert recording.one("ConfigMap", "zk-config").inputs["data"] == {"etc_zk_zk.cfg": "a"}
    assert container(workload)["volumeMounts"][1] == {
        "name": "config-files",
        "mountPath": "/etc/zk/zk.cfg",
        "subPath": "etc_zk_zk.cfg",
        "readOnly": True,
    }
    sums = [
        template(made(config_files={"/etc/zk/zk.cfg": text}))["metadata"]["annotations"]
        for text in ("a", "a", "b")
    ]
    assert sums[0] == sums[1] != sums[2]


def test_a_sidecar_starts_first_and_its_ports_are_offered() -> None:
    recording = stateful_set(
        sidecars=[SIDECAR],
        init_containers=[{"name": "init", "image": "init:1", "mounts": {"zk-vol": "/data"}}],
        metrics={"port": "metrics"},
    )
    workload = recording.one("StatefulSet", "zk")
    first, second = template(workload)["spec"]["initContainers"]
    assert (first["name"], first["restartPolicy"]) == ("exporter", "Always")
    assert second["name"] == "init"
    assert "restartPolicy" not in second
    assert second["volumeMounts"] == [{"name": "zk-vol", "mountPath": "/data"}]
    ports = [port["name"] for port in recording.one("Service", "zk").spec["ports"]]
    assert ports == ["client", "metrics"]
    assert template(workload)["metadata"]["annotations"] == {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "9100",
        "prometheus.io/path": "/metrics",
    }


def test_the_pod_is_the_same_for_every_number_of_replicas() -> None:
    assert template(made(replicas=1)) == template(made(replicas=5))


def test_plain_values_come_last_since_they_may_refer_to_the_others() -> None:
    env = container(
        made(
            env={"A": "$(Z)"},
            secret_env={"Z": "x"},
            env_sources={"Y": {"config_map": "c", "key": "k"}},
            ordinal_env="N",
        )
    )["env"]
    assert [item["name"] for item in env] == ["N", "Z", "Y", "A"]


def test_the_account_is_the_workloads_own_unless_one_is_named() -> None:
    recording = stateful_set()
    assert recording.one("ServiceAccount", "zk").inputs["automountServiceAccountToken"] is False
    assert template(recording.one("StatefulSet", "zk"))["spec"]["serviceAccountName"] == "zk"
    named = stateful_set(service_account_name="cloud")
    assert "ServiceAccount zk" not in named.kinds()
    assert template(named.one("StatefulSet", "zk"))["spec"]["serviceAccountName"] == "cloud"


def test_the_escape_hatch_is_merged_by_name_and_last() -> None:
    spec = pod(
        pod={
            "runtimeClassName": "gvisor",
            "topologySpreadConstraints": None,
            "containers": [{"name": "zk", "tty": True}, {**BESIDE, "name": "more"}],
        }
    )
    assert spec["runtimeClassName"] == "gvisor"
    assert "topologySpreadConstraints" not in spec
    first, more = spec["containers"]
    assert first["tty"] is True
    assert first["image"] == "zookeeper:3.9.4"
    assert more["name"] == "more"


BESIDE = {
    "image": "a:1",
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ({"restartPolicy": "Never"}, r"pod\.restartPolicy is 'Never'"),
        ({"activeDeadlineSeconds": 1}, "a pod spec has no such key"),
        ({"hostNetwrk": True}, "did you mean 'hostNetwork'"),
        ({"containers": None}, r"pod\.containers\[zk\] is missing, but it belongs"),
        ({"containers": [{"name": "zk", "volumeMounts": None}]}, "but it belongs to the workload"),
        (
            {"containers": [{"name": "zk", "volumeMounts": [{"mountPath": "/data", "name": "x"}]}]},
            "but it belongs to the workload",
        ),
        ({"volumes": [{"name": "zk-vol", "emptyDir": {}}]}, "but it belongs to the workload"),
        ({"hostNetwork": True}, "restricted Pod Security Standard"),
        ({"volumes": [{"name": "h", "hostPath": {"path": "/"}}]}, r"volumes\[h\]\.hostPath"),
        ({"securityContext": {"runAsNonRoot": False}}, "runAsNonRoot"),
        ({"securityContext": {"runAsUser": 0}}, "runAsUser is 0"),
        ({"securityContext": {"seccompProfile": None}}, "seccompProfile"),
        ({"securityContext": {"sysctls": [{"name": "kernel.x", "value": "1"}]}}, "sysctls"),
        ({"containers": [{"name": "more", "image": "a:1"}]}, "allowPrivilegeEscalation"),
        ({"dnsConfig": object()}, "not plain"),
    ],
)
def test_the_escape_hatch_goes_only_so_far(override: dict[str, object], said: str) -> None:
    with pytest.raises(StatefastError, match=said):
        PersistentStatefulSet.check("zk", stateful_set_args(pod=override))


def test_the_restricted_standard_can_be_left_by_word_and_the_volumes_cannot() -> None:
    assert pod(pod={"hostNetwork": True}, restricted=False)["hostNetwork"] is True
    args = stateful_set_args(pod={"containers": None}, restricted=False)
    with pytest.raises(StatefastError, match="belongs to the workload"):
        PersistentStatefulSet.check("zk", args)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sidecars": [{**SIDECAR, "ports": [{"name": "client", "port": 1}]}]}, "has that name"),
        ({"sidecars": [{**SIDECAR, "ports": [{"name": "m", "port": 2181}]}]}, "has that number"),
        ({"sidecars": [{**SIDECAR, "name": "zk"}]}, "two containers have that name"),
        ({"sidecars": [{**SIDECAR, "secrets": ["A"]}]}, "there is no such secret"),
        ({"sidecars": [{**SIDECAR, "mounts": {"zk-vo": "/m"}}]}, "did you mean 'zk-vol'"),
        ({"config_files": {"/data": "a"}}, "has two things there"),
        ({"config_files": {"etc": "a"}}, "not the path of a file"),
        ({"config_files": {"/a": "x" * 2**20}}, "more than a ConfigMap holds"),
        ({"resources": {"requests": {"cpus": "1"}}}, "did you mean 'cpu'"),
        (
            {"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}},
            "but its limit is 1",
        ),
        ({"tolerations": [{"operator": "Exists", "value": "x"}]}, "asks for no value"),
        ({"network_policy": {"clients": [{}]}}, "anybody is meant"),
        ({"network_policy": {"clients": [{"namespace": "a", "ports": ["x"]}]}}, "no port has"),
        ({"metrics": {"port": "metric"}}, "no port has that name"),
        ({"update_strategy": {"partition": 4}}, r"partition is 4, out of bounds"),
        ({"update_strategy": {"type": "OnDelete", "partition": 1}}, "OnDelete has no partition"),
        ({"volumes": volume(size=None, existing_claim="c")}, "each replica has a claim"),
        ({"labels": {"bad key": "x"}}, "not the key of a label"),
    ],
)
def test_wrong_args_of_a_pod_are_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(StatefastError, match=said):
        PersistentStatefulSet.check("zk", stateful_set_args(**changes))


@pytest.mark.parametrize(
    ("partition", "conditions"),
    [
        (1, ["jsonpath={.status.readyReplicas}=3", "jsonpath={.status.updatedReplicas}"]),
        (3, ["jsonpath={.status.readyReplicas}=3"]),
    ],
)
def test_an_up_with_a_partition_waits_for_what_can_come(
    partition: int, conditions: list[str]
) -> None:
    workload = made(update_strategy={"partition": partition})
    assert json.loads(workload.metadata["annotations"]["pulumi.com/waitFor"]) == conditions
    assert workload.spec["updateStrategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"partition": partition},
    }
    assert "pulumi.com/waitFor" not in made().metadata["annotations"]


def test_claims_and_peers_follow_the_first_ordinal() -> None:
    recording = stateful_set(first_ordinal=4, replicas=2)
    assert recording.one("StatefulSet", "zk").spec["ordinals"] == {"start": 4}
    patches = sorted(item.name for item in recording.objects() if "ClaimPatch" in item.kind)
    assert patches == ["zk-vol-zk-4", "zk-vol-zk-5"]


def test_an_existing_claim_is_mounted_and_not_made() -> None:
    recording = deployment(volumes=volume(size=None, existing_claim="theirs"))
    assert not [item for item in recording.objects() if "Claim" in item.kind]
    (only,) = template(recording.one("Deployment", "zk"))["spec"]["volumes"]
    assert only["persistentVolumeClaim"] == {"claimName": "theirs"}


def test_a_rollout_is_stuck_later_than_the_slowest_start_and_before_the_wait_ends() -> None:
    slow = {"port": "client", "period_seconds": 10, "failure_threshold": 90}
    made = deployment(startup_probe=slow, termination_grace_period_seconds=300)
    workload = made.one("Deployment", "zk")
    deadline = workload.spec["progressDeadlineSeconds"]
    assert deadline > 900
    # The former pod may take as long as it may to stop, before that clock begins.
    assert int(workload.timeouts["update"].rstrip("s")) > deadline + 300
    with pytest.raises(StatefastError, match="progress_deadline_seconds is 5, out of bounds"):
        PersistentDeployment.check(
            "zk", deployment_args(min_ready_seconds=9, progress_deadline_seconds=5)
        )


def test_what_no_decision_about_data_needs_may_be_known_later() -> None:
    made = deployment(
        service_account_name=pulumi.Output.from_input("reader"),
        image_pull_secrets=["plain", pulumi.Output.from_input("later")],
        pod_annotations={"note": pulumi.Output.from_input("late")},
    )
    pod = template(made.one("Deployment", "zk"))
    assert pod["spec"]["serviceAccountName"] == "reader"
    assert pod["spec"]["imagePullSecrets"] == [{"name": "plain"}, {"name": "later"}]
    assert pod["metadata"]["annotations"]["note"] == "late"


@pytest.mark.parametrize("field", ["namespace", "component"])
def test_what_has_to_be_known_says_why(field: str) -> None:
    with pytest.raises(StatefastError, match="held against the cluster, so it has to be known"):
        PersistentDeployment.check("zk", deployment_args(**{field: pulumi.Output.from_input("x")}))
