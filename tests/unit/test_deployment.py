"""The shape of a PersistentDeployment, its claim and its Secrets."""

import base64

import pytest

from statefast import PersistentDeployment, StatefastError, VolumeClaim
from tests.recording import Recording, run
from tests.unit.samples import (
    assert_hidden,
    container,
    deployment,
    deployment_args,
    labels,
    opened,
    said,
    template,
    volume,
)

OWN = "statefast:index:PersistentDeployment"
OTHER = "statefast:index:PersistentStatefulSet"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_registers_these_objects_and_no_others() -> None:
    assert deployment().kinds() == [
        "Deployment zk",
        "PersistentVolumeClaimPatch zk-vol",
        "Service zk",
        "Service zk-headless",
        "ServiceAccount zk",
    ]


def test_without_ports_for_peers_there_is_no_headless_service() -> None:
    assert deployment(ports=[{"name": "mysql", "port": 3306}]).kinds() == [
        "Deployment zk",
        "PersistentVolumeClaimPatch zk-vol",
        "Service zk",
        "ServiceAccount zk",
    ]


@pytest.mark.parametrize(
    ("mode", "strategy"),
    [
        ("ReadWriteOnce", "Recreate"),
        ("ReadWriteOncePod", "Recreate"),
        ("ReadWriteMany", "RollingUpdate"),
        ("ReadOnlyMany", "RollingUpdate"),
    ],
)
def test_the_strategy_follows_the_access_mode(mode: str, strategy: str) -> None:
    made = deployment(volumes=volume(access_modes=[mode])).one("Deployment", "zk")
    assert made.spec["strategy"] == {"type": strategy}


@pytest.mark.parametrize("mode", ["ReadWriteOnce", "ReadWriteOncePod"])
def test_two_replicas_of_one_writer_are_refused(mode: str) -> None:
    args = deployment_args(replicas=2, volumes=volume(access_modes=[mode]))
    with pytest.raises(StatefastError, match=r"replicas is 2.*write 1, or use the pattern"):
        PersistentDeployment.check("zk", args)


def test_replicas_that_something_else_decides_are_left_alone() -> None:
    shared = volume(access_modes=["ReadWriteMany"])
    path = "spec.replicas"
    assert path not in deployment(volumes=shared).one("Deployment", "zk").ignore_changes
    scaled = deployment(volumes=shared, autoscaled=True).one("Deployment", "zk")
    assert path in scaled.ignore_changes


def test_an_autoscaler_of_one_writer_is_refused() -> None:
    with pytest.raises(StatefastError, match=r"autoscaled is True.*write false, or use"):
        PersistentDeployment.check("zk", deployment_args(autoscaled=True))


def test_the_strictest_of_several_claims_decides() -> None:
    shared = volume(access_modes=["ReadWriteMany"])
    own = volume(name="own", mount_path="/own")
    assert deployment(volumes=shared + own).one("Deployment", "zk").spec["strategy"] == {
        "type": "Recreate"
    }
    with pytest.raises(StatefastError, match="claim own is ReadWriteOnce"):
        PersistentDeployment.check("zk", deployment_args(replicas=2, volumes=shared + own))


def test_the_claim_is_named_by_a_literal_and_waited_for() -> None:
    recording = deployment()
    made = recording.one("Deployment", "zk")
    assert template(made)["spec"]["volumes"] == [
        {"name": "zk-vol", "persistentVolumeClaim": {"claimName": "zk-vol"}}
    ]
    assert recording.one("PersistentVolumeClaimPatch", "zk-vol").urn in made.dependencies


def two_in_two_namespaces() -> None:
    for name in ("shop", "wiki"):
        given = deployment_args(namespace=name, volumes=volume(name="data"), retention="delete")
        PersistentDeployment(name, given)


@pytest.mark.parametrize(
    "state", [[], [("kubernetes:core/v1:PersistentVolumeClaimPatch", "shop/data")]]
)
def test_equally_named_claims_in_two_namespaces_are_two_resources(
    state: list[tuple[str, str]],
) -> None:
    recording = run(two_in_two_namespaces, state=state)

    urns = [item.urn for item in recording.resources]
    assert len(urns) == len(set(urns))
    claims = [item for item in recording.objects() if item.kind == "PersistentVolumeClaimPatch"]
    places = {item.name: (item.metadata["namespace"], item.metadata["name"]) for item in claims}
    assert places == {"shop.data": ("shop", "data"), "wiki.data": ("wiki", "data")}
    # One resource of the state cannot be two: that of a claim which is in none is called by no
    # name of before.
    former = {
        item.name: item.former_names for item in recording.resources if item.kind == "VolumeClaim"
    }
    assert former == {"shop.data": ["data"] if state else [], "wiki.data": []}


