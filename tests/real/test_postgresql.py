"""One PostgreSQL: every row that was confirmed is there after every edit."""

import yaml

from localcluster.layout import PROJECT

from . import edits
from .databases import PostgreSQL, eventually

POD = "postgresql-0"
CONFIG = "/etc/postgresql/postgresql.conf"


def test_the_volume_grows_under_the_running_server(kept: PostgreSQL) -> None:
    edits.grow(kept, "400Mi")


def test_the_log_of_changes_follows_the_size_of_the_volume(kept: PostgreSQL) -> None:
    """As it was when the server started; a fifth of what 300Mi leave to the file system."""
    assert 40 <= int(kept.sql(POD, "show max_wal_size").removesuffix("MB\n")) <= 60


def test_a_pod_that_is_deleted_comes_back_with_its_data(kept: PostgreSQL) -> None:
    kept.delete_pod(POD)
    kept.delete_pod(POD, "--grace-period=0", "--force")
    # The volume has grown meanwhile.
    assert 61 <= int(kept.sql(POD, "show max_wal_size").removesuffix("MB\n")) <= 80


def test_another_config_restarts_the_server(kept: PostgreSQL) -> None:
    text = yaml.safe_load((PROJECT / "workloads/postgresql.yaml").read_text())["configFiles"][
        CONFIG
    ]
    pods = kept.ready()
    kept.up(configFiles={CONFIG: f"{text}work_mem = 5MB\n"})
    assert kept.sql(POD, "show work_mem").strip() == "5MB"
    assert kept.pods() != pods


def test_a_full_volume_grows_and_the_server_accepts_again(kept: PostgreSQL) -> None:
    kept.sql(POD, "create table filling (text text)")
    row = "select string_agg(md5(random()::text), '') from generate_series(1, 100000)"
    fill = f"insert into filling {row}"
    said = eventually(lambda: answer if "INSERT" not in (answer := kept.sql(POD, fill)) else "", "")
    # The server may have ended between two of these, and then says nothing of space.
    eventually(lambda: "No space left on device" in f"{said}{kept.logs(POD)}", "it is full", 60)
    edits.grow_without_pods(kept, "900Mi")
    kept.ready()
    kept.sql(POD, "drop table filling")


def test_a_set_that_is_replaced_by_consent(kept: PostgreSQL) -> None:
    edits.replace_set(kept)


def test_a_claim_that_was_deleted_is_back_on_its_volume(kept: PostgreSQL) -> None:
    edits.reattach(kept, "postgresql-vol-postgresql-0")


def test_destroy_and_up(kept: PostgreSQL) -> None:
    edits.destroy_and_up(kept)


def test_a_copy_of_production_and_the_way_back_to_before_a_growth(kept: PostgreSQL) -> None:
    """Both from the snapshot that the growth took of the running server."""
    edits.snapshot_before_growth(kept)
    edits.write_in_passing(kept, "written-after-the-snapshot")
    edits.review_on_a_copy(kept, lacks="written-after-the-snapshot")
    edits.restore_in_place(kept, "postgresql-vol-postgresql-0", lacks="written-after-the-snapshot")
