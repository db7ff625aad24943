"""One writer's claim has one pod at a time, whatever kind of object runs it and says so."""

from typing import Any

import pytest

from .asking import UNKNOWN, Answer, Made, ask, made

RULE, ELSEWHERE = "one-writer", "one-writer-elsewhere"
TEMPLATE = ("spec", "template", "spec")
KINDS: dict[str, tuple[str, ...]] = {
    "CronJob": ("spec", "jobTemplate", *TEMPLATE),
    "DaemonSet": TEMPLATE,
    "Deployment": TEMPLATE,
    "Job": TEMPLATE,
    "Pod": ("spec",),
    "ReplicaSet": TEMPLATE,
    "ReplicationController": TEMPLATE,
    "Rollout": TEMPLATE,
    "StatefulSet": TEMPLATE,
}
# What a kind says so that its pods run one after the other; None where nothing makes them.
IN_TURN: dict[str, dict[str, Any] | None] = {
    **{kind: {} for kind in KINDS},
    "CronJob": {"concurrencyPolicy": "Forbid"},
    "DaemonSet": None,
    "Deployment": {"strategy": {"type": "Recreate"}},
    "Rollout": None,
}


def claim(name: str = "vol", *modes: str) -> Made:
    spec = {"accessModes": list(modes or ["ReadWriteOnce"])}
    return made("PersistentVolumeClaim", name, spec=spec)


def workload(
    kind: str, claim: str | None = "vol", name: str = "web", reads: bool = False, **spec: Any
) -> Made:
    """An object of a kind whose pods mount a claim."""
    source = {"claimName": claim, **({"readOnly": True} if reads else {})}
    thing = made(kind, name, spec={})
    inner: Any = thing.props
    for key in KINDS[kind.removesuffix("Patch")]:
        inner = inner.setdefault(key, {})
    if claim is not None:
        inner["volumes"] = [{"name": "v", "persistentVolumeClaim": source}]
    thing.props["spec"].update(spec)
    return thing


def alone(kind: str, **more: Any) -> Made:
    """The same, saying that its pods run one after the other, if its kind can."""
    return workload(kind, **(IN_TURN[kind.removesuffix("Patch")] or {}), **more)


def said(*things: Made, rule: str = RULE, **asked: Any) -> list[str]:
    return ask(rule, *things, **asked).said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", ["", "Patch"])
def test_each_kind_by_itself_keeps_its_pods_apart_or_is_refused(kind: str, suffix: str) -> None:
    """A Rollout's Patch is the name of a kind nobody knows, and judged as one."""
    found = said(claim(), alone(f"{kind}{suffix}"))

    if IN_TURN[kind] is None:
        assert found[0].startswith(f"{kind}{suffix} web: kind is '{kind}', but claim vol is")
    else:
        assert found == []


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        (workload("Deployment"), "spec.strategy.type is 'RollingUpdate'"),
        (workload("DeploymentPatch"), "spec.strategy.type is 'RollingUpdate'"),
        (workload("CronJob"), "spec.concurrencyPolicy is 'Allow'"),
        (workload("CronJob", concurrencyPolicy="Replace"), "spec.concurrencyPolicy is 'Replace'"),
        (workload("DaemonSet"), "it runs a pod on every node"),
        (workload("Rollout"), "whether it stops a pod before it starts the next one is not known"),
        (alone("Deployment", replicas=2.0), "spec.replicas is 2"),
        (workload("ReplicaSet", replicas=2.0), "spec.replicas is 2"),
        (workload("ReplicationController", replicas="2"), "spec.replicas is 2"),
        (workload("StatefulSet", replicas=3.0), "spec.replicas is 3"),
        (workload("StatefulSetPatch", replicas=3.0), "spec.replicas is 3"),
        (workload("Job", parallelism=2.0), "spec.parallelism is 2"),
    ],
)
def test_two_pods_at_once_are_refused_whatever_runs_them(thing: Made, says: str) -> None:
    answer = ask(RULE, claim(), thing)

    assert len(answer.said) == 1
    assert says in answer.said[0]
    assert answer.blamed == [thing.urn]


@pytest.mark.parametrize("kind", ["Deployment", "Job", "Pod", "ReplicaSet"])
def test_a_kind_of_another_maker_is_not_trusted_for_its_name(kind: str) -> None:
    thing = alone(kind)
    thing.type = f"kubernetes:batch.volcano.sh/v1alpha1:{kind}"
    pods = thing.props["spec"] if kind == "Pod" else thing.props["spec"]["template"]["spec"]
    thing.props["spec"] = {"tasks": [{"replicas": 3.0, "template": {"spec": pods}}]}

    assert "is not known" in said(claim(), thing)[0]


def test_a_set_of_another_maker_runs_one_after_the_other_where_it_does() -> None:
    thing = alone("StatefulSet", replicas=1.0)
    thing.type = "kubernetes:apps.kruise.io/v1beta1:StatefulSet"

    assert said(claim(), thing) == []
    thing.props["spec"]["replicas"] = 2.0
    assert "spec.replicas is 2" in said(claim(), thing)[0]


