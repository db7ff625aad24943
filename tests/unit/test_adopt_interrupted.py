"""`statefast adopt` killed anywhere goes on, and commands do what they say, whatever lives."""

import json
import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.adopt.command import What, pinned
from cli.adopt.files import read_files, write_files
from cli.adopt.hands import hand_over
from cli.adopt.helm import Release, let_go, read_release
from cli.adopt.made import make
from cli.adopt.old_stack import OldStack
from cli.adopt.plan import Given, Plan, plan
from cli.adopt.proof import prove
from cli.steps import Failed

from .test_adopt import Records, claim, live, metadata, resource, service, stateful_set

_PULUMI = "pulumi-kubernetes-1a2b"
_OF_RELEASE = {"meta.helm.sh/release-name": "main", "meta.helm.sh/release-namespace": "data"}


class Cluster:
    """What is read of a namespace and of a former stack, and what the commands do to it."""

    def __init__(self) -> None:
        fields = [
            {"manager": it, "operation": "Update", "time": it, "fieldsV1": {f"f:{it}": {}}}
            for it in ("it's", _PULUMI)
        ]
        self.set = stateful_set(annotations=dict(_OF_RELEASE))
        self.service = service("pg", clusterIP="None")
        self.claims = [claim("data-pg-0", manager=_PULUMI), claim("data-pg-1")]
        self.set["metadata"]["managedFields"] = fields
        self.helm = ["helm", "helm"]
        space = {**resource("core/v1:Namespace", "data"), "id": "data"}
        of_data = [
            resource("core/v1:PersistentVolumeClaim", "data-pg-0", dependencies=[space["urn"]]),
            resource("apps/v1:StatefulSet", "pg", dependencies=[space["urn"]], protect=True),
        ]
        self.state = [space, *of_data]

    def plan(self) -> Plan:
        found = live(workloads=[self.set], claims=self.claims, services=[self.service])
        records = Records(*self.helm)
        given = Given(
            stack="statefast/dev",
            live=found,
            made=make(found, ()),
            releases={("data", "main"): read_release(records, "data", "main")},  # type: ignore[arg-type]
            old=OldStack(name="old", where="-s old", resources=self.state),
        )
        return plan(given)

    def run(self, command: str) -> None:
        words = shlex.split(command)
        if words[:3] == ["pulumi", "state", "delete"]:
            self.state = [it for it in self.state if it["urn"] != words[3]]
        elif words[1] == "label":
            self.helm = ["statefast-adopted"] * len(self.helm)
        elif words[1] == "annotate":
            key, _, value = words[-2].partition("=")
            for it in (self.set, *self.claims):
                if f"{it['kind'].lower()}/{it['metadata']['name']}" in words:
                    annotations = it["metadata"].setdefault("annotations", {})
                    entries = it["metadata"]["managedFields"]
                    if value:
                        annotations[key] = value
                        fields: Any = {"f:metadata": {"f:annotations": {".": {}, f"f:{key}": {}}}}
                        entries.append({"manager": "kubectl-annotate", "fieldsV1": fields})
                    else:
                        del annotations[key.removesuffix("-")]
                        entries.pop()
        else:
            found = [self.set, *self.claims, self.service]
            item = next(it for it in found if it["metadata"]["name"] == words[3])
            assert words[2] == item["kind"].lower()
            _patch_all(item, json.loads(words[words.index("-p") + 1]))


def _patch_all(item: Any, ops: list[dict[str, Any]]) -> None:
    for op in ops:
        _patch(item, op)


def _patch(item: Any, op: dict[str, Any]) -> None:
    *path, last = [it.replace("~1", "/") for it in op["path"].split("/")[1:]]
    for key in path:
        item = item[int(key)] if isinstance(item, list) else item[key]
    key = int(last) if isinstance(item, list) else last
    if op["op"] == "test":
        assert item[key] == op["value"]
    elif op["op"] == "remove":
        del item[key]
    else:
        item[key] = op["value"]


def test_killed_after_any_command_it_goes_on_with_the_next() -> None:
    cluster = Cluster()
    first = cluster.plan()
    assert first.in_the_way == ()
    assert [it.command.split()[1] for it in first.steps] == [
        *("label", "annotate", "state", "state", "state", "patch", "patch", "annotate"),
    ]
    for count, step in enumerate(first.steps, 1):
        cluster.run(step.command)
        now = cluster.plan()
        assert now.in_the_way == ()
        assert [it.why for it in now.steps] == [it.why for it in first.steps[count:]]
    # What the commands noted in the cluster is not there any more.
    for it in (cluster.set, *cluster.claims):
        assert "statefast/leaves" not in (it["metadata"].get("annotations") or {})
    entries = cluster.set["metadata"]["managedFields"]
    assert [it["manager"] for it in entries] == ["statefast-pulumi-statefast-dev"]
    assert entries[0]["fieldsV1"] == {"f:it's": {}, f"f:{_PULUMI}": {}}


