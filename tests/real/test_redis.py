"""One Redis: every key that was confirmed is there after every edit."""

import json

from . import edits
from .databases import Redis, eventually

POD = "redis-0"


def test_the_volume_grows_under_the_running_server(kept: Redis) -> None:
    edits.grow(kept, "200Mi")


def test_a_file_system_that_does_not_grow_says_why(kept: Redis) -> None:
    faults = kept.deployment.workspace.cluster.faults
    faults.write_text(json.dumps({"nodeExpand": {"fail": -1, "message": "no room for a journal"}}))
    try:
        kept.deployment.config["statefast:growthSeconds"] = 20
        kept.config["storage"] = {"size": "300Mi"}
        result = kept.deployment.workloads(redis=kept.config).up(ok=False)
        claim = kept.deployment.get("pvc", "redis-vol-redis-0")["status"]
    finally:
        faults.unlink()
    assert "no room for a journal" in result.errors[0]
    # What the guard goes by; after two minutes of it, it does not wait for the rest.
    assert claim["allocatedResourceStatuses"] == {"storage": "NodeResizeInProgress"}
    found = {each["type"] for each in claim["conditions"]}
    assert found >= {"FileSystemResizePending", "NodeResizeError"}
    del kept.deployment.config["statefast:growthSeconds"]
    edits.grow_without_pods(kept, "300Mi")
    eventually(lambda: kept.sizes()[POD] > 250 * edits.MEBI, "the file system has grown", 30)


def test_a_pod_that_is_deleted_comes_back_with_its_data(kept: Redis) -> None:
    kept.delete_pod(POD)
    kept.delete_pod(POD, "--grace-period=0", "--force")


def test_a_server_that_is_killed_restarts_in_its_pod(kept: Redis) -> None:
    pods = kept.ready()
    kept.shell(POD, "kill 1")
    eventually(lambda: kept.restarts()[POD] > 0, "the container is restarted")
    assert kept.ready() == pods


def test_a_node_that_is_killed(kept: Redis) -> None:
    edits.kill_node(kept)


def test_a_set_that_is_replaced_by_consent(kept: Redis) -> None:
    edits.replace_set(kept)


def test_a_claim_that_was_deleted_is_back_on_its_volume(kept: Redis) -> None:
    edits.reattach(kept, "redis-vol-redis-0")


def test_destroy_and_up(kept: Redis) -> None:
    edits.destroy_and_up(kept)


def test_every_file_is_copied_to_a_volume_of_another_class(kept: Redis) -> None:
    edits.move_to_another_class(kept, "redis-vol-redis-0")


def test_the_other_pattern_and_back(kept: Redis) -> None:
    edits.switch_pattern(kept, "deployment")
