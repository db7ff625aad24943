"""Whatever the args are: our own error, or objects that the real API server takes.

It proves admission and nothing more: a dry-run starts no pod.
"""

import subprocess
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcluster.layout import Workspace
from localcluster.toolchain import environment
from statefast import (
    PersistentDeployment,
    PersistentDeploymentArgs,
    PersistentStatefulSet,
    PersistentStatefulSetArgs,
    StatefastError,
)
from tests.recording import Recording, run

from .dry_run import DryRun, dry_run, plain

NAMESPACE = "dry-run-restricted"
EXAMPLES = 600
WORDS = ["a", "zk", "vol", "main", "Main", "x" * 16, "a--b", "config-files"]
SIZES = ["1Gi", "1.5Gi", "8192Mi", "10G", "0", "8 GB", "100m"]
QUANTITIES = ["1", "250m", "512Mi", "1.5", "-1", "1Gi", "lots"]
PATHS = ["/data", "/data/", "/etc/app.conf", "/scratch", "data", "/a:b", "/etc/../x"]


def some(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with any of the keys."""
    return st.fixed_dictionaries({}, optional=keys)


WORD = st.sampled_from(WORDS)
NAMES = st.sampled_from(["a", "app", "tls-secret", "Bad_Name"])
LABELS = st.dictionaries(
    st.sampled_from(["app", "example.com/role", "bad key"]), st.sampled_from(["x", "", "ü"])
)
TEXTS = st.lists(st.sampled_from(["sh", "-c", "true"]), max_size=3)
PORT = st.fixed_dictionaries(
    {"name": WORD, "port": st.sampled_from([1, 2181, 8080, 65535, 0])},
    optional={
        "service": st.sampled_from(["client", "headless", "both"]),
        "app_protocol": st.sampled_from(["http", "kubernetes.io/h2c", "not a protocol"]),
    },
)
PROBE = some(
    command=TEXTS,
    http_path=st.sampled_from(["/", "/ready"]),
    port=WORD,
    initial_delay_seconds=st.sampled_from([0, 5, -1]),
    period_seconds=st.sampled_from([1, 10, 0]),
    failure_threshold=st.sampled_from([1, 60, 0]),
)
AMOUNTS = st.dictionaries(
    st.sampled_from(["cpu", "memory", "ephemeral-storage", "example.com/gpu", "gpu"]),
    st.sampled_from(QUANTITIES),
    max_size=3,
)
RESOURCES = some(requests=AMOUNTS, limits=AMOUNTS)
VARIABLE = st.sampled_from(["A", "B_C", "d.e", "1st", "with space"])
SOURCE = some(
    secret=NAMES,
    config_map=NAMES,
    key=st.sampled_from(["k", "a b"]),
    pod_field=st.sampled_from(["status.podIP", "spec.nodeName", "status.color"]),
)
ENVIRONMENT: dict[str, st.SearchStrategy[Any]] = {
    "env": st.dictionaries(VARIABLE, st.just("value"), max_size=2),
    "env_sources": st.dictionaries(VARIABLE, SOURCE, max_size=2),
    "env_from": st.lists(some(secret=NAMES, config_map=NAMES, prefix=VARIABLE), max_size=2),
}
SIDE: dict[str, st.SearchStrategy[Any]] = {
    "command": TEXTS,
    "resources": RESOURCES,
    "mounts": st.dictionaries(WORD, st.sampled_from(PATHS), max_size=1),
    **ENVIRONMENT,
}
BESIDE = {"name": WORD, "image": st.just("busybox:1.37")}
VOLUME = st.fixed_dictionaries(
    {"name": WORD, "mount_path": st.sampled_from(PATHS), "size": st.sampled_from(SIZES)},
    optional={
        "access_modes": st.sampled_from(
            [["ReadWriteOnce"], ["ReadWriteMany"], ["ReadWriteOncePod"], ["ReadOnlyMany"]]
        ),
    },
)
TOLERATION = some(
    key=st.sampled_from(["example.com/disk", "bad key"]),
    operator=st.sampled_from(["Equal", "Exists"]),
    value=st.sampled_from(["ssd", "no value"]),
    effect=st.sampled_from(["NoSchedule", "NoExecute"]),
    toleration_seconds=st.sampled_from([0, 60]),
)
SPREAD = st.sampled_from(["ScheduleAnyway", "DoNotSchedule", "none"])
OVERRIDE = st.sampled_from(
    [
        {"runtimeClassName": "gvisor"},
        {"hostNetwork": True},
        {"restartPolicy": "Never"},
        {"activeDeadlineSeconds": 5},
        {"dnsConfig": {"options": [{"name": "ndots", "value": "1"}]}},
        {"securityContext": {"supplementalGroups": [7]}},
        {"securityContext": {"runAsNonRoot": None}},
        {"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
        {"containers": [{"name": "w", "lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}]},
        {"containers": [{"name": "w", "securityContext": {"privileged": True}}]},
        {"containers": [{"name": "w", "securityContext": {"capabilities": {"drop": None}}}]},
        {"containers": [{"name": "w", "ports": [{"name": "h", "hostPort": 80}]}]},
        {"containers": [{"name": "w", "volumeMounts": [{"mountPath": "/data", "name": "no"}]}]},
        {"containers": None},
        {"volumes": [{"name": "host", "hostPath": {"path": "/"}}]},
        {"volumes": [{"name": "config-files", "emptyDir": {}}]},
        {"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["x"]}]},
        {"topologySpreadConstraints": None},
    ]
)
SHARED: dict[str, st.SearchStrategy[Any]] = {
    "replicas": st.sampled_from([0, 1, 3]),
    "ports": st.lists(PORT, max_size=2),
    "command": TEXTS,
    **ENVIRONMENT,
    "ordinal_env": VARIABLE,
    "secret_env": st.dictionaries(VARIABLE, st.just("hidden"), max_size=1),
    "startup_probe": PROBE,
    "readiness_probe": PROBE,
    "resources": RESOURCES,
    "run_as_user": st.sampled_from([999, 1, 0]),
    "termination_grace_period_seconds": st.sampled_from([0, 120]),
    "min_ready_seconds": st.sampled_from([0, 10]),
    "config_files": st.dictionaries(st.sampled_from(PATHS), st.just("a = 1\n"), max_size=2),
    "empty_dirs": st.dictionaries(st.sampled_from(PATHS), st.sampled_from(SIZES), max_size=2),
    "read_only_root_filesystem": st.booleans(),
    "init_containers": st.lists(st.fixed_dictionaries(BESIDE, optional=SIDE), max_size=1),
    "sidecars": st.lists(
        st.fixed_dictionaries(
            BESIDE,
            optional={**SIDE, "ports": st.lists(PORT, max_size=1), "liveness_probe": PROBE},
        ),
        max_size=1,
    ),
    "image_pull_secrets": st.lists(NAMES, max_size=1),
    "service_account_name": NAMES,
    "pod_annotations": LABELS,
    "metrics": st.fixed_dictionaries({"port": WORD}, optional={"path": st.sampled_from(PATHS)}),
    "node_selector": LABELS,
    "tolerations": st.lists(TOLERATION, max_size=1),
    "spread": some(hostname=SPREAD, zone=SPREAD),
    "anti_affinity": st.sampled_from(["none", "preferred", "required"]),
    "network_policy": some(
        clients=st.lists(
            some(labels=LABELS, namespace=NAMES, ports=st.lists(WORD, max_size=2)), max_size=2
        )
    ),
    "disruption_budget": st.booleans(),
    "labels": LABELS,
    "pod": OVERRIDE,
}
OF_A_SET: dict[str, st.SearchStrategy[Any]] = {
    "pod_management_policy": st.sampled_from(["Parallel", "OrderedReady"]),
    "first_ordinal": st.sampled_from([0, 1, 5]),
    "update_strategy": some(
        type=st.sampled_from(["RollingUpdate", "OnDelete"]), partition=st.sampled_from([0, 1, 9])
    ),
}
OF_A_DEPLOYMENT: dict[str, st.SearchStrategy[Any]] = {
    "progress_deadline_seconds": st.sampled_from([5, 600])
}


@st.composite
def workloads(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A pattern, and args of which a few differ from what is usual: most have to get through."""
    pattern = draw(st.sampled_from(["stateful-set", "deployment"]))
    keys = {**SHARED, **(OF_A_SET if pattern == "stateful-set" else OF_A_DEPLOYMENT)}
    chosen = draw(st.lists(st.sampled_from(sorted(keys)), max_size=3, unique=True))
    volume = {"name": "vol", "mount_path": "/data", "size": "1Gi"}
    volumes = draw(st.just([volume]) | st.lists(VOLUME, min_size=1, max_size=2))
    args = {key: draw(keys[key]) for key in chosen}
    ports = [{"name": "main", "port": 2181}, {"name": "zk", "port": 2888, "service": "headless"}]
    return pattern, {
        "namespace": NAMESPACE,
        "image": "app:1",
        "ports": ports,
        "volumes": volumes,
        **args,
    }


@pytest.fixture(scope="module")
def server(workspace: Workspace) -> Iterator[DryRun]:
    """The API server, and a namespace that enforces the restricted standard."""
    labels = "".join(
        f"\n    pod-security.kubernetes.io/{mode}: restricted" for mode in ("enforce", "warn")
    )
    subprocess.run(
        ["kubectl", "apply", "-f", "-"],
        env=environment(workspace),
        input=f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {NAMESPACE}\n  labels:{labels}",
        text=True,
        check=True,
        capture_output=True,
    )
    with dry_run(workspace) as client:
        yield client


def objects(recording: Recording) -> list[dict[str, Any]]:
    """What the component asks for, and one pod as the controller would make it."""
    # A claim patch of a set adds to a claim that its controller makes.
    asked = [
        item.inputs
        for item in recording.objects()
        if "accessModes" in item.inputs.get("spec", {}) or "Patch" not in item.kind
    ]
    workload = next(item for item in asked if item["kind"] in ("StatefulSet", "Deployment"))
    template = plain(workload["spec"]["template"])
    claims = workload["spec"].get("volumeClaimTemplates", [])
    volumes = [
        {"name": claim["metadata"]["name"], "persistentVolumeClaim": {"claimName": "a"}}
        for claim in claims
    ]
    spec = {**template["spec"], "volumes": [*template["spec"].get("volumes", []), *volumes]}
    # The admission of pods asks for these two to exist; that is the owner's to see to.
    spec = {key: spec[key] for key in spec if key not in ("serviceAccountName", "runtimeClassName")}
    meta = {**template["metadata"], "name": "w-0", "namespace": NAMESPACE}
    return [*asked, {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}]


def record(pattern: str, args: dict[str, Any]) -> Recording:
    """What the component of the pattern registers."""
    if pattern == "deployment":
        return run(lambda: PersistentDeployment("w", cast("PersistentDeploymentArgs", args)))
    return run(lambda: PersistentStatefulSet("w", cast("PersistentStatefulSetArgs", args)))


def refused(pattern: str, args: dict[str, Any]) -> str:
    """Our own error, or nothing."""
    try:
        if pattern == "deployment":
            PersistentDeployment.check("w", cast("PersistentDeploymentArgs", args))
        else:
            PersistentStatefulSet.check("w", cast("PersistentStatefulSetArgs", args))
    except StatefastError as error:
        return error.sentence
    return ""


def test_args_are_refused_by_us_or_taken_by_the_api_server(server: DryRun) -> None:
    seen = {"refused": 0, "taken": 0}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(workload=workloads())
    def every(workload: tuple[str, dict[str, Any]]) -> None:
        pattern, args = workload
        if sentence := refused(pattern, args):
            seen["refused"] += 1
            assert sentence.endswith(".")
            assert "\n" not in sentence
            return
        seen["taken"] += 1
        for item in objects(record(pattern, args)):
            answer = server.apply(item, NAMESPACE)
            assert answer.accepted, f"{item['kind']}: {answer.message}"
            assert answer.warnings == (), item["kind"]

    every()
    assert sum(seen.values()) >= EXAMPLES
    # Args that are nearly always refused would prove nothing.
    assert seen["taken"] > EXAMPLES / 5, seen
