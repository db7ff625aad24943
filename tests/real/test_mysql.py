"""One MySQL, a MariaDB here, in a Deployment with a claim: every row is there after every edit."""

from . import edits
from .databases import MySQL


def test_the_volume_grows_under_the_running_server(kept: MySQL) -> None:
    edits.grow(kept, "700Mi")


def test_a_pod_that_is_deleted_comes_back_with_its_data(kept: MySQL) -> None:
    kept.delete_pod(min(kept.pods()))


def test_the_probes_leave_no_trace_in_the_log(kept: MySQL) -> None:
    said = kept.deployment.kubectl("logs", min(kept.pods()))
    assert "ready for connections" in said
    assert "Aborted connection" not in said


def test_other_resources_replace_the_pod(kept: MySQL) -> None:
    pods = kept.ready()
    kept.up(resources={"requests": {"cpu": "200m"}})
    assert not pods.items() & kept.pods().items()


def test_a_node_that_is_killed(kept: MySQL) -> None:
    edits.kill_node(kept)


def test_destroy_and_up(kept: MySQL) -> None:
    edits.destroy_and_up(kept)


def test_a_snapshot_is_restored_into_another_workload(kept: MySQL) -> None:
    assert set(kept.markers) <= edits.restore(kept, "mysql-vol")


def test_the_volume_goes_over_to_the_other_pattern_and_back(kept: MySQL) -> None:
    edits.migrate(kept, "stateful-set", "deployment")


def test_the_other_pattern_and_back(kept: MySQL) -> None:
    edits.switch_pattern(kept, "stateful-set")
