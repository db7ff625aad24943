"""`statefast.guard` around other people's objects: each edit, raw and in charts, with and without.

All edits of a kind are made at once: a preview refuses each of them, and one `up` does the rest.
"""

import re
from collections.abc import Iterator

import pytest

from cli.past import past
from localcluster.layout import Workspace

from .conftest import Config, fresh_name
from .guarded import CLASSES, EDITS, claim, namespace, objects, stateful_set
from .guarded_stack import Guarded, happened

REFUSED = [name for name, edit in EDITS.items() if edit.guarded == "refused"]
DONE = [name for name, edit in EDITS.items() if edit.guarded != "refused"]


@pytest.fixture
def guarded(workspace: Workspace, request: pytest.FixtureRequest) -> Iterator[Guarded]:
    """The stack of one source."""
    source: str = request.param
    place = Guarded(workspace, fresh_name(request), source)
    try:
        yield place
    finally:
        place.remove()


@pytest.mark.parametrize(
    "guarded", ["raw", "chart", "chart v3", "group", "kustomize"], indirect=True
)
def test_each_edit_of_a_guarded_program_keeps_the_data(guarded: Guarded) -> None:
    home = guarded.name
    guarded.program(objects(home), {}).up()
    assert set(guarded.up().changes) == {"unchanged"}
    # What nobody waits for is bound by then.
    before = guarded.identities()

    said = guarded.program(objects(home, REFUSED), {}).refusals()
    for name in REFUSED:
        assert any(re.match(rf"\w+ {name}(-b)?: ", line) for line in said), (name, said)
    assert len(said) == len(REFUSED)

    guarded.program(objects(home, DONE), {}).up()
    after = guarded.identities()
    for name in DONE:
        assert happened(name, before, after) == EDITS[name].guarded, name
    assert after["PersistentVolumeClaim out-out-1"][1][1] == "2Gi"
    assert set(guarded.up().changes) == {"unchanged"}

    if guarded.source != "raw":
        return
    guarded.destroy()
    left = {key: it for key, it in guarded.identities().items() if key.startswith("Pers")}
    assert left == {key: it for key, it in after.items() if key.startswith("Pers")}
    guarded.up()
    found = guarded.identities()
    assert {key: it for key, it in found.items() if key.startswith("Pers")} == left


def deployment(home: str, path: str = "/data", app: str = "app") -> Config:
    """A Deployment that mounts the claim `data`."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "app", "namespace": home},
        "spec": {
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": {"app": app}},
            "template": {
                "metadata": {"labels": {"app": app}},
                "spec": {
                    "containers": [
                        {
                            "name": "app",
                            "image": "app:1",
                            "volumeMounts": [{"name": "data", "mountPath": path}],
                        }
                    ],
                    "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
                },
            },
        },
    }


@pytest.mark.parametrize("guarded", ["raw"], indirect=True)
def test_what_is_around_the_claims(guarded: Guarded) -> None:
    """Deployments, policies, releases by another name, and what is not guarded."""
    home = guarded.name
    both = [namespace(home), claim(home, "data"), deployment(home), stateful_set(home, "web")]
    guarded.program(both, None).up()
    fleeting = stateful_set(
        home, "web", persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"}
    )
    guarded.program([*both[:3], fleeting], None).up()
    before = guarded.identities()

    # The first run with the guard, on a stack that it has never seen.
    for made, fragments in (
        ([*both[:3], fleeting], ["whenDeleted is 'Delete'"]),
        (both[:3], ["StatefulSet web: registration is 'dropped'", "'Delete'"]),
        ([both[0], *both[2:]], ["PersistentVolumeClaim", "would delete it with its data"]),
        ([], ["with the claims in it, data, web-web-0"]),
        ([*both[:2], deployment(home, "/other"), both[3]], ["Deployment app", "'/data'"]),
        ([*both[:2], deployment(home, app="b"), both[3]], ["Deployment app: spec.selector"]),
    ):
        said = "\n".join(guarded.program(made, {}).refusals())
        for fragment in fragments:
            assert fragment in said, said

    # Neither does one that goes on where something fails.
    went = guarded.pulumi("up", "--yes", "--skip-preview", "--continue-on-error")
    assert went.code != 0
    assert guarded.identities() == before

    guarded.program(both, {}).up()
    kept = guarded.list("pvc")["web-web-0"]["metadata"]
    assert "ownerReferences" not in kept
    # Without a right in the cluster the state says what lives.
    unread = {"preflight": {"mode": "off"}}
    other = [*both[:3], stateful_set(home, "web", class_name=CLASSES[1])]
    (said,) = guarded.program(other, unread).refusals()
    assert "storageClassName is 'guarded-b', but it has 'guarded-a'" in said

    guarded.source = "chart"
    grown = [*both[:3], stateful_set(home, "web", size="2Gi")]
    guarded.program(grown, {}).up()
    guarded.program(grown, {}, release="other").up()
    after = guarded.identities()
    assert after.keys() == before.keys()
    assert [uid for uid, _ in after.values()] == [uid for uid, _ in before.values()]
    assert after["PersistentVolumeClaim web-web-0"][1][1] == "2Gi"

    guarded.source = "release"
    said = guarded.program([], {"except_": ["nobody"]}).pulumi("preview").text
    assert "helm.v3.Release release is not guarded" in said
    assert "except_ names 'nobody', and the program registers no such object" in said


def test_the_same_edits_without_the_guard(
    workspace: Workspace, request: pytest.FixtureRequest
) -> None:
    """The control: what the guard keeps is lost without it."""
    plain = Guarded(workspace, fresh_name(request), "raw")
    try:
        home = plain.name
        plain.program(objects(home), None).up()
        plain.wait("pvc", "--all", "--for=jsonpath={.status.phase}=Bound")
        before = plain.identities()
        plain.program(objects(home, EDITS), None)
        plain.pulumi("up", "--yes", "--skip-preview", "--continue-on-error")
        after = plain.identities()
        told = ("`up` fails", "the next removal of the set loses the volume")
        for name, edit in EDITS.items():
            if edit.plain not in told:
                assert happened(name, before, after) == edit.plain, name
        (found,) = past([plain.workspace.stacks / f".pulumi/history/guarded/{home}"])
        for name, what in (
            ("class", "storageClassName 'guarded-a' -> 'guarded-b' (all pods would stop at once"),
            ("smaller", "2Gi -> 1Gi (smaller)"),
            ("service", "spec.serviceName"),
            ("template-removed", "volumeClaimTemplates"),
            ("when-deleted", "whenDeleted 'Retain' -> 'Delete'"),
        ):
            said = [line for line in found.refused if f"StatefulSet {home}/{name}:" in line]
            assert any(what in line for line in said), (name, found)
        lost = f"PersistentVolumeClaim {home}/claim-class: spec.storageClassName"
        assert any(lost in line for line in found.refused), found
        assert any(f"StatefulSet {home}/larger was replaced" in line for line in found.kept), found
    finally:
        plain.remove()
