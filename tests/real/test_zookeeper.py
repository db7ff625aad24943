"""An ensemble of ZooKeeper: what was confirmed is in every member after every edit."""

import signal

from . import edits
from .databases import ZooKeeper, eventually


def test_volumes_grow_under_the_running_servers(kept: ZooKeeper) -> None:
    eventually(lambda: kept.modes() == ["follower", "follower", "leader"], "one leads")
    edits.grow(kept, "200Mi")


def test_a_pod_that_is_deleted_comes_back_with_its_data(kept: ZooKeeper) -> None:
    kept.delete_pod("zookeeper-1")
    kept.delete_pod("zookeeper-2", "--grace-period=0", "--force")


def test_a_server_that_is_killed_restarts_in_its_pod(kept: ZooKeeper) -> None:
    pods = kept.ready()
    # Process 1 of a container takes no SIGKILL from within; the server stands behind it.
    kept.shell("zookeeper-0", f"kill -{signal.SIGTERM} 1")
    eventually(lambda: kept.restarts()["zookeeper-0"] > 0, "the container is restarted")
    assert kept.ready() == pods


def test_a_volume_for_the_log_comes_before_the_data_or_not_at_all(kept: ZooKeeper) -> None:
    """The log does not move by itself, and has what no snapshot has yet."""
    storage = {**kept.config["storage"], "volumes": {"log": {"size": "100Mi"}}}
    kept.deployment.workloads(zookeeper={**kept.config, "storage": storage})
    kept.deployment.refused("zookeeper-log")
    kept.deployment.workloads(zookeeper=kept.config)


def test_another_image_rolls_the_members(kept: ZooKeeper) -> None:
    pods = kept.ready()
    kept.up(image="zookeeper:3.9.3")
    kept.assert_kept()
    assert not pods.items() & kept.pods().items()
    del kept.config["image"]
    kept.up()


def test_a_node_that_is_killed(kept: ZooKeeper) -> None:
    edits.kill_node(kept)


def test_destroy_and_up(kept: ZooKeeper) -> None:
    edits.destroy_and_up(kept)