@pytest.mark.parametrize("kind", ["Secret", "StorageClass", "PodDisruptionBudget"])
def test_whatever_had_a_state_is_handed_over_before_nobody_knows_whose_it_was(kind: str) -> None:
    other: dict[str, Any] = {"kind": kind, "metadata": metadata("a", manager=_PULUMI)}
    if kind == "StorageClass":
        del other["metadata"]["namespace"]
    old = OldStack(name="old", where="", resources=[resource(f"any:{kind}", "a")])
    found = live(more=[other])
    steps = plan(Given(stack="statefast/dev", live=found, made=make(found, ()), old=old)).steps
    (patch,) = (it.command for it in steps if f"patch {kind.lower()} a" in it.command)
    assert (" -n data" in patch) is (kind != "StorageClass")


def test_killed_between_two_records_of_a_release_the_rest_lets_go() -> None:
    cluster = Cluster()
    whole = cluster.plan().steps[0]
    cluster.helm = ["statefast-adopted", "helm"]
    assert cluster.plan().steps[0] == whole


def test_killed_while_it_writes_it_writes_the_rest(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: statefast\n")
    real = tmp_path / "elsewhere.yaml"
    real.write_text("config: {}\n")
    real.chmod(0o600)
    (tmp_path / "Pulumi.dev.yaml").symlink_to(real)
    texts = {"workloads/a.yaml": "a", "workloads/b.yaml": "b", "Pulumi.dev.yaml": "config: {a: b}"}
    read = {"Pulumi.dev.yaml": read_files(tmp_path, "dev").text}
    really, count = Path.replace, 0

    def killed(part: Path, to: Path) -> Path:
        nonlocal count
        count += 1
        if count > dies:
            raise KeyboardInterrupt
        return really(part, to)

    for dies in range(len(texts)):  # noqa: B007  read by what is killed
        count = 0
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Path, "replace", killed)
            with pytest.raises(KeyboardInterrupt):
                write_files(tmp_path, texts, read)
        # With the config the others are known to be ours.
        assert real.read_text() == "config: {}\n"
    write_files(tmp_path, texts, read)
    assert {it: (tmp_path / it).read_text() for it in texts} == texts
    # Nothing else is there, and who may read the config stays.
    assert not list(tmp_path.rglob("*.part"))
    assert (tmp_path / "Pulumi.dev.yaml").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["Pulumi.dev.yaml", "workloads/a.yaml"])
def test_what_somebody_wrote_meanwhile_is_not_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: statefast\n")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("# mine\n")
    with pytest.raises(Failed, match="was written by somebody meanwhile"):
        write_files(tmp_path, {name: "config: {a: b}\n"}, {"Pulumi.dev.yaml": "config: {}\n"})
    assert (tmp_path / name).read_text() == "# mine\n"


def test_no_name_of_a_manager_or_a_release_is_a_command() -> None:
    """Both are chosen by whoever may write an object, and a command is run by whoever adopts."""
    evil = "x'; touch /tmp/x; echo '"
    (step,) = hand_over(stateful_set(manager=evil), "ours")
    words = shlex.split(step.command)
    assert json.loads(words[words.index("-p") + 1])[1]["value"] == evil
    (step,) = let_go(Release(namespace=evil, name=evil, records={"secrets": ["a"]}))
    assert shlex.split(step.command)[3:7] == ["-n", evil, "-l", f"owner=helm,name={evil}"]


def test_a_patch_is_for_the_object_that_was_read() -> None:
    item = stateful_set()
    item["metadata"]["managedFields"] = [{"manager": "helm", "operation": "Update", "time": "12"}]
    (step,) = hand_over(item, "ours")
    for key, other in (("uid", "another"), ("managedFields", [{"manager": "helm", "time": "13"}])):
        changed = {**item, "metadata": {**item["metadata"], key: other}}
        words = shlex.split(step.command)
        with pytest.raises(AssertionError):
            _patch_all(changed, json.loads(words[words.index("-p") + 1]))


def given(**more: Any) -> Given:
    found = live(**more)
    return Given(stack="statefast/dev", live=found, made=make(found, ()))


def test_a_part_of_another_state_is_in_the_way() -> None:
    """One former stack has the set, and another one the claim: that deletes it one day."""
    found = live(
        workloads=[stateful_set(manager=_PULUMI)],
        claims=[claim("data-pg-0", manager=_PULUMI), claim("data-pg-1")],
    )
    old = OldStack(name="old", where="-s old", resources=[resource("apps/v1:StatefulSet", "pg")])
    said = Given(stack="statefast/dev", live=found, made=make(found, ()), old=old)
    (wrong,) = plan(said).in_the_way
    assert wrong.startswith("PersistentVolumeClaim data-pg-0 is applied by Pulumi, and the state")


