"""The rules, one by one, where a recorded preview cannot show them."""

import pytest

from gate.severity import Severity

from .cases.made import app, mounting, pods
from .handmade import (
    UNKNOWN,
    Json,
    claim_spec,
    judged,
    preview,
    rules,
    set_spec,
    state,
    step,
)

SAFE, DOWN = Severity.SAFE, Severity.DOWNTIME
RISK, LOST = Severity.AT_RISK, Severity.LOST
CLAIM, SET, CLASS = "PersistentVolumeClaim", "StatefulSet", "StorageClass"
MASKED = "[secret]"
ENVELOPE = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "ciphertext": "abc",
}


def storage_class(op: str = "same", policy: str | None = "Retain", **more: object) -> Json:
    body = {"metadata": {"name": "rbd"}, "provisioner": "x", **more}
    if policy is not None:
        body["reclaimPolicy"] = policy
    made = state(CLASS, body)
    old = None if op == "create" else made
    return step(op, CLASS, old, None if op == "delete" else made, "rbd")


def claim(**fields: object) -> Json:
    return state(CLAIM, claim_spec(), **fields)


@pytest.mark.parametrize(
    ("old", "new", "severity", "rule"),
    [
        ("8Gi", "12Gi", SAFE, "claim-grows"),
        ("12Gi", "8Gi", RISK, "claim-shrinks"),
        ("8Gi", UNKNOWN, RISK, "size-unknown"),
        ("8Gi", MASKED, RISK, "size-unknown"),
        ("8Gi", ENVELOPE, RISK, "size-unknown"),
        ("8Gi", "a lot", RISK, "size-unknown"),
    ],
)
def test_a_size_that_changes(old: object, new: object, severity: Severity, rule: str) -> None:
    verdict = judged(
        preview(step("update", CLAIM, state(CLAIM, claim_spec(old)), state(CLAIM, claim_spec(new))))
    )
    assert (verdict.severity, rules(verdict)) == (severity, {rule})


def test_an_envelope_is_secret_and_is_never_shown() -> None:
    new = state(CLAIM, claim_spec(of=ENVELOPE))
    verdict = judged(preview(step("update", CLAIM, claim(), new)))
    assert (verdict.severity, rules(verdict)) == (RISK, {"claim-unknown"})
    assert verdict.judged[0].worst.changes[0].new == "(secret)"


@pytest.mark.parametrize("same", ["8192Mi", "8589934592"])
def test_one_size_in_other_words_is_no_change(same: str) -> None:
    verdict = judged(preview(step("update", CLAIM, claim(), state(CLAIM, claim_spec(same)))))
    assert rules(verdict) == set()


@pytest.mark.parametrize(
    ("field", "value"),
    [("storageClassName", UNKNOWN), ("accessModes", UNKNOWN), ("volumeName", MASKED)],
)
def test_what_decides_over_a_replacement_and_is_not_known_is_not_safe(
    field: str, value: str
) -> None:
    new = claim_spec()
    new["spec"][field] = value
    verdict = judged(preview(step("update", CLAIM, claim(), state(CLAIM, new))))
    assert (verdict.severity, rules(verdict)) == (RISK, {"claim-unknown"})


@pytest.mark.parametrize("kind", [CLAIM, f"{CLAIM}Patch"])
def test_an_unknown_namespace_is_not_safe(kind: str) -> None:
    new = state(kind, {**claim_spec(), "metadata": {"name": "x", "namespace": UNKNOWN}})
    verdict = judged(preview(step("update", kind, state(kind, claim_spec()), new)))
    assert (verdict.severity, rules(verdict)) == (RISK, {"claim-unknown"})


def test_a_growth_over_what_another_hand_made_larger_is_a_shrink() -> None:
    old = state(CLAIM, claim_spec("8Gi"))
    old["outputs"] = {**old["outputs"], **claim_spec("20Gi")}
    verdict = judged(preview(step("update", CLAIM, old, state(CLAIM, claim_spec("12Gi")))))
    assert rules(verdict) == {"claim-shrinks"}


@pytest.mark.parametrize(
    ("others", "severity"),
    [
        ([storage_class(policy="Retain")], RISK),
        ([storage_class(policy="Delete")], LOST),
        # Kubernetes takes a class without a policy for one that deletes.
        ([storage_class(policy=None)], LOST),
        ([], LOST),
    ],
)
def test_a_claims_volume_goes_by_the_policy_of_its_class(
    others: list[Json], severity: Severity
) -> None:
    verdict = judged(preview(step("delete", CLAIM, claim(), None), *others))
    assert verdict.severity is severity


def test_a_class_that_is_only_now_made_says_nothing_of_the_volumes_there_are() -> None:
    made = storage_class("create", policy="Retain")
    verdict = judged(preview(step("delete", CLAIM, claim(), None), made))
    assert "its class is not in this stack" in verdict.judged[0].worst.said


