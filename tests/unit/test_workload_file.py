"""Reading what runs from a YAML file."""

import contextlib
from pathlib import Path

import pytest

from statefast import PersistentDeployment, StatefastError
from statefast.pod.probes import LONGEST_SECONDS
from tests.unit.samples import deployment_args
from workloads import load_workload, workload_names

PORT = [{"name": "a", "port": 1}]

HOSTS = ("zk-0.zk-server", "zk-1.zk-server", "zk-2.zk-server")


def test_the_files_there_are() -> None:
    assert workload_names() == ["mysql", "postgresql", "redis", "zookeeper"]
    for name in workload_names():
        assert load_workload(name, asked_by="test").name == name


@pytest.mark.parametrize("replicas", [1, 3])
def test_zookeeper_knows_its_peers(replicas: int) -> None:
    env = load_workload("zookeeper", asked_by="test").env
    assert env["ZOO_SERVERS"].render(HOSTS[:replicas]) == " ".join(
        f"server.{n + 1}={HOSTS[n]}:2888:3888;2181" for n in range(replicas)
    )


@pytest.mark.parametrize("volumes", [["vol"], ["vol", "log"]])
def test_zookeeper_keeps_its_transactions_on_the_last_of_its_volumes(volumes: list[str]) -> None:
    file = load_workload("zookeeper", asked_by="test")
    path = Path(file.env["ZOO_DATA_LOG_DIR"].render(HOSTS, volumes=volumes))
    mounts = {volume["name"]: volume["mount_path"] for volume in file.volumes}
    assert path.is_relative_to(mounts[volumes[-1]])
    data = Path(file.env["ZOO_DATA_DIR"].render(HOSTS, volumes=volumes))
    assert data.is_relative_to(mounts["vol"])


def test_the_first_ordinal_is_counted_from() -> None:
    env = load_workload("zookeeper", asked_by="test").env
    said = env["ZOO_SERVERS"].render(HOSTS[:1], first=5)
    assert said == f"server.6={HOSTS[0]}:2888:3888;2181"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("image: [a", r"refuses: workloads/x\.yaml: line 1 is .*, not valid YAML"),
        ("- a", "the whole entry is .*, not a mapping"),
        ("component: x", "image is missing"),
        ("{image: a, imag: b}", "did you mean 'image'"),
        ("{image: a, ports: [{name: client}]}", r"ports\[0\]\.port is missing"),
        ("{image: a, ports: [{nam: client}]}", r"ports\[0\]\.name is missing"),
        ("{image: a, ports: client}", "ports is 'client', not a list"),
        ("{image: a, env: {A: 1}}", r"env\.A is 1, not a text; put it in quotes"),
        ("{image: a, env: {A: {perReplica: '{hots}'}}}", "did you mean 'host'"),
        ("{image: a, env: {A: {perReplica: '{host'}}}", "not a template"),
        ("{image: a, env: {A: '{host}:80'}}", "only in a `perReplica`"),
        ("{image: a, env: {A: {single: x}}}", r"env\.A\.several is missing"),
        ("{image: a, livenessProbe: {comand: [a]}}", "did you mean 'command'"),
        ("{image: a, livenessProbe: {periodSeconds: 0}}", "periodSeconds is 0, out of bounds"),
        ("{image: a, data: {version: {readsOlder: true}}}", r"data\.version\.parts is missing; "),
        ("{image: a, runAsUser: 0}", "runAsUser is 0, out of bounds"),
        ("{image: a, resources: {requests: {cpu: 1}}}", "put it in quotes"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(StatefastError, match=said) as caught:
        load_workload("x", asked_by="workload x", folder=tmp_path)
    assert "\n" not in caught.value.sentence


def test_probes_have_the_bounds_of_the_components(tmp_path: Path) -> None:
    slow = "{image: a, ports: [{name: a, port: 1}], startupProbe: {port: a, failureThreshold: N}}"
    for most, right in ((LONGEST_SECONDS, True), (LONGEST_SECONDS + 1, False)):
        (tmp_path / "x.yaml").write_text(slow.replace("N", str(most)))
        args = {"startup_probe": {"port": "a", "failure_threshold": most}}
        for read in (
            lambda: load_workload("x", asked_by="workload x", folder=tmp_path),
            lambda args=args: PersistentDeployment.check("x", deployment_args(**args, ports=PORT)),
        ):
            with contextlib.nullcontext() if right else pytest.raises(StatefastError, match="out"):
                read()


def test_an_unknown_file_is_answered_with_the_nearest() -> None:
    with pytest.raises(StatefastError, match="did you mean 'zookeeper'"):
        load_workload("zookeper", asked_by="workload zk")


def test_a_lone_zookeeper_is_a_quorum_of_one() -> None:
    """Standalone it would write on in the epoch of its last leader (docs/bytes.md)."""
    value = load_workload("zookeeper", asked_by="workload zk").env["ZOO_STANDALONE_ENABLED"]
    assert {value.render(["a"] * count) for count in (0, 1, 3)} == {"false"}
