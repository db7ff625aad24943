"""Which edits of the past `statefast guard --explain --history` says it would have refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app

STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
NAMESPACE = "kubernetes:core/v1:Namespace"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def claim_spec(size: str = "1Gi", class_name: str = "standard") -> dict[str, Any]:
    return {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": class_name,
        "resources": {"requests": {"storage": size}},
    }


def item(type_: str, name: str, uid: str = "1", **more: Any) -> dict[str, Any]:
    spec = more.pop("spec", {})
    return {
        "urn": f"urn:pulumi:prod::shop::{type_}::{name}",
        "type": type_,
        "id": f"data/{name}",
        "provider": more.pop(
            "provider", "urn:pulumi:prod::shop::pulumi:providers:kubernetes::default_4_18_2::id"
        ),
        "outputs": {"metadata": {"name": name, "namespace": "data", "uid": uid}, "spec": spec},
        **more,
    }


def stateful_set(
    name: str = "web", uid: str = "1", template: str = "data", **more: Any
) -> dict[str, Any]:
    claim = claim_spec(more.pop("size", "1Gi"), more.pop("class_name", "standard"))
    provider = {"provider": more.pop("provider")} if "provider" in more else {}
    spec = {
        "serviceName": name,
        "podManagementPolicy": "OrderedReady",
        "selector": {"matchLabels": {"app": "web"}},
        "volumeClaimTemplates": [{"metadata": {"name": template}, "spec": claim}],
        **more,
    }
    return item(STATEFUL_SET, name, uid, spec=spec, **provider)


def claim(name: str = "files", uid: str = "1", **more: Any) -> dict[str, Any]:
    words = {key: more.pop(key) for key in ("size", "class_name") if key in more}
    return item(CLAIM, name, uid, spec=claim_spec(**words), **more)


def history(folder: Path, *states: list[Any], kind: str = "update") -> Path:
    """What the file backend would keep of these states."""
    for number, resources in enumerate(states):
        # One digit more than the one before: they are numbers and no text.
        name = f"prod-{9 + number}"
        latest = {"resources": resources} if resources else None
        (folder / f"{name}.checkpoint.json").write_text(
            json.dumps({"version": 3, "checkpoint": {"stack": "prod", "latest": latest}})
        )
        (folder / f"{name}.history.json").write_text(
            json.dumps({"kind": kind if number else "update", "startTime": 86400 * number})
        )
    return folder


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["guard", "--explain", *words])
    return done.exit_code, done.output


def said(folder: Path, *states: list[Any], kind: str = "update") -> str:
    code, text = run("--history", str(history(folder, *states, kind=kind)))
    assert code == 0, text
    return text


ENCRYPTED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
DELETES: dict[str, Any] = {"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"}}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            [stateful_set()],
            [stateful_set(uid="2", class_name="fast")],
            "StatefulSet data/web: spec.volumeClaimTemplates[data].spec.storageClassName 'standard'"
            " -> 'fast' (all pods would stop at once",
        ),
        ([stateful_set(size="2Gi")], [stateful_set(size="1Gi")], "storage 2Gi -> 1Gi (smaller)"),
        ([stateful_set()], [stateful_set(serviceName="b")], "spec.serviceName 'web' -> 'b'"),
        (
            [stateful_set()],
            [stateful_set("other")],
            "StatefulSet data/other started new and empty, while StatefulSet data/web left",
        ),
        ([stateful_set()], [stateful_set(**DELETES)], "whenDeleted 'Retain' -> 'Delete'"),
        ([], [stateful_set(**DELETES)], "whenDeleted 'Retain' -> 'Delete'"),
        ([stateful_set(**DELETES)], [], "StatefulSet data/web left with whenDeleted 'Delete'"),
        (
            [claim()],
            [claim(class_name="fast")],
            "PersistentVolumeClaim data/files: spec.storageClassName 'standard' -> 'fast'"
            " (replaced, with its data)",
        ),
        ([claim(size="2Gi")], [claim()], "storage 2Gi -> 1Gi (smaller)"),
        ([claim()], [claim("new")], "PersistentVolumeClaim data/new started new and empty"),
        (
            [stateful_set()],
            [item(STATEFUL_SET, "web", spec=ENCRYPTED)],
            "not readable in these states",
        ),
    ],
)
def test_what_it_would_have_refused(
    tmp_path: Path, before: list[Any], after: list[Any], words: str
) -> None:
    text = said(tmp_path, before, after)
    refused, _, _ = text.partition("Kept:")
    assert refused.startswith("Refused: in 1 of 1 updates\n  update 2 (1970-01-02 00:00 UTC)\n")
    assert words in refused


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ([claim()], [], "PersistentVolumeClaim data/files left the stack and was deleted"),
        ([item(NAMESPACE, "data", id="data")], [], "Namespace data left the stack"),
        (
            [stateful_set()],
            [stateful_set(uid="2", size="2Gi")],
            "StatefulSet data/web was replaced for a larger size",
        ),
    ],
)
def test_what_it_would_have_kept(
    tmp_path: Path, before: list[Any], after: list[Any], words: str
) -> None:
    text = said(tmp_path, before, after)
    assert text.startswith("Refused: in 0 of 1 updates\nKept: in 1 of 1 updates\n")
    assert words in text


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ([stateful_set()], [stateful_set(replicas=3)], "update"),
        ([claim()], [claim(size="2Gi")], "update"),
        # It stays: that is what the engine was told.
        ([claim(retainOnDelete=True)], [], "update"),
        # What others did to the cluster is no edit.
        ([claim()], [], "refresh"),
        # The provider got another version, and the set is the same one.
        (
            [stateful_set()],
            [
                stateful_set(
                    provider="urn:pulumi:prod::shop::pulumi:providers:kubernetes::default_5::id"
                )
            ],
            "update",
        ),
        # A plain destroy runs no program.
        ([stateful_set(**DELETES)], [], "destroy"),
        # One of another cluster, and one that was replaced and waits for its deletion.
        ([{**claim(), "delete": True}], [claim("new")], "update"),
        (
            [stateful_set()],
            [stateful_set(), stateful_set("other", provider="urn:pulumi:a::b::c::two::id")],
            "update",
        ),
        # Another set that stands beside the first.
        ([stateful_set()], [stateful_set(), stateful_set("other")], "update"),
        ([stateful_set()], [stateful_set("other", template="log")], "update"),
        ([item(DEPLOYMENT, "app")], [item(DEPLOYMENT, "app", uid="2")], "update"),
    ],
)
def test_what_it_would_have_let_through(
    tmp_path: Path, before: list[Any], after: list[Any], kind: str
) -> None:
    number = 0 if kind == "refresh" else 1
    text = said(tmp_path, before, after, kind=kind)
    assert text == f"Refused: in 0 of {number} updates\nKept: in 0 of {number} updates\n"


def test_updates_come_in_the_order_of_their_time(tmp_path: Path) -> None:
    text = said(tmp_path, [claim(size="1Gi")], [claim(size="2Gi")], [claim(size="1Gi")])
    assert text.splitlines()[:2] == [
        "Refused: in 1 of 2 updates",
        "  update 3 (1970-01-03 00:00 UTC)",
    ]


def test_exported_states_are_given_one_by_one(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("b", "a")]
    for file, size in zip(files, ("2Gi", "1Gi"), strict=True):
        file.write_text(json.dumps({"deployment": {"resources": [claim(size=size)]}}))
    words = [word for file in files for word in ("--history", str(file))]
    code, text = run(*words)
    assert code == 0
    assert text.splitlines()[:2] == ["Refused: in 1 of 1 updates", "  update 2"]


def test_what_is_no_past_is_said(tmp_path: Path) -> None:
    code, text = run("--history", str(tmp_path))
    assert code == 2
    assert "takes two states or more" in text
    (tmp_path / "x.json").write_text("[]")
    code, text = run("--history", str(tmp_path / "x.json"))
    assert code == 2
    assert "neither a checkpoint" in text
    assert run("--history", str(tmp_path / "missing"))[0] == 2
