"""Snapshots by the clock: a CronJob beside the workload, and its rights (decision 0032).

It runs while no `pulumi` does, so it knows nothing of a stack: it goes by the claims that are
labelled with the workload, and by its own label on what it took.
"""

import json
from typing import Any, cast

import pulumi
import pulumi_kubernetes as k8s

from ..needed import needed
from ..pod.security import container_security
from ..safety.plan.names import Names
from ..schema.named import name_of
from .model import Workload
from .schedule_args import ScheduleArgs

__all__ = ["KINDS", "SCHEDULED", "register_schedule", "schedule_name", "scheduled"]

KINDS = ("CronJob", "Role", "RoleBinding", "ServiceAccount")
# The label of what it took: the workload.
SCHEDULED = "statefast/scheduled"

_KEEP = 7
_NOBODY = 65532
_READY_SECONDS = 1800
_RULES = [
    {"api_groups": [""], "resources": ["persistentvolumeclaims"], "verbs": ["get", "list"]},
    {
        "api_groups": ["snapshot.storage.k8s.io"],
        "resources": ["volumesnapshots"],
        "verbs": ["get", "list", "watch", "create", "delete"],
    },
]
# What is older than the newest that are ready goes; of those that never got ready as many stay.
# One that fails does not keep the others from being taken, and the job fails in the end.
_SCRIPT = """set -eu
now=$(date -u +%Y%m%d-%H%M%S)
failed=0
theirs() {
  kubectl get volumesnapshots -n "$NAMESPACE" -l "$LABEL" --sort-by=.metadata.creationTimestamp \\
    -o jsonpath='{range .items[?(@.spec.source.persistentVolumeClaimName=="'"$1"'")]}'\\
'{.status.readyToUse}/{.metadata.name}{"\\n"}{end}'
}
prune() {
  while [ $# -gt "$KEEP" ]; do
    kubectl delete volumesnapshot "$1" -n "$NAMESPACE" --wait=false
    shift
  done
}
for claim in $(kubectl get pvc -n "$NAMESPACE" -l "$CLAIMS" \\
  -o jsonpath='{range .items[?(@.status.phase=="Bound")]}{.metadata.name}{"\\n"}{end}'); do
  if printf %s "$SNAPSHOT" | sed "s/@claim@/$claim/g; s/@now@/$now/g" | kubectl create -f - &&
    kubectl wait "volumesnapshot/$claim-$now" -n "$NAMESPACE" \\
    --for=jsonpath='{.status.readyToUse}'=true --timeout="${READY_SECONDS}s"; then
    prune $(theirs "$claim" | sed -n 's,^true/,,p')
  else
    failed=1
  fi
  prune $(theirs "$claim" | sed -n '/^true/!s,^.*/,,p')
done
exit $failed
"""


def schedule_name(workload: Workload) -> str:
    """What the CronJob and the objects of its rights are called."""
    return f"{workload.name}-snapshots"


def scheduled(workload: Workload) -> ScheduleArgs | None:
    """The schedule of a workload; None where it has none."""
    return (workload.args.get("snapshots") or {}).get("schedule")