def test_what_a_stack_was_interrupted_at_is_in_the_way() -> None:
    pg = resource("apps/v1:StatefulSet", "pg")
    found = live(workloads=[stateful_set(manager=_PULUMI)])

    def said(**more: Any) -> str:
        old = OldStack(**{"name": "old", "where": "-s old", "resources": [pg], **more})
        known = Given(stack="statefast/dev", live=found, made=make(found, ()), old=old)
        return " ".join(plan(known).in_the_way)

    assert said() == ""
    assert "run pulumi refresh -s old" in said(pending=[{"type": "deleting", "resource": pg}])
    assert "deletes one of them with its next up" in said(resources=[pg, {**pg, "delete": True}])


def test_what_has_the_name_of_a_workload_and_no_volume_is_left_alone() -> None:
    web = {
        **stateful_set(),
        "kind": "Deployment",
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "web:1"}]},
            },
        },
    }
    said = plan(given(workloads=[stateful_set(), web]))
    assert not [it for it in said.takes if it.kind == "Deployment"]
    assert not [it for it in said.steps if "deployment" in it.command]


def test_a_claim_of_an_ordinal_that_does_not_run_is_forgotten_and_not_taken() -> None:
    claims = [claim(f"data-pg-{n}") for n in range(3)]
    found = live(claims=claims)
    one = resource("core/v1:PersistentVolumeClaim", "data-pg-2")
    old = OldStack(name="old", where="-s old", resources=[one])
    said = plan(Given(stack="statefast/dev", live=found, made=make(found, ()), old=old))
    assert "data-pg-2" not in [it.name for it in said.takes]
    (why,) = (it.text for it in said.notes if it.where == "PersistentVolumeClaim data-pg-2")
    assert "of an ordinal that does not run" in why
    assert "forgets PersistentVolumeClaim data-pg-2" in " ".join(it.why for it in said.steps)


def test_a_stack_whose_former_one_has_it_in_its_state_is_not_done() -> None:
    """Two backends may have a stack of one name, and both would own it."""
    ours: dict[str, Any] = {"annotations": {"statefast/stack": "statefast/dev"}}
    found = live(
        workloads=[stateful_set(**ours)],
        claims=[claim("data-pg-0", **ours), claim("data-pg-1", **ours)],
    )
    said = Given(stack="statefast/dev", live=found, made=make(found, ()))
    assert plan(said).done
    old = OldStack(name="dev", where="-s dev", resources=[resource("apps/v1:StatefulSet", "pg")])
    now = plan(replace(said, old=old))
    assert not now.done
    assert [it.why for it in now.steps] == ["stack dev forgets StatefulSet pg, which stays"]


def test_whatever_would_take_it_back_is_told() -> None:
    cluster = Cluster()
    notes = [f"{it.where} {it.text}" for it in cluster.plan().notes]
    assert [it for it in notes if it.startswith("stack old has them in its program: take them")]
    assert [it for it in notes if it.startswith("Helm release main is for nobody to install")]
    shared = {"kind": "StorageClass", "metadata": {"name": "fast", "uid": "1"}}
    said = plan(given(more=[shared]))
    (note,) = (it.text for it in said.notes if it.where == "StorageClass fast")
    assert "goes where this stack is destroyed" in note


def test_a_class_of_a_release_that_stays_is_in_the_way() -> None:
    """Helm would not find the driver any more."""
    metadata = {"name": "fast", "uid": "1", "annotations": {**_OF_RELEASE}}
    said = plan(given(more=[{"kind": "StorageClass", "metadata": metadata}]))
    assert "StorageClass fast is of Helm release main, of which no workload" in said.in_the_way[0]


def test_a_class_that_config_has_is_forgotten_by_the_former_stack() -> None:
    """Config of a stack of this program is copied with its class, which no claim here may have."""
    one = {**resource("storage.k8s.io/v1:StorageClass", "fast"), "id": "fast"}
    consent = "StorageClass fast: owner statefast/old -> statefast/dev [0123abcd]"
    old = OldStack(name="old", where="", resources=[one])
    said = plan(replace(given(), old=old, consents=[consent]))
    assert [it.why for it in said.steps if it.phase == "let go"] == [
        "stack old forgets StorageClass fast, which stays"
    ]