def test_a_cron_job_counts_the_pods_of_its_jobs() -> None:
    thing = alone("CronJob")
    thing.props["spec"]["jobTemplate"]["spec"]["parallelism"] = 2.0
    (found,) = said(claim(), thing)
    assert "spec.jobTemplate.spec.parallelism is 2" in found


def test_what_a_patch_says_counts_with_what_the_object_says() -> None:
    patch = made("DeploymentPatch", "web", spec={"replicas": 2.0})
    rolled = made("DeploymentPatch", "web", spec={"strategy": {"type": "RollingUpdate"}})

    assert "DeploymentPatch web: spec.replicas is 2" in said(claim(), alone("Deployment"), patch)[0]
    assert "RollingUpdate" in said(claim(), alone("Deployment"), rolled)[0]
    assert said(claim(), patch, alone("Deployment")) != []
    # A mount that a Patch adds is one of the object's.
    adds = workload("DeploymentPatch")
    assert (
        "spec.replicas is 2"
        in said(
            claim(),
            made("Deployment", "web", spec={"replicas": 2.0, "strategy": {"type": "Recreate"}}),
            adds,
        )[0]
    )
    # What the object does not say, its Patch may.
    turned = made("DeploymentPatch", "web", spec={"strategy": {"type": "Recreate"}})
    assert said(claim(), workload("Deployment"), turned) == []


@pytest.mark.parametrize("namespace", ["data", None])
def test_a_patch_of_another_object_counts_for_that(namespace: str | None) -> None:
    other = made("DeploymentPatch", "other", spec={"replicas": 2.0})
    assert said(claim(), alone("Deployment"), other) == []
    elsewhere = made("DeploymentPatch", "web", spec={"replicas": 2.0})
    elsewhere.props["metadata"]["namespace"] = namespace or "elsewhere"
    assert bool(said(claim(), alone("Deployment"), elsewhere)) is bool(namespace)


def test_a_patch_without_a_namespace_counts_for_every_object_of_that_name() -> None:
    here, there = alone("Deployment", claim="a"), alone("Deployment", claim="b")
    there.props["metadata"]["namespace"], there.name = "there", "there"
    patch = made("DeploymentPatch", "web", spec={"replicas": 2.0})
    del patch.props["metadata"]["namespace"]
    for objects in ((here, there, patch), (patch, here, there), (there, patch, here)):
        for name, namespace in (("a", "data"), ("b", "there")):
            mounted = claim(name)
            mounted.props["metadata"]["namespace"] = namespace
            (found,) = said(mounted, *objects)
            assert found.startswith("DeploymentPatch web: spec.replicas is 2, but claim")


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", KINDS)
def test_two_objects_on_one_writers_claim_are_refused(first: str, second: str) -> None:
    found = said(claim(), alone(first, name="a"), alone(second, name="b"))

    (both,) = [line for line in found if "mounts it as well" in line]
    field = ".".join(KINDS[second]) + ".volumes[0].persistentVolumeClaim.claimName"
    assert both.startswith(f"{second} b: {field} is 'vol', but {first} a mounts it as well, and")


def test_a_claim_that_is_shared_on_purpose_is_written_down() -> None:
    two = (claim(), alone("Deployment", name="a"), alone("Pod", name="b"))
    assert said(*two) != []
    assert said(*two, config={"shared": ["data/vol"]}) == []
    assert said(*two, config={"shared": ["other/*"]}) != []


def test_an_object_and_its_patch_are_one() -> None:
    assert said(claim(), alone("Deployment"), alone("DeploymentPatch")) == []


@pytest.mark.parametrize("kind", ["StatefulSet", "StatefulSetPatch", "CloneSet"])
def test_a_claim_that_a_set_makes_has_a_writer_already(kind: str) -> None:
    template = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
    zk = made(kind, "zk", spec={"volumeClaimTemplates": [template], "replicas": 3.0})

    (found,) = said(zk, alone("Job", claim="data-zk-0", name="backup"))
    assert f"but {kind} zk mounts it as well, and claim data-zk is ReadWriteOnce" in found
    assert said(zk) == []
    assert said(zk, alone("Job", claim="data-zk-x", name="backup")) == []
    assert said(zk, alone("Job", claim="data-zk2-0", name="backup")) == []


def scaler(kind: str = "HorizontalPodAutoscaler", target: str = "web", **spec: Any) -> Made:
    ref = {"kind": "Deployment", "name": target}
    return made(kind, "scaler", spec={"scaleTargetRef": ref, **spec})


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        (scaler(maxReplicas=3.0), "spec.maxReplicas is 3"),
        (scaler("HorizontalPodAutoscalerPatch", maxReplicas=3.0), "spec.maxReplicas is 3"),
        (scaler("ScaledObject", maxReplicaCount=5.0), "spec.maxReplicaCount is 5"),
        # KEDA takes 100.
        (scaler("ScaledObject"), "spec.maxReplicas is missing"),
        (scaler("SomebodysAutoscaler", maxReplicas=3.0), "spec.maxReplicas is 3"),
    ],
)
def test_an_autoscaler_of_any_kind_makes_more_pods(thing: Made, says: str) -> None:
    answer = ask(RULE, claim(), alone("Deployment"), thing)
    assert len(answer.said) == 1
    assert says in answer.said[0]
    assert "but it scales Deployment web, and claim vol is ReadWriteOnce" in answer.said[0]
    assert answer.blamed == [thing.urn]