def test_a_claim_that_is_named_after_its_workload_keeps_its_name() -> None:
    made = deployment().one("VolumeClaim", "zk-vol")
    assert made.former_names == []


def claim(**changes: object) -> Recording:
    args = {"namespace": "data", "size": "8Gi", "storage_class_name": "rbd", **changes}
    return run(lambda: VolumeClaim("vol", args))  # type: ignore[arg-type]


def test_the_name_in_the_cluster_may_be_another() -> None:
    made = claim(claim_name="data").one("PersistentVolumeClaimPatch", "vol")
    assert made.metadata["name"] == "data"
    assert made.metadata["labels"]["app.kubernetes.io/instance"] == "data"


def test_a_retained_claim_is_applied_and_never_owned() -> None:
    made = claim().one("PersistentVolumeClaimPatch", "vol")
    assert made.retain_on_delete
    assert made.inputs == {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": "vol",
            "namespace": "data",
            "labels": labels("vol", component="storage"),
            "annotations": {
                "pulumi.com/skipAwait": "true",
                "pulumi.com/patchFieldManager": "statefast-statefast-dev",
                **said(),
            },
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "8Gi"}},
            "storageClassName": "rbd",
        },
    }


def test_a_claim_that_may_go_names_what_it_goes_with() -> None:
    recording = claim(retention="delete")
    made = recording.one("PersistentVolumeClaimPatch", "vol")
    owner = recording.one("ConfigMap", "vol-claims")
    (reference,) = made.metadata["ownerReferences"]
    assert (reference["kind"], reference["uid"]) == ("ConfigMap", "vol-claims-uid")
    assert made.retain_on_delete
    assert not owner.retain_on_delete


def test_what_both_patterns_have_moves_between_them() -> None:
    recording = deployment(generated_secret_env=["PASSWORD"], secret_env={"TOKEN": "t"})
    for kind, name in (
        ("Service", "zk"),
        ("Service", "zk-headless"),
        ("Secret", "zk-secrets"),
        ("SecretPatch", "zk-generated"),
        ("SecretPatch", "zk-generated-values"),
    ):
        made = recording.one(kind, name)
        assert made.aliases == [made.parent.replace(OWN, OTHER)], name


def test_a_generated_password_is_random_sealed_and_kept() -> None:
    def value(recording: Recording) -> str:
        made = recording.one("SecretPatch", "zk-generated-values")
        assert made.ignore_changes == ["data"]
        assert made.retain_on_delete
        data = made.inputs["data"]
        sealed = data["PASSWORD"] if isinstance(data, dict) and "PASSWORD" in data else data
        found = opened(sealed)
        return str(found["PASSWORD"] if isinstance(found, dict) else found)

    first = deployment(generated_secret_env=["PASSWORD"])
    second = deployment(generated_secret_env=["PASSWORD"])
    assert value(first) != value(second)
    assert len(base64.b64decode(value(first))) == 32
    assert_hidden(first, value(first), base64.b64decode(value(first)).decode())

    live = {"zk-generated": {"PASSWORD": encoded("of before")}}
    args = deployment_args(generated_secret_env=["PASSWORD"])
    again = run(lambda: PersistentDeployment("zk", args), live=live)
    assert value(again) == encoded("of before")


def test_a_given_secret_is_sealed_and_referred_to() -> None:
    recording = deployment(secret_env={"TOKEN": "hunter2"})
    assert_hidden(recording, "hunter2", encoded("hunter2"))
    assert container(recording.one("Deployment", "zk"))["env"] == [
        {
            "name": "TOKEN",
            "valueFrom": {"secretKeyRef": {"name": "zk-secrets", "key": "TOKEN"}},
        }
    ]


def test_the_ordinal_of_a_deployment_is_zero() -> None:
    made = deployment(ordinal_env="ORDINAL").one("Deployment", "zk")
    assert container(made)["env"] == [{"name": "ORDINAL", "value": "0"}]
