"""Other hands on the same objects: no run shrinks, fights or fails over what they did."""

import json
from pathlib import Path

import yaml

from .conftest import Config, Deployment
from .test_guard_rights import Through

ZOOKEEPER: Config = {"storage": {"size": "8Gi"}, "replicas": 2}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "8Gi"}}


def grow(deployment: Deployment, claim: str, size: str) -> None:
    """As an autoresizer does it, or an operator at night: past this program."""
    change = json.dumps({"spec": {"resources": {"requests": {"storage": size}}}})
    deployment.kubectl("patch", "pvc", claim, "-p", change)
    deployment.wait_capacity(claim, size)


def sizes(deployment: Deployment) -> dict[str, str]:
    return {
        name: item["spec"]["resources"]["requests"]["storage"]
        for name, item in deployment.list("pvc").items()
    }


def test_what_an_autoresizer_grew_stays_grown(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    data = deployment.data()
    grow(deployment, "zookeeper-vol-zookeeper-1", "20Gi")
    grow(deployment, "mysql-vol", "20Gi")
    expected = {
        "mysql-vol": "20Gi",
        "zookeeper-vol-zookeeper-0": "8Gi",
        "zookeeper-vol-zookeeper-1": "20Gi",
    }

    assert "has grown to 20Gi by another hand" in deployment.preview().text
    deployment.up()
    assert sizes(deployment) == expected
    assert set(deployment.up().changes) == {"unchanged"}
    deployment.refresh()
    deployment.up()
    assert sizes(deployment) == expected

    # The owner grows, by less than the machine did and by more.
    bigger = {"storage": {"size": "12Gi"}}
    deployment.workloads(zookeeper={**ZOOKEEPER, **bigger}, mysql={**MYSQL, **bigger}).up()
    assert sizes(deployment) == {**expected, "zookeeper-vol-zookeeper-0": "12Gi"}
    biggest = {"storage": {"size": "30Gi"}}
    deployment.workloads(zookeeper={**ZOOKEEPER, **biggest}, mysql={**MYSQL, **biggest}).up()
    assert set(sizes(deployment).values()) == {"30Gi"}
    for claim in data:
        deployment.wait_capacity(claim, "30Gi")
    assert deployment.data() == data


def test_a_claim_grown_by_hand_to_the_size_that_is_then_written(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    data = deployment.data()
    for claim in data:
        grow(deployment, claim, "12Gi")

    deployment.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": "12Gi"}}).up()

    assert set(sizes(deployment).values()) == {"12Gi"}
    assert deployment.data() == data
    assert set(deployment.up().changes) == {"unchanged"}


def test_replicas_that_somebody_scaled(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    deployment.kubectl("scale", "statefulset/zookeeper", "--replicas=4")
    deployment.wait("statefulset/zookeeper", "--for=jsonpath={.status.readyReplicas}=4")
    data = deployment.data()
    assert len(data) == 4

    deployment.preview()
    deployment.up()
    assert deployment.get("statefulset", "zookeeper")["spec"]["replicas"] == 4
    deployment.refresh()
    deployment.up()

    assert deployment.get("statefulset", "zookeeper")["spec"]["replicas"] == 2
    assert deployment.data() == data


def test_an_autoscaler_keeps_its_replicas_and_all_of_them_grow(deployment: Deployment) -> None:
    scaled = {**ZOOKEEPER, "autoscaled": True}
    deployment.workloads(zookeeper=scaled).up()
    deployment.kubectl("scale", "statefulset/zookeeper", "--replicas=4")
    deployment.wait("statefulset/zookeeper", "--for=jsonpath={.status.readyReplicas}=4")
    data = deployment.data()

    deployment.refresh()
    deployment.workloads(
        zookeeper={**scaled, "storage": {"size": "12Gi"}, "labels": {"team": "storage"}}
    ).up()

    assert deployment.get("statefulset", "zookeeper")["spec"]["replicas"] == 4
    assert set(sizes(deployment).values()) == {"12Gi"}
    assert deployment.data() == data

    # Replicas that config has and the scaler does not want have no claims to patch.
    deployment.workloads(zookeeper={**scaled, "replicas": 6, "storage": {"size": "13Gi"}}).up()
    assert set(sizes(deployment).values()) == {"13Gi"}
    assert deployment.data() == data


def test_labels_and_annotations_of_others_on_a_claim(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    data = deployment.data()
    for claim in data:
        deployment.kubectl("annotate", "pvc", claim, "backup.example.com/daily=true")
        deployment.kubectl(
            "label", "pvc", claim, "app.kubernetes.io/component=changed", "--overwrite"
        )

    deployment.refresh()
    deployment.workloads(
        zookeeper={**ZOOKEEPER, "storage": {"size": "12Gi"}},
        mysql={**MYSQL, "storage": {"size": "12Gi"}},
    ).up()

    assert deployment.data() == data
    for claim in data:
        metadata = deployment.get("pvc", claim)["metadata"]
        assert metadata["annotations"]["backup.example.com/daily"] == "true"
        assert metadata["labels"]["app.kubernetes.io/component"] != "changed"


def test_a_set_deleted_by_hand_finds_its_claims(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    data = deployment.data()
    deployment.kubectl("delete", "statefulset", "zookeeper")

    deployment.refresh()
    deployment.up()

    assert deployment.data() == data
    deployment.wait("statefulset/zookeeper", "--for=jsonpath={.status.readyReplicas}=2")


def test_a_context_that_the_kubeconfig_does_not_have(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    kubeconfig = yaml.safe_load(deployment.workspace.cluster.kubeconfig.read_text())
    there = kubeconfig["current-context"]

    deployment.config["statefast:context"] = f"{there}s"
    said = set()
    for mode in ("warn", "off", "strict"):
        deployment.config["statefast:preflight"] = mode
        said.add(deployment.refused(f"context is '{there}s', but the kubeconfig has no such"))
    # Neither do these get to the provider.
    for flags in (["--refresh"], ["--refresh", "--run-program"]):
        result = deployment.pulumi("up", *flags, "--yes", "--skip-preview", "--suppress-progress")
        assert result.code != 0
        said |= {error.removeprefix("error: ") for error in result.errors}
    (sentence,) = said
    assert sentence.endswith(f"did you mean {there!r}? Known are {there}.")

    deployment.config["statefast:context"] = there
    deployment.config["statefast:preflight"] = "strict"
    assert set(deployment.up().changes) <= {"unchanged", "updated"}


def test_a_cluster_that_may_not_be_read_is_named_and_nothing_is_lost(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    data = deployment.data()

    # Nobody listens there.
    kubeconfig = yaml.safe_load(deployment.workspace.cluster.kubeconfig.read_text())
    kubeconfig["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(kubeconfig))
    deployment.config["statefast:preflight"] = "strict"
    said = Through(deployment, tmp_path / "kubeconfig").refusal()
    assert "preflight.mode is 'strict', but the cluster did not answer" in said

    deployment.config["statefast:preflight"] = "off"
    # The provider waits for the claims from now on, and the set lays no claim to fields that
    # another may have edited: two annotations, and nothing else.
    assert deployment.up().changes["updated"] == len(data) + 1
    frozen = {**ZOOKEEPER, "podManagementPolicy": "OrderedReady"}
    for wanted in (
        frozen,
        {**ZOOKEEPER, "storage": {"size": "8Gi", "storageClassName": "another"}},
    ):
        # Nothing was read, so nothing was said before; the engine leaves it as it is, and says so.
        result = deployment.workloads(zookeeper=wanted).preview(ok=False)
        assert "preflight" in result.text
        deployment.up(ok=False)
        assert deployment.data() == data
        live = deployment.get("statefulset", "zookeeper")["spec"]
        assert live["podManagementPolicy"] == "Parallel"
    assert set(deployment.workloads(zookeeper=ZOOKEEPER).up().changes) == {"unchanged"}