def test_a_component_that_depends_on_a_class_is_forgotten_with_all_that_is_in_it() -> None:
    shared = {**resource("storage.k8s.io/v1:StorageClass", "rbd"), "id": "rbd"}
    needs: dict[str, Any] = {"dependencies": [shared["urn"]], "custom": False, "id": ""}
    one = {**resource("a", "pg"), "type": "statefast:index:PersistentStatefulSet", **needs}
    pg = resource("apps/v1:StatefulSet", "pg", parent=one["urn"], custom=True)

    def said(*more: dict[str, Any]) -> Plan:
        old = OldStack(name="old", where="", resources=[shared, one, pg, *more])
        return plan(replace(given(), old=old))

    assert said().in_the_way == ()
    assert [it.why.partition(" forgets ")[2] for it in said().steps if it.phase == "let go"] == [
        "StatefulSet pg, which stays",
        "pg, which is empty then",
        "StorageClass rbd, which stays",
    ]
    # Unless something is in it that is not taken.
    other = resource("core/v1:ConfigMap", "more", parent=one["urn"], custom=True)
    assert "pg depends on it" in " ".join(said(other).in_the_way)


def test_a_paused_deployment_is_in_the_way() -> None:
    web = stateful_set()
    web["kind"] = "Deployment"
    pod = web["spec"]["template"]["spec"]
    pod["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "files"}}]
    web["spec"] = {
        "paused": True,
        **{key: web["spec"][key] for key in ("selector", "template")},
    }
    said = plan(given(workloads=[web], claims=[claim("files")]))
    assert "kubectl rollout resume deployment/pg -n data first" in " ".join(said.in_the_way)


def test_a_volume_that_was_deleted_is_told() -> None:
    going = {"metadata": {"name": "pv-data-pg-0", "deletionTimestamp": "now"}, "spec": {}}
    said = plan(given(volumes={"pv-data-pg-0": going}))
    assert "volumes of data-pg-0" in [it.where for it in said.notes]


@pytest.mark.parametrize(
    ("line", "said"),
    [("statefast:ephemeral: true", "ephemeral: true"), ("statefast:preflight: off", "preflight")],
)
def test_a_stack_that_keeps_nothing_or_asks_nobody_takes_nothing(
    tmp_path: Path, line: str, said: str
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: statefast\n")
    (tmp_path / "Pulumi.dev.yaml").write_text(f"config:\n  {line}\n")
    files = read_files(tmp_path, "organization/statefast/dev")
    assert said in " ".join(files.missing({"statefast:namespace": "data"}, {})[1])


def test_what_ends_a_line_elsewhere_is_kept_in_config(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: statefast\n")
    text = "# a\nconfig:\n  a:b: 'c\u2028d'\n"
    (tmp_path / "Pulumi.dev.yaml").write_text(text, encoding="utf-8")
    files = read_files(tmp_path, "dev")
    wanted = files.wanted({"statefast:namespace": "data", "statefast:workloads": {"a": {"b": 1}}})
    texts, _ = files.missing(wanted, {})
    made = texts["Pulumi.dev.yaml"].split("\n")
    assert [it for it in text.split("\n") if it not in made] == []


_CONTEXTS = {
    "current-context": "here",
    "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
    "users": [{"name": "u", "user": {}}],
    "contexts": [{"name": it, "context": {"cluster": "c", "user": "u"}} for it in ("here", "b")],
}


def test_every_command_is_for_the_cluster_that_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kubeconfig").write_text(json.dumps({"apiVersion": "v1", **_CONTEXTS}))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    (tmp_path / "Pulumi.yaml").write_text("name: statefast\n")

    def cluster(context: str | None) -> str | None:
        asked = What(
            namespace="data",
            names=(),
            stack="dev",
            folder=tmp_path,
            from_stack=None,
            from_dir=None,
            gone=False,
            with_class=None,
            with_secrets=False,
            context=context,
        )
        return pinned(asked).cluster

    assert cluster(None) == "here"
    assert cluster("b") == "b"
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  statefast:context: b\n")
    assert cluster(None) == "b"
    with pytest.raises(Failed, match="Stack dev is of context b, by its config, and not of here"):
        cluster("here")


@pytest.mark.parametrize(
    ("op", "name", "proved"),
    [
        ("import", "pg", True),
        ("create", "other", True),
        # What a preview of another cluster says.
        ("create", "pg", False),
        ("delete-replaced", "other", False),
    ],
)
def test_a_preview_that_makes_anew_what_lives_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, op: str, name: str, proved: bool
) -> None:
    step = {"op": op, "urn": f"urn:pulumi:dev::p::a$kubernetes:apps/v1:StatefulSet::{name}"}
    (tmp_path / "said").write_text(json.dumps({"steps": [step]}))
    fake = tmp_path / "pulumi"
    fake.write_text(f"#!/bin/sh\ncat {tmp_path}/said\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    proof = prove("dev", tmp_path, ["pg"])
    assert proof is not None
    assert (proof.takes_away == ()) is proved