def test_a_class_that_turns_to_retain_does_not_save_the_volumes_there_are() -> None:
    old = state(CLASS, {"metadata": {"name": "rbd"}, "reclaimPolicy": "Delete"})
    new = state(CLASS, {"metadata": {"name": "rbd"}, "reclaimPolicy": "Retain"})
    verdict = judged(
        preview(step("delete", CLAIM, claim(), None), step("replace", CLASS, old, new, "rbd"))
    )
    assert verdict.severity is LOST


def test_the_volume_itself_says_more_than_its_class() -> None:
    volume = state(
        "PersistentVolume",
        {"metadata": {"name": "pv"}, "spec": {"persistentVolumeReclaimPolicy": "Retain"}},
    )
    bound = state(CLAIM, claim_spec(volumeName="pv"))
    verdict = judged(
        preview(
            storage_class(policy="Delete"),
            step("same", "PersistentVolume", volume, volume, "pv"),
            step("delete", CLAIM, bound, None),
        )
    )
    assert verdict.severity is RISK


@pytest.mark.parametrize("allowed", [False, None])
def test_a_class_says_whether_its_claims_can_grow(allowed: bool | None) -> None:
    more: Json = {} if allowed is None else {"allowVolumeExpansion": allowed}
    grown = step("update", CLAIM, claim(), state(CLAIM, claim_spec("9Gi")))
    assert rules(judged(preview(grown, storage_class(**more)))) == {"class-cannot-grow"}
    assert rules(judged(preview(grown, storage_class(allowVolumeExpansion=True)))) == {
        "claim-grows"
    }


@pytest.mark.parametrize("op", ["replace", "create-replacement", "import-replacement"])
def test_a_replacement_is_one_by_whatever_step_it_shows(op: str) -> None:
    verdict = judged(preview(step(op, CLAIM, claim(), state(CLAIM, claim_spec(of="fast")))))
    assert verdict.severity is LOST


def test_what_an_earlier_run_replaced_and_did_not_delete_is_still_deleted() -> None:
    verdict = judged(
        preview(
            step("same", CLAIM, claim(), claim()), step("delete-replaced", CLAIM, claim(), None)
        )
    )
    assert (verdict.severity, rules(verdict)) == (LOST, {"claim-deleted"})


@pytest.mark.parametrize("op", ["replace", "delete", "update", "conjure"])
@pytest.mark.parametrize(
    "kind",
    [
        "Namespace",
        "PersistentVolume",
        "PersistentVolumePatch",
        CLAIM,
        f"{CLAIM}Patch",
        SET,
        "StatefulSetPatch",
        "VolumeSnapshot",
        "Cluster",
        "CustomResourceDefinition",
        "DaemonSet",
        "Deployment",
        "DeploymentPatch",
        "HorizontalPodAutoscaler",
        "Release",
    ],
)
def test_a_step_without_its_states_is_not_safe(op: str, kind: str) -> None:
    verdict = judged(preview(step(op, kind, None, None)))
    # The claim of a deleted patch stays, whatever it was.
    assert verdict.severity >= RISK
    assert "unreadable" in rules(verdict)


def test_the_engine_is_not_believed_against_what_is_to_be_seen() -> None:
    """Its word names the image alone, and the claim changes as well."""
    new = pods({"persistentVolumeClaim": {"claimName": "new"}}, app("mysql:9"))
    document = mounting(pods(), new)
    (its,) = document["steps"]
    its["detailedDiff"] = {"spec.template.spec.containers[0].image": {}}
    verdict = judged(document)
    assert (verdict.severity, rules(verdict)) == (RISK, {"mounts-other-data", "pods-roll"})


@pytest.mark.parametrize("op", ["update", "conjure"])
def test_a_provider_that_nobody_can_read_may_point_anywhere(op: str) -> None:
    verdict = judged(preview(step(op, "Provider", None, None)))
    assert (verdict.severity, rules(verdict)) == (RISK, {"provider-unknown"})


@pytest.mark.parametrize("op", ["update", "replace", "delete"])
def test_a_state_without_inputs_is_one_that_was_not_written_down(op: str) -> None:
    bare = {"type": "kubernetes:apps/v1:StatefulSet"}
    verdict = judged(preview(step(op, SET, bare, state(SET, set_spec()))))
    assert (verdict.severity, rules(verdict)) == (RISK, {"unreadable"})


@pytest.mark.parametrize("op", ["read", "import", "refresh", "same", "discard"])
def test_a_step_that_changes_nothing_is_safe(op: str) -> None:
    verdict = judged(preview(step(op, CLAIM, claim(), claim())))
    assert (verdict.severity, rules(verdict)) == (SAFE, set())


def test_a_retained_claim_that_is_replaced_under_another_name_is_left_behind() -> None:
    new = state(CLAIM, {**claim_spec(), "metadata": {"name": "y", "namespace": "data"}})
    new["retainOnDelete"] = True
    verdict = judged(preview(step("replace", CLAIM, claim(retainOnDelete=True), new)))
    assert (verdict.severity, rules(verdict)) == (RISK, {"claim-left-behind"})


