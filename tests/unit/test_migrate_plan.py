"""What `statefast migrate` would do, and what it refuses: plans of what lives."""

from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.migrate.found import Found, Plan, Refused
from cli.migrate.plan import Pattern, plan

OURS = {"statefast/stack": "statefast/dev"}
KEEP = """kubectl patch pv pv-1 -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'"""
SET, DEPLOYMENT = Pattern.STATEFUL_SET, Pattern.DEPLOYMENT


def metadata(name: str, instance: str = "db", **more: Any) -> dict[str, Any]:
    labels = {"app.kubernetes.io/instance": instance}
    said = {"uid": name, "labels": labels, "annotations": OURS}
    return {"name": name, "namespace": "data", **said, **more}


def claim(name: str, volume: str = "pv-1", instance: str = "db") -> dict[str, Any]:
    return {"metadata": metadata(name, instance), "spec": {"volumeName": volume}}


def volume(of: str, name: str = "pv-1", policy: str = "Retain", **more: Any) -> dict[str, Any]:
    spec = {"claimRef": {"namespace": "data", "name": of}, "persistentVolumeReclaimPolicy": policy}
    return {"metadata": {"name": name, **more}, "spec": spec}


def mounting(*claims: str) -> dict[str, Any]:
    return {"volumes": [{"persistentVolumeClaim": {"claimName": name}} for name in claims]}


def deployment(replicas: int = 1, *claims: str) -> dict[str, Any]:
    template = {"spec": mounting(*(claims or ("db-vol",)))}
    return {"metadata": metadata("db"), "spec": {"replicas": replicas, "template": template}}


def stateful_set(replicas: int = 1) -> dict[str, Any]:
    templates = [{"metadata": {"name": "db-vol"}}]
    return {
        "metadata": metadata("db"),
        "spec": {"replicas": replicas, "volumeClaimTemplates": templates},
    }


def pod(name: str = "db-1", instance: str = "db") -> dict[str, Any]:
    return {"metadata": metadata(name, instance), "spec": mounting("db-vol")}


def found(**given: Any) -> Found:
    parts: dict[str, Any] = {
        "deployments": [deployment()],
        "claims": [claim("db-vol")],
        "pods": [pod()],
        "volumes": [volume("db-vol")],
    }
    return Found(namespace="data", **{**parts, **given})


def words(made: Plan) -> list[str]:
    return [" ".join(step.command.split()[1:3]) for step in made.steps]


def test_the_whole_way() -> None:
    made = plan(found(volumes=[volume("db-vol", policy="Delete")]), "db", SET)
    assert made.moves == {"db-vol": "db-vol-db-0"}
    assert words(made) == [
        "patch pv",
        "scale deployment/db",
        "wait pod/db-1",
        "delete pvc",
        "patch pv",
    ]
    assert made.steps[0].command == KEEP
    assert [step.phase for step in made.steps] == ["prepare", *["cut over"] * 4]
    assert not made.done


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({}, ["scale deployment/db", "wait pod/db-1", "delete pvc", "patch pv"]),
        ({"deployments": [deployment(0)]}, ["wait pod/db-1", "delete pvc", "patch pv"]),
        ({"deployments": [deployment(0)], "pods": []}, ["delete pvc", "patch pv"]),
        ({"deployments": [deployment(0)], "pods": [], "claims": []}, ["patch pv"]),
        (
            {
                "deployments": [deployment(0)],
                "pods": [],
                "claims": [],
                "volumes": [volume("db-vol-db-0")],
            },
            [],
        ),
    ],
)
def test_it_goes_on_from_wherever_it_was_cut_off(given: dict[str, Any], left: list[str]) -> None:
    made = plan(found(**given), "db", SET)
    assert words(made) == left
    assert not made.done


def test_it_is_done_when_the_claim_has_the_volume() -> None:
    moved = {"claims": [claim("db-vol-db-0")], "volumes": [volume("db-vol-db-0")], "pods": []}
    made = plan(found(deployments=[], sets=[stateful_set()], **moved), "db", SET)
    assert (made.steps, made.done) == ((), True)


