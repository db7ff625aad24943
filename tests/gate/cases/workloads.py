"""Applications that no longer find their data where it was."""

from tests.gate.handmade import UNKNOWN, Json, preview, set_spec, state, step

from .made import (
    DEPLOYMENT,
    LOST,
    RISK,
    SET,
    Case,
    app,
    app_set,
    edit,
    gone,
    mounting,
    pods,
    workload,
)

__all__ = ["WORKLOADS", "mounts"]


def mounts() -> dict[str, Case]:
    """What an application no longer finds where it was."""
    found = {}
    changes: dict[str, tuple[Json, str]] = {
        "becomes-empty": (pods({"emptyDir": {}}), "claim data -> nothing"),
        "unknown": (pods({"persistentVolumeClaim": {"claimName": UNKNOWN}}), ""),
        "another": (
            pods({"persistentVolumeClaim": {"claimName": "new"}}),
            "claim data -> new",
        ),
        "in-a-folder": (
            pods(container=app(subPath="b")),
            "db.volume_mounts /data -> /data(b)",
        ),
        "at-another-path": (pods(container=app(path="/var")), "db.volume_mounts /data -> /var"),
        "not-mounted": (
            pods(container={"name": "db", "image": "mysql:8"}),
            "db.volume_mounts /data -> nothing",
        ),
        "volumes-unknown": ({"containers": [app()], "volumes": UNKNOWN}, ""),
    }
    kinds = (DEPLOYMENT, "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod")
    for kind in kinds:
        for name, (new, consent) in changes.items():
            found[f"{kind}-claim-{name}"] = Case(
                mounting(pods(), new, kind),
                RISK,
                "mounts-other-data" if consent else "mounts-unknown",
                (f"{kind} x: {consent}",) if consent else (),
            )
    return found


_ORDINALS = set_spec(scaled="Delete", ordinals={"start": 1})
# Somebody has scaled it by hand.
_LIVE = state(SET, app_set(scaled="Delete"))
_LIVE["outputs"] = {**_LIVE["outputs"], "spec": {**_LIVE["outputs"]["spec"], "replicas": 5}}
_PATCH = {"spec": {"template": {"spec": {"volumes": [{"name": "vol", "emptyDir": {}}]}}}}


def _scaler(least: int, kind: str = SET) -> Json:
    return {"spec": {"scaleTargetRef": {"kind": kind, "name": "x"}, "minReplicas": least}}


def _scaled(policy: str) -> Json:
    its = state(SET, app_set(scaled=policy))
    return step("same", SET, its, its)


_SCALER = "HorizontalPodAutoscaler"

WORKLOADS = {
    "scaler-comes-to-a-set-that-deletes-claims": Case(
        preview(_scaled("Delete"), step("create", _SCALER, None, state(_SCALER, _scaler(1)))),
        RISK,
        "scaler-takes-claims",
    ),
    "scaler-comes-to-a-set-that-is-not-to-be-seen": Case(
        preview(step("create", _SCALER, None, state(_SCALER, _scaler(1)))),
        RISK,
        "scaler-takes-claims",
    ),
    "scaler-may-take-more": Case(
        preview(
            _scaled("Delete"),
            step("update", _SCALER, state(_SCALER, _scaler(3)), state(_SCALER, _scaler(1))),
        ),
        RISK,
        "scaler-takes-claims",
        ("HorizontalPodAutoscaler x: min_replicas 3 -> 1",),
    ),
    "deployment-unmounts-what-is-in-another-namespace": Case(
        edit(DEPLOYMENT, workload(pods()), workload(pods(), namespace="other"), "replace"),
        RISK,
        "mounts-other-data",
        ("Deployment x: namespace data -> other",),
    ),
    "deployment-without-its-old-state": Case(
        preview(step("update", DEPLOYMENT, None, state(DEPLOYMENT, workload(pods())))),
        RISK,
        "unreadable",
    ),
    "deployment-patch-covers-the-claim": Case(
        preview(step("create", "DeploymentPatch", None, state("DeploymentPatch", _PATCH))),
        RISK,
        "mounts-other-data",
    ),
    "set-mounts-another-claim-of-its-own": Case(
        edit(
            SET,
            app_set(),
            set_spec(
                template={
                    "spec": {
                        **app_set()["spec"]["template"]["spec"],
                        "volumes": [{"name": "vol", "persistentVolumeClaim": {"claimName": "new"}}],
                    }
                },
                volumeClaimTemplates=app_set()["spec"]["volumeClaimTemplates"],
            ),
        ),
        RISK,
        "mounts-other-data",
        ("StatefulSet x: claim data -> new",),
    ),
    "set-finds-it-at-another-path": Case(
        edit(SET, app_set(), app_set(app(path="/var"))),
        RISK,
        "mounts-other-data",
        ("StatefulSet x: db.volume_mounts /data -> /var",),
    ),
    "set-finds-it-in-another-folder": Case(
        edit(SET, app_set(app(subPath="a")), app_set(app(subPath="b"))),
        RISK,
        "mounts-other-data",
        ("StatefulSet x: db.volume_mounts /data(a) -> /data(b)",),
    ),
    "set-gets-other-ordinals-and-loses-claims": Case(
        edit(SET, set_spec(scaled="Delete"), _ORDINALS),
        LOST,
        "set-scaled-in-with-claims",
        (
            "StatefulSet x: first_ordinal 0 -> 1, deleting its claims",
            "StatefulSet x: first_ordinal 0 -> 1",
        ),
    ),
    "set-scales-in-from-what-only-the-cluster-knows": Case(
        preview(step("update", SET, _LIVE, state(SET, app_set(app("mysql:9"), scaled="Delete")))),
        LOST,
        "set-scaled-in-with-claims",
        ("StatefulSet x: replicas 5 -> 3, deleting its claims",),
    ),
    "set-is-replaced-and-its-policy-turns": Case(
        edit(SET, set_spec(), set_spec(deleted="Delete", serviceName="y"), "replace"),
        RISK,
        "claims-go-from-now-on",
        ("StatefulSet x: when_deleted Retain -> Delete",),
    ),
    "set-is-replaced-with-fewer-replicas": Case(
        edit(
            SET,
            set_spec(scaled="Delete"),
            set_spec(scaled="Delete", serviceName="y", replicas=1),
            "replace",
        ),
        LOST,
        "set-scaled-in-with-claims",
        ("StatefulSet x: replicas 3 -> 1, deleting its claims",),
    ),
    "set-scales-in-to-a-number-in-quotes": Case(
        edit(SET, set_spec(scaled="Delete"), set_spec(scaled="Delete", replicas="1")),
        LOST,
        "set-scaled-in-with-claims",
        ("StatefulSet x: replicas 3 -> 1, deleting its claims",),
    ),
    "set-patch-leaves": Case(
        preview(gone("StatefulSetPatch", {"spec": {"replicas": 3}})),
        RISK,
        "set-patch-lets-go",
        ("StatefulSet x: object exists -> deleted",),
    ),
}
