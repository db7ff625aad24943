"""`statefast doctor`, `status` and `volumes` of a stack that hands went through."""

import json
import subprocess
import sys
from typing import Any

from localcluster.layout import PROJECT

from .conftest import Deployment

RUN = "from cli.main import app; app()"
WORKLOAD = {"workload": "zookeeper", "replicas": 2, "storage": {"size": "1Gi"}}
CLAIMS = ("zk-vol-zk-0", "zk-vol-zk-1")


def said(deployment: Deployment, *words: str) -> tuple[int, Any]:
    done = subprocess.run(
        [sys.executable, "-c", RUN, *words, "-n", deployment.name, "-o", "json"],
        env=deployment.environment(),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert not done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_what_hands_did_is_found_with_what_helps(deployment: Deployment) -> None:
    deployment.workloads(zk=WORKLOAD).up()
    code, found = said(deployment, "doctor")
    assert (code, found) == (0, []), found

    volumes = deployment.data()
    first, second = (volumes[claim].volume for claim in CLAIMS)
    deployment.kubectl(
        "patch", "pv", first, "-p", '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}'
    )
    grown = '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}'
    deployment.kubectl("patch", "pvc", CLAIMS[0], "-p", grown)
    deployment.wait_capacity(CLAIMS[0], "2Gi")
    deployment.kubectl("scale", "statefulset/zk", "--replicas=1")
    deployment.wait("pod/zk-1", "--for=delete")
    deployment.kubectl("delete", "pvc", CLAIMS[1])
    deployment.wait(f"pv/{second}", "--for=jsonpath={.status.phase}=Released")

    code, found = said(deployment, "doctor")
    assert code == 1
    remedies = {it["about"]: it["remedies"] for it in found}
    claim = f"PersistentVolumeClaim {deployment.name}/{CLAIMS[0]}"
    assert set(remedies) == {claim, f"PersistentVolume {second}"}
    assert len(found) == 3
    (keep,) = next(it["remedies"] for it in found if "reclaim policy" in it["problem"])

    _, rows = said(deployment, "volumes")
    assert {(row["volume"], row["phase"]) for row in rows} == {
        (first, "Bound"),
        (second, "Released"),
    }
    _, rows = said(deployment, "status")
    assert [(row["claim"], row["size"], row["ready"]) for row in rows] == [
        (CLAIMS[0], "2Gi", "1/1")
    ]

    # What it says to do is done.
    subprocess.run(["bash", "-ceu", keep], env=deployment.environment(), check=True)
    deployment.workloads(zk={**WORKLOAD, "storage": {"size": "2Gi"}})
    result = deployment.pulumi("up", "--yes", "--refresh", "--suppress-progress")
    assert result.code == 0, result.text
    assert deployment.data()[CLAIMS[1]].volume == second
    code, found = said(deployment, "doctor")
    assert (code, found) == (0, []), found