def test_before_the_end_it_goes_back() -> None:
    cut = {"deployments": [deployment(0)], "pods": [], "claims": []}
    made = plan(found(**cut, volumes=[volume("db-vol-db-0")]), "db", DEPLOYMENT)
    assert made.moves == {"db-vol-db-0": "db-vol"}
    assert words(made) == ["patch pv"]
    assert '"name":"db-vol"' in made.steps[0].command
    # Unless somebody else has got the volume by the time that the command runs.
    test = '{"op":"test","path":"/spec/claimRef/name","value":"db-vol-db-0"}'
    assert test in made.steps[0].command


def test_several_volumes_stop_their_pod_once() -> None:
    made = plan(
        found(
            deployments=[deployment(1, "db-vol", "db-log")],
            claims=[claim("db-vol"), claim("db-log", "pv-2")],
            pods=[{"metadata": metadata("db-1"), "spec": mounting("db-vol", "db-log")}],
            volumes=[volume("db-vol"), volume("db-log", "pv-2")],
        ),
        "db",
        SET,
    )
    assert words(made) == [
        "scale deployment/db",
        "wait pod/db-1",
        *["delete pvc"] * 2,
        *["patch pv"] * 2,
    ]


def test_a_claim_of_another_is_not_moved() -> None:
    shared = claim("shared", "pv-9", instance="other")
    made = plan(
        found(
            deployments=[deployment(1, "db-vol", "shared")],
            claims=[claim("db-vol"), shared],
            volumes=[volume("db-vol"), volume("shared", "pv-9")],
        ),
        "db",
        SET,
    )
    assert made.moves == {"db-vol": "db-vol-db-0"}


@pytest.mark.parametrize(
    ("given", "to", "sentence"),
    [
        ({"deployments": [], "claims": []}, SET, "no workload of a stack with claims is called db"),
        ({"pods": [pod("x-1", "x")]}, SET, "is mounted by x-1, which are no pods of db"),
        (
            {"volumes": [volume("db-vol", deletionTimestamp="now")]},
            SET,
            "volume pv-1 of claim data/db-vol was deleted",
        ),
        (
            {
                "claims": [claim("db-vol"), claim("db-vol-db-0", "pv-2")],
                "volumes": [volume("db-vol"), volume("db-vol-db-0", "pv-2")],
            },
            SET,
            "more than one volume remembers them: pv-1, pv-2",
        ),
        (
            {"volumes": [volume("db-vol"), volume("db-vol-db-0", "pv-2")]},
            SET,
            "more than one volume remembers them: pv-1, pv-2",
        ),
        ({"claims": [claim("db-vol", "")], "volumes": []}, SET, "there is no volume"),
        (
            {
                "sets": [stateful_set(2)],
                "claims": [claim("db-vol-db-0"), claim("db-vol-db-1", "pv-2")],
            },
            DEPLOYMENT,
            "claims db-vol-db-1 have data of their own",
        ),
    ],
)
def test_what_is_not_safe_is_refused(given: dict[str, Any], to: Pattern, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        plan(found(**given), "db", to)
    assert sentence in str(refused.value)


def test_a_cluster_that_is_not_there_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    done = CliRunner().invoke(app, ["migrate", "db", "-n", "data"])
    assert done.exit_code == 1
    assert len(done.output.splitlines()) == 1


class Terminating:
    """A cluster whose namespace is being deleted."""

    def __init__(self, context: str | None) -> None:
        del context

    def found(self, path: str) -> dict[str, Any]:
        del path
        return {"metadata": {"deletionTimestamp": "now"}}

    def list(self, path: str) -> list[Any]:
        raise AssertionError(path)


def test_nothing_moves_in_a_namespace_that_is_being_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cli.api.Api", Terminating)
    done = CliRunner().invoke(app, ["migrate", "db", "-n", "data", "--run", "--yes"])
    assert done.exit_code == 1
    assert "namespace data is being deleted with all its claims" in done.output


def test_what_moves_to_a_class_does_not_move_to_a_pattern() -> None:
    moving = volume("db-vol", annotations={"statefast/moves": "data/db-vol"})
    with pytest.raises(Refused, match="is on its way to another storage class"):
        plan(found(volumes=[moving]), "db", SET)
