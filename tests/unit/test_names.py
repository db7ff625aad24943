"""Names: what Kubernetes accepts, and the immutable ones of a workload's objects."""

import pytest

from statefast import StatefastError
from statefast.schema.names import check_label_name, check_subdomain_name, claim_name, pod_name

NO_NAMES: list[object] = [
    "",
    "-",
    "-zk",
    "zk-",
    "ZooKeeper",
    "zk_1",
    "zk 1",
    "zk\n",
    "zk/1",
    "zkü",
    "٣",
    None,
    3,
    True,
    ["zk"],
]


@pytest.mark.parametrize("name", ["z", "3", "zk", "zk-1", "1-z", "z--k", "z" * 63])
def test_a_dns_label_is_accepted(name: str) -> None:
    assert check_label_name("workload zk", "name", name) == name


@pytest.mark.parametrize("name", [*NO_NAMES, "zk.data", "z" * 64])
def test_anything_else_is_no_dns_label(name: object) -> None:
    with pytest.raises(StatefastError) as refusal:
        check_label_name("workload zk", "name", name)
    shown = repr(name)
    assert refusal.value.sentence == (
        f"workload zk: name is {shown}, not a DNS label; use at most 63 small letters, digits "
        "and dashes, with no dash at either end."
    )


def test_a_label_may_have_a_shorter_limit() -> None:
    assert check_label_name("workload zk", "name", "z" * 52, longest=52) == "z" * 52
    with pytest.raises(StatefastError, match="use at most 52 small letters"):
        check_label_name("workload zk", "name", "z" * 53, longest=52)


@pytest.mark.parametrize(
    "name", ["zk", "zk.data", "1.2.3", "zk-vol", "z" * 253, f"{'z' * 126}.{'y' * 126}"]
)
def test_a_dns_subdomain_is_accepted(name: str) -> None:
    assert check_subdomain_name("StorageClass rbd", "name", name) == name


@pytest.mark.parametrize("name", [*NO_NAMES, ".zk", "zk.", "a..b", "a.-b", "a-.b", "z" * 254])
def test_anything_else_is_no_dns_subdomain(name: object) -> None:
    with pytest.raises(
        StatefastError,
        match=r"refuses: StorageClass rbd: name is .*, not a DNS name; use small letters, ",
    ):
        check_subdomain_name("StorageClass rbd", "name", name)


def test_claims_have_the_names_the_controller_gives_them() -> None:
    assert claim_name("zookeeper-vol", "zookeeper", 0) == "zookeeper-vol-zookeeper-0"
    assert claim_name("zookeeper-vol", "zookeeper", 12) == "zookeeper-vol-zookeeper-12"


def test_pods_have_the_names_the_controller_gives_them() -> None:
    assert [pod_name("zk", ordinal) for ordinal in (0, 1, 10)] == ["zk-0", "zk-1", "zk-10"]
