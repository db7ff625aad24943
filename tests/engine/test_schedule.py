"""Snapshots by the clock: a CronJob with rights to no more, which keeps the newest of its own."""

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from .conftest import Deployment
from .test_restore import take

NAME = "zookeeper-snapshots"
CLAIMS = ["zookeeper-vol-zookeeper-0", "zookeeper-vol-zookeeper-1"]
KEEP = 2


class Job:
    """What the container of a CronJob runs, run here as the account of the CronJob."""

    def __init__(self, deployment: Deployment, folder: Path) -> None:
        self.deployment = deployment
        spec = deployment.get("cronjob", NAME)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        (self.container,) = spec["containers"]
        account = f"system:serviceaccount:{deployment.name}:{spec['serviceAccountName']}"
        self.environment = deployment.environment()
        kubectl = shutil.which("kubectl", path=self.environment["PATH"])
        self.kubectl = folder / "kubectl"
        self.kubectl.write_text(f'#!/bin/sh\nexec {kubectl} --as={account} "$@"\n')
        self.kubectl.chmod(0o755)

    def run(self, **changes: str) -> int:
        given = {it["name"]: it["value"] for it in self.container["env"]}
        done = subprocess.run(
            self.container["command"],
            env={
                **self.environment,
                **given,
                **changes,
                "PATH": f"{self.kubectl.parent}:{self.environment['PATH']}",
            },
            check=False,
            timeout=60,
        )
        # The next one has another second in its name, and all it makes is of a later one.
        time.sleep(1 - time.time() % 1)
        return done.returncode

    def may(self, *words: str) -> bool:
        done = subprocess.run(
            [str(self.kubectl), "auth", "can-i", *words, "-n", self.deployment.name],
            env=self.environment,
            check=False,
        )
        return done.returncode == 0


def taken(deployment: Deployment) -> dict[str, list[Any]]:
    """By claim, its snapshots, the oldest first."""
    found: dict[str, list[Any]] = {}
    for it in deployment.list("volumesnapshot").values():
        found.setdefault(it["spec"]["source"]["persistentVolumeClaimName"], []).append(it)
    return {
        claim: sorted(items, key=lambda it: it["metadata"]["creationTimestamp"])
        for claim, items in found.items()
    }


@pytest.fixture
def job(deployment: Deployment, tmp_path: Path) -> Job:
    deployment.snapshot_class()
    deployment.config["statefast:snapshots"] = {
        "schedule": {"cron": "@yearly", "image": "alpine/k8s:1.34.1", "keep": KEEP}
    }
    deployment.workloads(
        zookeeper={"storage": {"size": "1Gi"}, "replicas": 2},
        mysql={"pattern": "deployment", "storage": {"size": "1Gi"}},
    ).up()
    return Job(deployment, tmp_path)


def test_the_newest_of_its_own_stay_and_nobody_elses_goes(deployment: Deployment, job: Job) -> None:
    assert set(deployment.up().changes) == {"unchanged"}
    take(deployment, CLAIMS[0], "by-hand")
    for _ in range(KEEP + 1):
        assert job.run() == 0
    after = taken(deployment)
    assert set(after) == set(CLAIMS)
    names = {claim: [it["metadata"]["name"] for it in after[claim]] for claim in CLAIMS}
    assert names[CLAIMS[0]].pop(0) == "by-hand"
    assert [len(them) for them in names.values()] == [KEEP, KEEP]
    assert all(it["status"]["readyToUse"] for them in after.values() for it in them)

    # One that fails leaves the good ones, and the job fails.
    faults = deployment.workspace.cluster.faults
    faults.write_text(json.dumps({"snapshot": {"fail": -1}}))
    try:
        # One waits as long as it may; none will be ready, and the others look once.
        for seconds in ("1", *["0"] * KEEP):
            assert job.run(READY_SECONDS=seconds) == 1
        failed = taken(deployment)
    finally:
        faults.unlink()
    for claim in CLAIMS:
        ready = [it["metadata"]["name"] for it in failed[claim] if it["status"].get("readyToUse")]
        assert set(names[claim]) <= set(ready)
        assert len(failed[claim]) - len(ready) == KEEP

    # It may do nothing else.
    assert job.may("create", "volumesnapshots")
    assert not job.may("delete", "persistentvolumeclaims")
    assert not job.may("get", "secrets")

    # What it took counts for a restore; the schedule goes, and the snapshots stay.
    newest = names[CLAIMS[1]][-1]
    config = deployment.config["statefast:workloads"]
    config["zookeeper"]["restore"] = {CLAIMS[1]: newest}
    deployment.refused(f"restore.{CLAIMS[1]}", newest)
    del config["zookeeper"]["restore"]
    deployment.config["statefast:snapshots"] = {}
    deployment.up()
    for kind in ("cronjob", "role", "rolebinding"):
        assert deployment.list(kind) == {}
    assert newest in deployment.list("volumesnapshot")
