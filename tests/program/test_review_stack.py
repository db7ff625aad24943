"""The template of review stacks, below the engine: small, apart, and owning all it makes."""

import runpy

import pytest

from settings.stack_name import named_after_stack
from statefast.errors import StatefastError
from statefast.schema.quantity import storage_size
from tests.recording import Recording, run

from .test_program import ROOT, config_of


def review(stack: str) -> Recording:
    def program() -> None:
        runpy.run_path(str(ROOT / "__main__.py"))

    return run(program, config=config_of("review"), stack=stack)


def addresses(recording: Recording) -> set[tuple[str, str, str]]:
    """Kind, namespace and name of each object in the cluster."""
    return {
        (item.kind, item.metadata.get("namespace", ""), item.metadata.get("name", ""))
        for item in recording.objects()
    }


def test_two_review_stacks_share_no_object() -> None:
    one, two = addresses(review("pr-1")), addresses(review("pr-12"))

    assert one & two == set()
    assert ("NamespacePatch", "", "data-pr-1") in one
    assert ("StorageClass", "", "rbd-pr-12") in two


def test_the_claims_of_a_review_stack_go_with_it_and_so_do_their_volumes() -> None:
    recording = review("pr-1")

    for item in recording.objects():
        if item.kind == "PersistentVolumeClaimPatch":
            assert item.metadata["ownerReferences"][0]["uid"] == "claims-uid", item.name
    (storage_class,) = [item for item in recording.objects() if item.kind == "StorageClass"]
    assert storage_class.inputs["reclaimPolicy"] == "Delete"
    # What is in no namespace: the class goes with the stack, the empty namespace is swept.
    scoped = {kind for kind, namespace, _ in addresses(recording) if not namespace}
    assert scoped == {"NamespacePatch", "StorageClass"}


def test_a_review_stack_is_small() -> None:
    recording = review("pr-1")

    assert recording.one("StatefulSet", "zookeeper").spec["replicas"] == 1
    claim = recording.one("PersistentVolumeClaimPatch", "mysql-vol").spec
    assert claim["resources"]["requests"]["storage"] == storage_size("", "", "1Gi")


def test_the_name_of_the_stack_goes_nowhere_else() -> None:
    config = {"statefast:namespace": "a-{stack}", "statefast:workloads": '{"a": "{stack}"}'}

    assert named_after_stack(config, "pr-1") == {
        "statefast:namespace": "a-pr-1",
        "statefast:workloads": '{"a": "{stack}"}',
    }


def test_a_stack_whose_name_no_object_can_have_is_refused() -> None:
    with pytest.raises(
        StatefastError, match=r"statefast:namespace is 'data-PR_1', not a DNS label"
    ):
        review("PR_1")
