"""Labels: the recommended five, and the two of them that select."""

import pytest

from statefast import StatefastError
from statefast.schema.labels import object_labels, selector_labels


def test_the_selector_is_the_application_and_the_instance_and_no_more() -> None:
    assert selector_labels("zookeeper", "zk") == {
        "app.kubernetes.io/name": "zookeeper",
        "app.kubernetes.io/instance": "zk",
    }


def test_every_object_has_the_five_recommended_labels() -> None:
    given = object_labels(
        "StatefulSet zk", app="zookeeper", instance="zk", component="db", part_of="shop"
    )
    assert given == {
        "app.kubernetes.io/name": "zookeeper",
        "app.kubernetes.io/instance": "zk",
        "app.kubernetes.io/component": "db",
        "app.kubernetes.io/managed-by": "pulumi",
        "app.kubernetes.io/part-of": "shop",
    }


def test_a_users_label_is_added() -> None:
    given = object_labels(
        "StatefulSet zk",
        app="zk",
        instance="zk",
        component="db",
        part_of="shop",
        extra={"team": "storage"},
    )
    assert given["team"] == "storage"
    assert selector_labels("zk", "zk").items() <= given.items()
    assert len(given) == 6


@pytest.mark.parametrize("word", ["name", "instance", "component", "managed-by", "part-of"])
def test_a_users_label_overrides_none_of_the_five(word: str) -> None:
    key = f"app.kubernetes.io/{word}"
    with pytest.raises(StatefastError) as refusal:
        object_labels(
            "StatefulSet zk",
            app="zk",
            instance="zk",
            component="db",
            part_of="shop",
            extra={key: "mine"},
        )
    assert refusal.value.sentence == (
        f"StatefulSet zk: labels.{key} is 'mine', a label that selects or describes the workload "
        "itself; choose another key, or name the workload differently."
    )