@pytest.mark.parametrize("kind", [CLAIM, f"{CLAIM}Patch"])
def test_nothing_in_a_namespace_that_goes_is_said_to_stay(kind: str) -> None:
    place = state("Namespace", {"metadata": {"name": "data"}})
    kept = state(kind, claim_spec(), retainOnDelete=True)
    verdict = judged(
        preview(step("delete", "Namespace", place, None), step("delete", kind, kept, None))
    )
    assert (verdict.severity, rules(verdict)) == (LOST, {"namespace-deleted"})


@pytest.mark.parametrize("field", ["volumeMode", "dataSource", "dataSourceRef"])
def test_an_update_that_the_api_server_refuses_ends_half_way(field: str) -> None:
    new = state(CLAIM, claim_spec(**{field: "Block"}))
    verdict = judged(preview(step("update", CLAIM, claim(), new)))
    assert (verdict.severity, rules(verdict)) == (DOWN, {"claim-refused"})


def test_a_patch_that_holds_labels_alone_lets_go_of_them() -> None:
    kind = f"{CLAIM}Patch"
    old = state(kind)
    old["outputs"] = {**old["outputs"], **claim_spec()}
    verdict = judged(preview(step("delete", kind, old, None)))
    assert (verdict.severity, rules(verdict)) == (SAFE, {"claim-patch-deleted"})


def test_a_patch_is_refused_what_a_claim_would_be_replaced_for() -> None:
    kind = "PersistentVolumeClaimPatch"
    new = state(kind, claim_spec(of="fast"), retainOnDelete=True)
    verdict = judged(
        preview(step("update", kind, state(kind, claim_spec(), retainOnDelete=True), new))
    )
    assert (verdict.severity, rules(verdict)) == (DOWN, {"claim-refused"})


@pytest.mark.parametrize("kind", ["VolumeSnapshot", "VolumeSnapshotContent"])
def test_a_copy_goes_by_its_own_policy(kind: str) -> None:
    kept = state(kind, {"spec": {"deletionPolicy": "Retain"}})
    gone = state(kind, {"spec": {"deletionPolicy": "Delete"}})
    assert judged(preview(step("delete", kind, gone, None))).severity is LOST
    # A VolumeSnapshot has no policy of its own: its class has.
    expected = RISK if kind == "VolumeSnapshotContent" else LOST
    assert judged(preview(step("delete", kind, kept, None))).severity is expected


@pytest.mark.parametrize("op", ["delete", "same", "update"])
@pytest.mark.parametrize("policy", ["Retain", "Delete"])
def test_a_copy_that_was_brought_in_goes_by_its_content(policy: str, op: str) -> None:
    source = {"spec": {"source": {"volumeSnapshotContentName": "x"}}}
    content = state("VolumeSnapshotContent", {"spec": {"deletionPolicy": policy}})
    # What an update makes of it is not known to come later.
    new = None if op == "delete" else content
    verdict = judged(
        preview(
            step("delete", "VolumeSnapshot", state("VolumeSnapshot", source), None),
            step(op, "VolumeSnapshotContent", content, new),
        )
    )
    kept = policy == "Retain" and op != "update"
    assert verdict.severity is (RISK if kept else LOST)


def test_a_list_is_not_looked_into() -> None:
    kind = "PersistentVolumeClaimList"
    verdict = judged(preview(step("delete", kind, state(kind), None)))
    assert (verdict.severity, rules(verdict)) == (RISK, {"list-goes"})


@pytest.mark.parametrize(
    ("names", "severity"),
    [
        ({"Deployment.apps/apps/v1": ["web"], "Service/v1": ["web"]}, SAFE),
        ({"StatefulSet.apps/apps/v1": ["db"]}, RISK),
        ({"PersistentVolumeClaim/v1": ["db"]}, RISK),
        (None, RISK),
    ],
)
def test_a_helm_release_goes_with_what_it_holds(names: Json | None, severity: Severity) -> None:
    old = state("Release")
    if names is not None:
        old["outputs"] = {**old["outputs"], "resourceNames": names}
    assert judged(preview(step("delete", "Release", old, None))).severity is severity


@pytest.mark.parametrize("op", ["same", "update"])
@pytest.mark.parametrize(
    ("lock", "rule"), [("protect", "protect-dropped"), ("retainOnDelete", "retain-dropped")]
)
def test_a_lock_that_is_dropped_is_seen_even_where_nothing_else_changes(
    op: str, lock: str, rule: str
) -> None:
    new = claim()
    if op == "update":
        new["inputs"] = {**new["inputs"], "metadata": {**new["inputs"]["metadata"], "labels": {}}}
    verdict = judged(preview(step(op, CLAIM, claim(**{lock: True}), new)))
    assert (verdict.severity, rules(verdict)) == (RISK, {rule})


@pytest.mark.parametrize("op", ["create", "same", "delete"])
def test_the_record_of_a_stack_holds_no_data(op: str) -> None:
    made = {"type": "statefast:index:Record", "custom": False, "outputs": {"kept": True}}
    name = "urn:pulumi:dev::shop::statefast:index:Record::record"
    states = {} if op == "create" else {"oldState": made}
    states |= {} if op == "delete" else {"newState": made}
    verdict = judged(preview({"op": op, "urn": name, **states}))
    assert (verdict.severity, rules(verdict)) == (SAFE, set())