def register_schedule(parent: pulumi.ComponentResource, workload: Workload, names: Names) -> None:
    """Makes the CronJob, its account and what that may.

    Args:
        parent: The component.
        workload: Checked args.
        names: What becomes of those that are there already.
    """
    given = scheduled(workload)
    if given is None:
        return
    name, called = schedule_name(workload), workload.child(schedule_name(workload))
    opts = pulumi.ResourceOptions(parent=parent, aliases=workload.aliases(parent))

    def metadata(kind: str) -> k8s.meta.v1.ObjectMetaArgs:
        return k8s.meta.v1.ObjectMetaArgs(
            name=name,
            namespace=workload.namespace,
            labels=dict(workload.labels),
            annotations=names.owned(kind, name),
        )

    account = k8s.core.v1.ServiceAccount(
        called, metadata=metadata("ServiceAccount"), opts=names.opts("ServiceAccount", name, opts)
    )
    role = k8s.rbac.v1.Role(
        called,
        metadata=metadata("Role"),
        rules=[k8s.rbac.v1.PolicyRuleArgs(**rule) for rule in _RULES],
        opts=names.opts("Role", name, opts),
    )
    binding = k8s.rbac.v1.RoleBinding(
        called,
        metadata=metadata("RoleBinding"),
        role_ref=k8s.rbac.v1.RoleRefArgs(
            api_group="rbac.authorization.k8s.io", kind="Role", name=name
        ),
        subjects=[
            k8s.rbac.v1.SubjectArgs(kind="ServiceAccount", name=name, namespace=workload.namespace)
        ],
        opts=names.opts("RoleBinding", name, opts),
    )
    k8s.batch.v1.CronJob(
        called,
        metadata=metadata("CronJob"),
        spec=k8s.batch.v1.CronJobSpecArgs(
            schedule=given["cron"],
            time_zone="Etc/UTC",
            # One that is slow is not overtaken; one that was missed is made up for within an hour.
            concurrency_policy="Forbid",
            starting_deadline_seconds=3600,
            successful_jobs_history_limit=1,
            failed_jobs_history_limit=3,
            job_template=k8s.batch.v1.JobTemplateSpecArgs(
                spec=k8s.batch.v1.JobSpecArgs(
                    # Another try would take all of them again.
                    backoff_limit=0,
                    template=k8s.core.v1.PodTemplateSpecArgs(spec=_pod(workload, name, given)),
                )
            ),
        ),
        opts=pulumi.ResourceOptions.merge(
            names.opts("CronJob", name, opts),
            pulumi.ResourceOptions(depends_on=needed([account, role, binding])),
        ),
    )


def _pod(workload: Workload, account: str, given: ScheduleArgs) -> k8s.core.v1.PodSpecArgs:
    """The pod of one run; it passes the restricted Pod Security Standard."""
    environment = {
        "NAMESPACE": workload.namespace,
        "CLAIMS": ",".join(f"{key}={value}" for key, value in sorted(workload.selector.items())),
        "LABEL": f"{SCHEDULED}={workload.name}",
        "KEEP": str(given.get("keep", _KEEP)),
        "READY_SECONDS": str(_READY_SECONDS),
        "SNAPSHOT": json.dumps(_snapshot(workload), separators=(",", ":")),
        "HOME": "/tmp",  # noqa: S108  an emptyDir
    }
    spec = {
        "serviceAccountName": account,
        "restartPolicy": "Never",
        "imagePullSecrets": [
            {"name": name} for name in workload.args.get("image_pull_secrets") or ()
        ],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _NOBODY,
            "runAsGroup": _NOBODY,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "snapshots",
                "image": given["image"],
                "command": ["/bin/sh", "-c", _SCRIPT],
                "env": [{"name": key, "value": value} for key, value in environment.items()],
                "resources": {
                    "requests": {"cpu": "10m", "memory": "64Mi"},
                    "limits": {"memory": "256Mi"},
                },
                "securityContext": container_security(read_only_root_filesystem=True),
                "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108
            }
        ],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    }
    # As plain values, in the words of the API.
    return cast("k8s.core.v1.PodSpecArgs", spec)


def _snapshot(workload: Workload) -> dict[str, Any]:
    """One snapshot, with `@claim@` and `@now@` in the place of those."""
    spec: dict[str, Any] = {"source": {"persistentVolumeClaimName": "@claim@"}}
    if class_name := name_of(workload.args.get("snapshot_class_name") or ""):
        spec["volumeSnapshotClassName"] = class_name
    return {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshot",
        "metadata": {
            "name": "@claim@-@now@",
            "namespace": workload.namespace,
            "labels": {**workload.labels, SCHEDULED: workload.name},
        },
        "spec": spec,
    }