def test_an_autoscaler_of_one_pod_or_of_another_object_is_let_be() -> None:
    for harmless in (scaler(maxReplicas=1.0), scaler(target="other", maxReplicas=9.0)):
        assert said(claim(), alone("Deployment"), harmless) == []
    assert (
        said(claim("vol", "ReadWriteMany"), workload("Deployment"), scaler(maxReplicas=9.0)) == []
    )


def test_what_is_called_nobody_knows_what_may_be_the_one_that_is_scaled() -> None:
    nameless = alone("Deployment")
    nameless.props["metadata"] = UNKNOWN
    answer = ask(RULE, claim(), nameless, scaler(maxReplicas=3.0))
    assert answer.said or answer.unknown
    # Without an autoscaler nothing hangs on the name.
    assert not ask(RULE, claim(), nameless).unknown


def test_a_patch_of_an_autoscaler_counts_with_it() -> None:
    patch = made("HorizontalPodAutoscalerPatch", "scaler", spec={"maxReplicas": 3.0})
    (found,) = said(claim(), alone("Deployment"), scaler(maxReplicas=1.0), patch)
    assert found.startswith("HorizontalPodAutoscalerPatch scaler: spec.maxReplicas is 3")


@pytest.mark.parametrize(
    ("modes", "writers", "refused"),
    [
        (["ReadWriteOnce"], False, True),
        (["ReadWriteOncePod"], False, True),
        (["ReadWriteOnce", "ReadOnlyMany"], False, True),
        (["ReadOnlyMany", "ReadWriteOnce"], True, False),
        (["ReadWriteOnce"], True, True),
        (["ReadOnlyMany"], False, False),
        (["ReadWriteMany", "ReadOnlyMany"], False, False),
        (["ReadWriteOnce", "ReadWriteMany"], False, False),
        (["OfNextYear"], False, True),
    ],
)
def test_many_may_read_and_not_write(modes: list[str], writers: bool, refused: bool) -> None:
    reading = workload("Deployment", reads=writers, replicas=3.0)
    assert bool(said(claim("vol", *modes), reading)) is refused


def test_a_claim_of_elsewhere_may_be_one_writers_and_that_is_advice() -> None:
    assert said(workload("Deployment"), rule=RULE) == []
    (found,) = said(workload("Deployment"), rule=ELSEWHERE)
    assert "but claim vol may be ReadWriteOnce, which this stack does not say, and" in found
    assert said(alone("Deployment"), rule=ELSEWHERE) == []
    assert said(alone("Deployment"), alone("Job", name="b"), rule=ELSEWHERE) != []
    assert said(alone("Deployment"), scaler(maxReplicas=2.0), rule=ELSEWHERE) != []
    assert said(workload("Deployment"), rule=ELSEWHERE, config={"shared": ["data/vol"]}) == []
    assert said(claim("vol", "ReadWriteMany"), workload("Deployment"), rule=ELSEWHERE) == []
    # Nor does a Patch that adds a label to a claim.
    label = made("PersistentVolumeClaimPatch", "vol")
    assert said(label, workload("Deployment"), rule=ELSEWHERE) != []


def unknown(answer: Answer) -> bool:
    return answer.said == [] and bool(answer.unknown)


def test_a_claim_or_an_autoscaler_whose_name_is_not_known_may_be_the_one() -> None:
    nameless = made("PersistentVolumeClaim", UNKNOWN, spec={"accessModes": ["ReadWriteOnce"]})
    assert unknown(ask(RULE, nameless, workload("Deployment")))
    nobodys = scaler(target=UNKNOWN, maxReplicas=3.0)
    assert unknown(ask(RULE, claim(), alone("Deployment"), nobodys))
    web = alone("Deployment")
    nobodys.needs = [web]
    assert ask(RULE, claim(), web, nobodys).said != []


def test_two_that_need_a_claim_and_may_mount_another_are_not_two_on_one() -> None:
    one, other = claim("one"), claim("other")
    first, second = (
        alone("Deployment", claim=UNKNOWN, name="a"),
        alone("Job", claim=UNKNOWN, name="b"),
    )
    first.needs = second.needs = [one, other]
    assert unknown(ask(RULE, one, other, first, second))


def test_an_object_within_a_list_is_an_object() -> None:
    web = workload("Deployment")
    item = {"apiVersion": "apps/v1", "kind": "Deployment", **web.props}
    for kind in ("List", "DeploymentList"):
        held = Made(f"kubernetes:core/v1:{kind}", {"items": [item]}, name="all")
        answer = ask(RULE, claim(), held)
        assert answer.said == said(claim(), web)
        assert answer.blamed == [held.urn]
    assert unknown(ask(RULE, claim(), Made("kubernetes:core/v1:List", {"items": UNKNOWN})))
