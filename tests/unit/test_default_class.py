"""One default class, and no other stops being default unless named."""

from typing import Any, cast

import pulumi
import pulumi_kubernetes as k8s
import pytest

from statefast import StatefastError, StorageClass, StorageClassArgs
from statefast.safety.plan.default_class import check_default, default_classes
from statefast.schema.kubernetes import DEFAULT_ANNOTATIONS
from tests.recording import Recording, run

GA, BETA = DEFAULT_ANNOTATIONS


def found(**annotations: str) -> dict[str, Any]:
    return {"metadata": {"annotations": annotations}} if annotations else {"metadata": {}}


LIVE = {
    "old": found(**{GA: "true"}),
    "older": found(**{BETA: "true"}),
    "plain": found(),
    "off": found(**{GA: "false"}),
    "rbd": found(**{GA: "true"}),
}


def demoted(**given: Any) -> list[str]:
    chosen = {"default": True, "demote": None, "classes": LIVE, **given}
    return check_default("StorageClass rbd", "rbd", **chosen)


def test_both_annotations_make_a_default_class() -> None:
    assert default_classes(LIVE) == ["old", "older", "rbd"]
    assert default_classes({}) == []


def test_others_are_put_down_when_they_are_named() -> None:
    assert demoted(demote=["old", "older", "old"]) == ["old", "older"]
    # Put down by an earlier run: naming it stays right.
    assert demoted(demote=["old", "older", "off"]) == ["old", "older", "off"]


def test_a_cluster_nobody_could_ask_is_no_reason_to_refuse() -> None:
    assert demoted(classes=None) == []
    assert demoted(classes=None, demote=["gone"]) == ["gone"]


def test_a_class_that_is_not_default_asks_nothing() -> None:
    assert demoted(default=False) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, r"default is True, but old is the default class .* demote: \[old\]"),
        ({"demote": ["old"]}, "but older is the default class"),
        ({"demote": ["old", "older", "gone"]}, "demote is 'gone', but the cluster has no such"),
        ({"demote": ["rbd"]}, "but that is this class itself"),
        ({"default": False, "demote": ["old"]}, "but this class is not default"),
        ({"demote": "old"}, "demote is 'old', not a list"),
        ({"demote": ["Old"]}, "demote is 'Old', not a DNS name"),
    ],
)
def test_what_would_leave_two_default_classes_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(StatefastError, match=said):
        demoted(**given)


def args(**more: Any) -> StorageClassArgs:
    return cast("StorageClassArgs", {"driver": "hostpath", "default": True, **more})


def test_the_demotion_is_a_patch_that_stays() -> None:
    demote = ["old", "older"]
    recording = run(
        lambda: StorageClass(
            "rbd", args(demote=demote), cluster_classes={"old": LIVE["old"], "older": LIVE["older"]}
        )
    )

    older = recording.one("StorageClassPatch", "rbd-demotes-older")
    assert older.metadata["name"] == "older"
    assert older.metadata["annotations"] == {
        GA: "false",
        BETA: "false",
        "pulumi.com/patchForce": "true",
    }
    assert older.retain_on_delete
    old = recording.one("StorageClassPatch", "rbd-demotes-old")
    assert BETA not in old.metadata["annotations"]
    (own,) = (item for item in recording.objects() if item.kind == "StorageClass")
    assert own.metadata["annotations"][GA] == "true"
    assert {older.urn, old.urn} <= set(own.dependencies)


def test_what_was_put_down_once_is_put_down_in_the_same_words() -> None:
    down = {"older": found(**{GA: "false", BETA: "false"})}
    recording = run(lambda: StorageClass("rbd", args(demote=["older"]), cluster_classes=down))
    annotations = recording.one("StorageClassPatch", "rbd-demotes-older").metadata["annotations"]
    assert (annotations[GA], annotations[BETA]) == ("false", "false")


def test_a_program_makes_one_default_class() -> None:
    def twice() -> None:
        StorageClass("rbd", args())
        StorageClass("fast", args(default=False))
        StorageClass("more", args())

    recording = Recording()
    with pytest.raises(StatefastError, match="this program makes rbd the default class already"):
        run(twice, into=recording)
    assert "StorageClass more" not in recording.kinds()
    # The next program starts anew.
    run(lambda: StorageClass("more", args()))


def test_a_program_for_two_clusters_makes_one_in_each() -> None:
    class Group(pulumi.ComponentResource):
        pass

    def program() -> None:
        east, west, north = (k8s.Provider(name) for name in ("east", "west", "north"))
        StorageClass("one", args(), pulumi.ResourceOptions(provider=east))
        StorageClass("two", args(), pulumi.ResourceOptions(providers=[west]))
        group = Group("test:index:Group", "group", None, pulumi.ResourceOptions(providers=[north]))
        StorageClass("three", args(), pulumi.ResourceOptions(parent=group))
        StorageClass("four", args(), pulumi.ResourceOptions(providers={"kubernetes": west}))

    with pytest.raises(StatefastError, match=r"StorageClass four: .* makes two the default class"):
        run(program)
