"""What a walk does next: every key of docs/config.md, every hand, every command, by chance."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.engine.conftest import Config

from .steps import Step
from .world import World

__all__ = ["NOT_WALKED", "choose", "first_config", "other_config"]

# Keys of the config that no edit of a walk writes, and why.
NOT_WALKED: Mapping[str, str] = {
    "context": "one that the kubeconfig has not names no cluster: preview warns, and `up` and a"
    " refresh fail in the words of the provider, whatever else is done",
    "formerStack": "written where a stack is renamed",
    "secretData": "a Secret that adopt takes over; it mounts and deletes nothing (test_adopt.py)",
}

_TRIES = 9
SIZES = ("1Gi", "2Gi", "3Gi")
# For each application: how it may run, another image of the same version, another version, and
# what moves its data.
APPLICATIONS: Mapping[str, Mapping[str, Any]] = {
    "zookeeper": {
        "patterns": ["stateful-set"],
        "replicas": [1, 3],
        "images": ["zookeeper:3.9.3", "zookeeper:4.0.0"],
        "env": {"ZOO_DATA_DIR": "/data/other", "ZOO_TICK_TIME": "3000"},
    },
    "redis": {
        "patterns": ["stateful-set", "deployment"],
        "replicas": [1, 2],
        "images": ["redis:8.2.0", "redis:7.4.0"],
        "env": {"TZ": "UTC"},
    },
    "postgresql": {
        "patterns": ["stateful-set", "deployment"],
        "replicas": [1, 2],
        "images": ["postgres:17.5", "postgres:18.0"],
        "env": {"PGDATA": "/var/lib/postgresql/data/other", "TZ": "UTC"},
    },
    "mysql": {
        "patterns": ["stateful-set", "deployment"],
        "replicas": [1],
        "images": ["mysql:8.4.5", "mysql:9.4.0"],
        "env": {"MYSQL_DATABASE": "app", "TZ": "UTC"},
    },
}


# What a snapshot is taken before, and how many are kept.
_BEFORE: Sequence[Config] = (
    {"before": ["image", "growth", "replacement", "destroy"], "keep": 1},
    {"before": ["growth", "destroy"], "keep": 2},
)


def _snapshots(name: str) -> Config:
    return {"name": f"snap-{name}", "parameters": {"clusterID": "test"}}


def _attributes(name: str) -> Iterator[list[Config]]:
    """The class that a volume may name, with one value and with another."""
    for iops in ("1000", "2000"):
        yield [{"name": f"fast-{name}", "parameters": {"maxReadIops": iops}}]


def _workload(rng: random.Random) -> Config:
    application = rng.choice(sorted(APPLICATIONS))
    its = APPLICATIONS[application]
    pattern = rng.choice(its["patterns"])
    replicas = 1 if pattern == "deployment" else rng.choice(its["replicas"])
    return {
        "workload": application,
        "pattern": pattern,
        "replicas": replicas,
        "storage": {"size": "1Gi"},
    }


def first_config(rng: random.Random, namespace: str) -> Config:
    """What the walk begins with: one to three workloads, to be retained or not."""
    count = rng.choice((1, 2, 2, 3))
    config: Config = {
        "statefast:namespace": namespace,
        "statefast:environment": "test",
        "statefast:growthSeconds": 20,
        "statefast:storageClass": {
            "name": f"rbd-{namespace}",
            "driver": "ceph-rbd",
            "parameters": {"clusterID": "test", "pool": "test"},
            "volumeBindingMode": rng.choice(("Immediate", "WaitForFirstConsumer")),
            "reclaimPolicy": rng.choice(("Retain", "Retain", "Delete")),
        },
        "statefast:workloads": {f"w{number}": _workload(rng) for number in range(1, count + 1)},
    }
    if rng.random() < 0.25:
        config["statefast:ephemeral"] = True
    if rng.random() < 0.5:
        config["statefast:storageClass"]["snapshotClass"] = _snapshots(namespace)
    return config


def other_config(namespace: str) -> Config:
    """The other stack in that namespace."""
    return {
        "statefast:namespace": namespace,
        "statefast:environment": "test",
        "statefast:growthSeconds": 20,
        "statefast:workloads": {
            "x1": {
                "workload": "redis",
                "pattern": "deployment",
                "storage": {"size": "1Gi", "storageClassName": f"rbd-{namespace}"},
            }
        },
    }


def choose(rng: random.Random, world: World, done: Sequence[Step]) -> Step:
    """The next step."""
    stack, last = world.stacks["a"], done[-1].op if done else ""
    if not done:
        return Step("run", {"stack": "a", "verb": "up"})
    refused = stack.last is not None and stack.last.code != 0 and last == "run"
    chance = rng.random()
    if refused and chance < 0.75:
        if chance < 0.4:
            return Step("obey", {"stack": "a", "way": rng.randrange(4)})
        return Step("revert", {"stack": "a"})
    # Whatever was changed is brought up before long.
    if last != "run" and rng.random() < 0.6:
        return _command(rng, world)
    kinds: Sequence[tuple[int, Callable[[random.Random, World], Step]]] = (
        (34, _edit_workload),
        (6, _edit_workloads),
        (11, _edit_stack),
        (4, _edit_file),
        (25, _hand),
        (8, _command),
        (4, _other_stack),
        (2, _stack),
    )
    weights = [weight for weight, _ in kinds]
    for _ in range(_TRIES):
        step = rng.choices([make for _, make in kinds], weights)[0](rng, world)
        if (
            step.op != "edit"
            or world.stacks[step.args["stack"]].get(*step.args["path"]) != (step.args["value"])
        ):
            return step
    return _command(rng, world)


def _names(world: World) -> list[str]:
    return sorted(world.stacks["a"].get("workloads") or {})


def _edit_workload(rng: random.Random, world: World) -> Step:
    names = _names(world)
    if not names:
        return _edit_workloads(rng, world)
    name = rng.choice(names)
    its = world.stacks["a"].get("workloads", name)
    application = APPLICATIONS[its.get("workload", "redis")]
    claims = sorted(claim for _, claim in world.seen.claims) or ["none"]
    own = rng.choice([claim for claim in claims if claim.startswith(f"{name}-")] or claims)
    variable = rng.choice(sorted(application["env"]))
    values: Sequence[tuple[int, Sequence[str], Sequence[Any]]] = (
        (6, ["storage", "size"], SIZES),
        (8, ["replicas"], (0, 1, 2, 3)),
        (3, ["pattern"], ("stateful-set", "deployment")),
        (3, ["podManagementPolicy"], ("Parallel", "OrderedReady")),
        (3, ["firstOrdinal"], (0, 1, 3)),
        (3, ["image"], (*application["images"], None)),
        (3, ["env", variable], (application["env"][variable], None)),
        (1, ["configFiles", "/etc/redis/redis.conf"], ("dir /data\n", "dir /tmp\n", None)),
        (2, ["storage", "volumeAttributesClassName"], (f"fast-{world.name}", None)),
        (1, ["storage", "volumes", "vol"], ({"size": "2Gi"}, {"accessModes": ["ReadWriteMany"]})),
        (1, ["serviceName"], ("other", None)),
        (1, ["selector"], ({"app": "other"}, None)),
        (1, ["labels"], ({"team": "storage"}, None)),
        (2, ["storage", "accessModes"], (["ReadWriteOncePod"], ["ReadWriteMany"], None)),
        (2, ["storage", "storageClassName"], ("", "none", f"rbd-{world.name}", None)),
        (2, ["storage", "volumes", "log"], ({"size": "1Gi"}, {"size": "2Gi"}, None)),
        (3, ["storage", "volumes", "vol"], ({"existingClaim": rng.choice(claims)}, None)),
        (1, ["storage", "volumes", "vol"], ({"claimName": rng.choice(["w1-vol", "other"])}, None)),
        (3, ["restore"], ({own: f"taken-{own}"}, {own: f"taken-{own}"}, None)),
        (2, ["updateStrategy"], ({"partition": 1}, {"type": "OnDelete"}, None)),
        (1, ["autoscaled"], (True, None)),
        (1, ["minReadySeconds"], (1, None)),
        (1, ["networkPolicy"], ({"clients": [{"labels": {"app": "client"}}]}, None)),
        (1, ["disruptionBudget"], (False, None)),
        (1, ["podAnnotations"], ({"example.com/a": "b"}, None)),
        (1, ["partOf"], ("shop", None)),
        (1, ["serviceAccountName"], ("default", None)),
        (1, ["resources"], ({"requests": {"cpu": "10m"}}, None)),
        (1, ["scheduling"], ({"spread": {"hostname": "none"}}, {"antiAffinity": "none"}, None)),
        (1, ["pod"], ({"securityContext": {"runAsUser": 4711}}, {"priority": 0}, None)),
        (1, ["restricted"], (False, None)),
        (1, ["progressDeadlineSeconds"], (700, None)),
        (2, ["workload"], sorted(APPLICATIONS)),
    )
    may = [it for it in values if _takes(its, it[1])]
    _, path, choices = rng.choices(may, [weight for weight, _, _ in may])[0]
    return _edit(["workloads", name, *path], rng.choice(choices))


def _takes(workload: Config, path: Sequence[str]) -> bool:
    """Whether config of such a workload may have the key: what may not is refused unread."""
    if path[-1] == "log":
        return bool(workload.get("workload") == "zookeeper")
    of_sets = path[0] in ("podManagementPolicy", "firstOrdinal", "updateStrategy", "autoscaled")
    of_deployments = path[-1] == "vol" or path[0] == "progressDeadlineSeconds"
    return not (of_sets if workload.get("pattern") == "deployment" else of_deployments)


def _edit_workloads(rng: random.Random, world: World) -> Step:
    """A workload comes, goes, or gets another name."""
    names = _names(world)
    # What went may come back, or come under another name.
    known = sorted({*world.names, "w4"} - {"x1"} - set(names))
    what = rng.choice(("add", "remove", "rename", "rename"))
    if what == "add" or not names:
        return _edit(["workloads", rng.choice(known or names)], _workload(rng))
    name = rng.choice(names)
    if what == "remove":
        return _edit(["workloads", name], None)
    former = [it for it in known if world.names.get(it) == world.names[name]]
    new = rng.choice([*former, f"{name.partition('-')[0]}-{rng.randrange(10)}"])
    return Step("rename", {"stack": "a", "old": name, "new": new})


def _edit_stack(rng: random.Random, world: World) -> Step:
    names = _names(world) or ["w1"]
    password = {"postgresql": "POSTGRES_PASSWORD", "mysql": "MYSQL_ROOT_PASSWORD"}
    name = rng.choice(names)
    application = world.stacks["a"].get("workloads", name, "workload")
    variable = password.get(application, "REDIS_PASSWORD")
    values: Sequence[tuple[int, Sequence[str], Sequence[Any]]] = (
        (3, ["namespace"], world.namespaces),
        (3, ["ephemeral"], (True, False)),
        (3, ["retention"], ("retain", "delete", "snapshot", "snapshot", None)),
        (1, ["dataFrom"], (world.namespaces[1], None)),
        (3, ["snapshots"], (*_BEFORE, None)),
        (2, ["preflight"], ("strict", "strict", "warn", "off", None)),
        (1, ["growthSeconds"], (0, 20)),
        (1, ["environment"], ("test", "other")),
        (2, ["consent"], ([], None)),
        (2, ["storageClass", "reclaimPolicy"], ("Retain", "Delete")),
        (1, ["storageClass", "volumeBindingMode"], ("Immediate", "WaitForFirstConsumer")),
        (1, ["storageClass", "allowVolumeExpansion"], (True, False)),
        (1, ["storageClass", "parameters", "pool"], ("test", "other")),
        (1, ["storageClass", "default"], (True, False)),
        (1, ["storageClass", "mountOptions"], (["discard"], [])),
        (1, ["storageClass", "snapshotClass"], (_snapshots(world.name), None)),
        (1, ["storageClass", "name"], (f"rbd-{world.name}", f"rbd-second-{world.name}")),
        (2, ["storageClass", "attributesClasses"], (*_attributes(world.name), None)),
        (1, ["storageClass", "demote"], ([f"rbd-second-{world.name}"], None)),
        (1, ["secrets", name], ({variable: "given"}, None)),
    )
    _, path, choices = rng.choices(values, [weight for weight, _, _ in values])[0]
    return _edit(list(path), rng.choice(choices))


def _edit(path: Sequence[str], value: Any) -> Step:
    return Step("edit", {"stack": "a", "path": list(path), "value": value})


def _edit_file(rng: random.Random, world: World) -> Step:
    used = world.stacks["a"].get("workloads") or {}
    applications = sorted({it.get("workload", "redis") for it in used.values()}) or ["redis"]
    application = rng.choice(applications)
    values: Sequence[tuple[Sequence[str], Sequence[Any]]] = (
        (["volumes", "0", "mountPath"], ("/elsewhere",)),
        (["volumes", "0", "subPath"], ("store", None)),
        (["volumes", "0", "name"], ("data", "vol")),
        (["runAsUser"], (4711, 999)),
        (["headlessSuffix"], ("peers", None)),
        (["component"], ("server",)),
        (["quorum"], (True, False)),
        (["image"], tuple(APPLICATIONS[application]["images"])),
        (["terminationGracePeriodSeconds"], (10,)),
        (["volumes", "1"], ({"name": "log", "mountPath": "/more", "optional": True},)),
    )
    path, choices = rng.choice(values)
    return Step("file", {"app": application, "path": list(path), "value": rng.choice(choices)})


def _hand(rng: random.Random, world: World) -> Step:
    claims = sorted({it.claim for it in world.ledger.markers if not it.over}) or ["none"]
    claim, name = rng.choice(claims), rng.choice(_names(world) or ["w1"])
    its = world.stacks["a"].get("workloads", name) or {}
    kind = "deployment" if its.get("pattern") == "deployment" else "statefulset"
    hands: Sequence[tuple[int, str, Sequence[Any]]] = (
        (4, "delete claim", [claim]),
        (6, "lose claim", [claim]),
        (4, "release", [claim]),
        (4, "delete", [kind, name]),
        (3, "orphan", [kind, name]),
        (4, "scale", [kind, name, rng.randrange(4)]),
        (3, "delete", ["secret", f"{name}-generated"]),
        (2, "delete", ["service", name]),
        (1, "delete", ["serviceaccount", name]),
        (2, "delete", ["configmap", f"{name}-config"]),
        (1, "delete", ["configmap", "--all"]),
        (1, "delete", ["pod", "--all"]),
        (1, "delete class", []),
        (2, "claim policy", [name, "whenDeleted", rng.choice(("Delete", "Retain"))]),
        (2, "claim policy", [name, "whenScaled", rng.choice(("Delete", "Retain"))]),
        (3, "reclaim policy", [claim, rng.choice(("Delete", "Retain"))]),
        (2, "clear", [claim, rng.choice(("claimRef", "claimRef/uid"))]),
        (1, "strip", ["pvc", claim]),
        (1, "strip", [kind, name]),
        (2, "grow", [claim, rng.choice(SIZES)]),
        (2, "make claim", [claim]),
        (4, "snapshot", [claim]),
    )
    _, what, args = rng.choices(hands, [weight for weight, _, _ in hands])[0]
    return Step("hand", {"what": what, "args": list(args)})


def _command(rng: random.Random, world: World) -> Step:
    up: Mapping[str, Any] = {"stack": "a", "verb": "up"}
    name = rng.choice(_names(world) or ["w1"])
    urn = rng.choice(
        (
            f"**StatefulSet::{name}",
            f"**Deployment::{name}",
            f"**PersistentVolumeClaimPatch::{name}-*",
            "**Service::*",
        )
    )
    after = round(rng.uniform(2.0, 15.0), 1)
    by = rng.choice(("SIGKILL", "SIGINT"))
    commands: Sequence[tuple[int, Mapping[str, Any]]] = (
        (50, up),
        (8, {**up, "flags": ["--refresh"]}),
        (6, {**up, "verb": "preview"}),
        (5, {**up, "verb": "refresh"}),
        (5, {**up, "verb": "destroy"}),
        (3, {**up, "verb": "destroy", "flags": ["--run-program"]}),
        (3, {**up, "flags": ["--target", urn]}),
        (2, {**up, "flags": ["--target", urn, "--target-dependents"]}),
        (3, {**up, "flags": ["--exclude", urn]}),
        (10, {**up, "after": after, "by": by, "volumes": rng.random() < 0.7}),
        (3, {**up, "verb": "destroy", "after": after, "by": by}),
        (2, {**up, "verb": "refresh", "after": after, "by": by}),
    )
    return Step("run", rng.choices([it for _, it in commands], [it for it, _ in commands])[0])


def _other_stack(rng: random.Random, world: World) -> Step:
    other: Mapping[str, Any] = {"stack": "b"}
    names = _names(world) or ["w1"]
    name = rng.choice(names)
    its = {**(world.stacks["a"].get("workloads", name) or {}), "replicas": 1}
    its["storage"] = {"size": "1Gi", "storageClassName": f"rbd-{world.name}"}
    steps = (
        Step("run", {**other, "verb": "up"}),
        Step("run", {**other, "verb": "up"}),
        Step("run", {**other, "verb": "destroy"}),
        Step("edit", {**other, "path": ["ephemeral"], "value": rng.random() < 0.5}),
        Step("edit", {**other, "path": ["workloads", name], "value": its}),
        Step("edit", {**other, "path": ["workloads", name], "value": None}),
        Step("obey", {**other, "way": rng.randrange(4)}),
        Step("revert", other),
    )
    return rng.choice(steps)


def _stack(rng: random.Random, world: World) -> Step:
    what = rng.choice(("rename", "rename and say so", "rename and say so", "forget"))
    if what == "forget":
        return Step("stack", {"what": what})
    return Step("stack", {"what": what, "name": f"NAME-{rng.randrange(100)}"})
