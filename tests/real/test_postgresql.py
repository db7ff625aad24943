"""One PostgreSQL: every row that was confirmed is there after every edit."""

import yaml

from localcluster.layout import PROJECT

from . import edits
from .databases import PostgreSQL, eventually

POD = "postgresql-0"
CONFIG = "/etc/postgresql/postgresql.conf"


def test_the_volume_grows_under_the_running_server(kept: PostgreSQL) -> None:
    edits.grow(kept, "400Mi")


def test_a_pod_that_is_deleted_comes_back_with_its_data(kept: PostgreSQL) -> None:
    kept.delete_pod(POD)
    kept.delete_pod(POD, "--grace-period=0", "--force")


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
    assert "No space left on device" in said or "server closed the connection" in said
    edits.grow_without_pods(kept, "900Mi")
    kept.ready()
    kept.sql(POD, "drop table filling")


def test_a_node_that_is_killed(kept: PostgreSQL) -> None:
    edits.kill_node(kept.deployment)


def test_destroy_and_up(kept: PostgreSQL) -> None:
    edits.destroy_and_up(kept)
