"""What `statefast migrate --class` would do, and what it refuses: plans of what lives."""

import json
import re
import subprocess
from typing import Any

import pytest

from cli.migrate.classes import plan_back, plan_class, target_of
from cli.migrate.found import Found, Plan, Refused
from cli.migrate.moving import Target

OURS = {"statefast/stack": "statefast/dev"}
DRIVER = "rbd.csi.ceph.com"
MARK = {"statefast/moves": "data/v-db-0"}


def metadata(name: str, instance: str = "db", **more: Any) -> dict[str, Any]:
    labels = {"app.kubernetes.io/instance": instance}
    said = {"uid": name, "labels": labels, "annotations": OURS}
    return {"name": name, "namespace": "data", **said, **more}


def claim(name: str = "v-db-0", volume: str = "pv-0", **more: Any) -> dict[str, Any]:
    finalizers = {"finalizers": ["kubernetes.io/pvc-protection"], **more}
    return {"metadata": metadata(name, **finalizers), "spec": {"volumeName": volume}}


def volume(of: str = "v-db-0", name: str = "pv-0", class_name: str = "slow", **more: Any) -> Any:
    spec = {
        "claimRef": {"namespace": "data", "name": of, "uid": "1"},
        "persistentVolumeReclaimPolicy": "Retain",
        "storageClassName": class_name,
        "accessModes": ["ReadWriteOnce"],
        "capacity": {"storage": "1Gi"},
        "csi": {"driver": DRIVER, "fsType": "ext4"},
    }
    return {"metadata": {"name": name, "uid": name, **more}, "spec": spec}


def pod(claim: str = "v-db-0", instance: str = "db") -> dict[str, Any]:
    mounts = [{"persistentVolumeClaim": {"claimName": claim}}]
    return {"metadata": metadata("db-0", instance), "spec": {"volumes": mounts}}


def stateful_set(**status: Any) -> dict[str, Any]:
    template = {"metadata": {"name": "v"}, "spec": {"storageClassName": "slow"}}
    containers = [{"name": "db", "image": "redis:7"}]
    return {
        "metadata": metadata("db"),
        "spec": {
            "replicas": 1,
            "volumeClaimTemplates": [template],
            "template": {"spec": {"containers": containers}},
        },
        "status": {"readyReplicas": 1, **status},
    }


def storage_class(name: str = "fast", **parameters: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "provisioner": DRIVER, "parameters": parameters}


def found(**given: Any) -> Found:
    parts: dict[str, Any] = {
        "sets": [stateful_set()],
        "claims": [claim()],
        "pods": [pod()],
        "volumes": [volume()],
        "classes": [storage_class()],
        "snapshot_classes": [{"metadata": {"name": "rbd"}, "driver": DRIVER}],
    }
    return Found(namespace="data", **{**parts, **given})


def job(*conditions: str) -> dict[str, Any]:
    told = [{"type": it, "status": "True", "message": "no space"} for it in conditions]
    metadata = {"name": "v-db-0-move", "annotations": MARK}
    return {"metadata": metadata, "status": {"conditions": told}}


def target(lives: Found, *modes: str, copies: bool = False) -> Target:
    return target_of(lives, "fast", modes, None, copies=copies)


def planned(lives: Found, *modes: str, copies: bool = False) -> Plan:
    return plan_class(lives, "db", target(lives, *modes, copies=copies))


def words(made: Plan) -> str:
    return " ".join(step.command for step in made.steps)


def test_a_snapshot_crosses_within_a_driver_and_files_are_copied_else() -> None:
    assert '"kind":"VolumeSnapshot"' in words(planned(found()))
    other = volume()
    other["spec"]["csi"] = {"driver": "other"}
    two = [{"metadata": {"name": name}, "driver": DRIVER} for name in ("a", "b")]
    for lives in (
        found(volumes=[other]),
        found(snapshot_classes=[]),
        found(snapshot_classes=two),
        found(classes=[storage_class(fsType="xfs")]),
    ):
        assert "cp -af" in words(planned(lives))
    assert "cp -af" in words(planned(found(), copies=True))


@pytest.mark.parametrize(
    ("lives", "said"),
    [
        (found(classes=[storage_class("slow")]), "no StorageClass fast; there are: slow"),
        (found(pods=[pod(instance="backup")]), "mounted by db-0, which are no pods of db"),
        (found(sets=[]), "is not there: write the class fast into its config"),
        (found(volumes=[volume(deletionTimestamp="now")]), "was deleted and goes with its claim"),
        (
            found(
                claims=[claim(volume="pv-9")],
                volumes=[volume(annotations=MARK), volume(name="pv-9")],
            ),
            "is on volume pv-9, and its data moves from pv-0",
        ),
        (found(claims=[claim(deletionTimestamp="now")]), "is being deleted"),
        (found(volumes=[volume(annotations=MARK)], jobs=[job("Failed")]), "failed (no space)"),
        (found(volumes=[volume(annotations=MARK)], jobs=[job("FailureTarget")]), "move fail"),
        (found(claims=[], sets=[]), "no workload of a stack with claims is called db"),
    ],
)
def test_what_is_not_safe_is_refused(lives: Found, said: str) -> None:
    with pytest.raises(Refused) as refused:
        planned(lives)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "others",
    [
        {"claims": [claim(), claim("v-db-0-old", "pv-7")]},
        {"claims": [claim(), claim("v-db-0-new", "pv-7")]},
        {"snapshots": [{"metadata": metadata("v-db-0-move")}]},
        {"jobs": [{"metadata": metadata("v-db-0-move")}]},
    ],
)
def test_what_others_called_like_that_is_not_deleted(others: dict[str, Any]) -> None:
    for volumes in ([volume()], [volume(annotations=MARK)]):
        lives = found(volumes=volumes, **others)
        with pytest.raises(Refused, match="has the name of what this move makes"):
            planned(lives)
    with pytest.raises(Refused, match="has the name of what this move makes"):
        plan_back(lives, "db")


@pytest.mark.parametrize(
    ("conditions", "waits"),
    [((), ["jsonpath", "condition=Complete"]), (("SuccessCriteriaMet",), ["condition=Complete"])],
)
def test_a_copy_is_whole_when_its_job_is_complete(
    conditions: tuple[str, ...], waits: list[str]
) -> None:
    """Its first condition is no sign: one that fails has one as well."""
    volumes = [volume("v-db-0-old", annotations=MARK)]
    lives = found(claims=[], volumes=volumes, jobs=[job(*conditions)])
    commands = [it.command for it in planned(lives).steps]
    found_waits = [it for it in commands if "wait job/" in it]
    assert re.findall("--for=(jsonpath|condition=[A-Za-z]*)", " ".join(found_waits)) == waits
    assert "copy-of" in commands[commands.index(found_waits[-1]) + 1]


def test_what_is_made_beside_a_claim_says_so() -> None:
    made = [it.command for it in planned(found()).steps if "create -f" in it.command]
    assert len(made) == 4
    assert all('"annotations":{"statefast/moves":"data/v-db-0"}' in it for it in made)


def test_modes_that_the_class_cannot_have_are_refused() -> None:
    with pytest.raises(Refused, match="cannot mount a file system ReadWriteMany"):
        planned(found(), "ReadWriteMany")


def test_a_copy_beside_a_claim_that_is_there_is_thrown_away() -> None:
    """Somebody gave the claim back by hand, and its pod may have written since."""
    copy = claim("v-db-0-new", "pv-1", annotations=MARK)
    lives = found(claims=[claim(), copy], volumes=[volume(annotations=MARK)])
    steps = [step.command for step in planned(lives).steps]
    thrown = steps.index("kubectl delete pvc v-db-0-new -n data --timeout=300s")
    held = next(index for index, command in enumerate(steps) if "finalizers/-" in command)
    assert thrown < held


def test_a_claim_that_its_set_has_not_made_yet_is_waited_for() -> None:
    copy = volume(name="pv-1", class_name="fast", annotations={"statefast/copy-of": "pv-0"})
    lives = found(
        claims=[], volumes=[volume("v-db-0-old"), copy], sets=[stateful_set(readyReplicas=0)]
    )
    lives.sets[0]["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "fast"
    made = planned(lives)
    assert [step.command.split()[1] for step in made.steps] == ["wait"]
    assert not made.done


def test_a_pod_that_is_not_ready_is_waited_for_before_another_stops() -> None:
    lives = found(sets=[stateful_set(readyReplicas=0)])
    words = [step.command.split()[1] for step in planned(lives).steps]
    assert words.index("wait") < words.index("delete")


@pytest.mark.parametrize("copies", [False, True])
def test_a_shell_makes_the_objects_that_are_meant(copies: bool) -> None:
    """A script that loses its line ends does nothing, and succeeds."""
    steps = [
        it.command for it in planned(found(), copies=copies).steps if "create -f" in it.command
    ]
    for command in steps:
        stub = f"kubectl() {{ cat; }}; {command}"
        done = subprocess.run(["/bin/sh", "-c", stub], capture_output=True, check=True)
        made = json.loads(done.stdout)
        if made["kind"] == "Job":
            (container,) = made["spec"]["template"]["spec"]["containers"]
            script = container["command"][2]
            assert script.startswith("set -eu\n")
            assert ("cp -af" in script) is copies
            break
    else:
        pytest.fail("no Job")


def test_there_is_nothing_to_take_back_of_what_never_moved() -> None:
    made = plan_back(found(), "db")
    assert (made.steps, made.done) == ((), True)
