"""What goes into a stack beside workloads: a class, and Secrets of one hand."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from cli.adopt.more import class_said, into_config, read_class, read_secrets
from cli.convert.notes import Notes
from cli.steps import Failed
from settings import Settings
from statefast import StatefastError
from statefast.safety.plan.names import NO_NAMES, Names
from statefast.storage.storage_class import StorageClass

BASE = {"statefast:namespace": "data", "statefast:environment": "test"}


def storage_class(**more: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "fast", "uid": "1"},
        "kind": "StorageClass",
        "provisioner": "ebs.csi.aws.com",
        "parameters": {"type": "gp3", "csi.storage.k8s.io/fstype": "ext4", "encrypted": "true"},
        **more,
    }


def parsed(config: dict[str, Any]) -> Any:
    return Settings.parse({**BASE, "statefast:storageClass": json.dumps(config)}).storage_class


@pytest.mark.parametrize(
    "given",
    [
        storage_class(),
        storage_class(parameters={"type": "gp3", "iops": "4000", "unknown": "yes"}),
        storage_class(parameters=None, provisioner="example.com/any"),
        storage_class(reclaimPolicy="Retain", volumeBindingMode="WaitForFirstConsumer"),
        storage_class(mountOptions=["noatime"], allowVolumeExpansion=True),
        storage_class(provisioner="rbd.csi.ceph.com", parameters={"clusterID": "a", "pool": "b"}),
    ],
)
def test_a_class_is_said_to_the_letter(
    given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    config, wrong = class_said(given)
    assert wrong == []
    assert config is not None
    made = parsed(config)
    seen: list[dict[str, Any]] = []

    def remember(_reader: object, wanted: Any, _consents: object) -> Names:
        seen.extend(dict(it.remade) for it in wanted)
        return NO_NAMES

    monkeypatch.setattr("statefast.storage.storage_class.plan_names", remember)
    StorageClass.preflight(made.name, made.args)
    assert seen == [
        {
            "provisioner": given["provisioner"],
            "parameters": given["parameters"] or {},
            "reclaimPolicy": given.get("reclaimPolicy", "Delete"),
            "volumeBindingMode": given.get("volumeBindingMode", "Immediate"),
        }
    ]
    assert made.args["allow_volume_expansion"] is bool(given.get("allowVolumeExpansion"))
    assert made.args["mount_options"] == given.get("mountOptions", [])


def test_a_class_that_kubernetes_lost_is_not_taken() -> None:
    config, (wrong,) = class_said(storage_class(provisioner="kubernetes.io/rbd"))
    assert config is None
    assert "no driver of config is" in wrong


class Objects:
    """A cluster that has what it is asked for, by the end of its path."""

    def __init__(self, **found: Any) -> None:
        self._found = found

    def found(self, path: str) -> Any:
        return self._found.get(path.rpartition("/")[2])


def test_a_stack_makes_one_class() -> None:
    api: Any = Objects(fast=storage_class())
    more = read_class(api, "fast", {"name": "slow"})
    assert more.wrong == ["the stack has class slow, and a stack makes one: not fast"]
    assert read_class(api, "fast", {"name": "fast"}).wrong == []
    with pytest.raises(Failed, match="StorageClass other is not there"):
        read_class(api, "other", {})


def secret(*managers: str, **more: Any) -> dict[str, Any]:
    fields = [{"manager": it} for it in managers]
    said = {"name": "pg", "namespace": "data", "managedFields": fields, **more}
    return {"metadata": said, "type": "Opaque", "data": {"a": "c2VjcmV0"}}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (secret("kubectl-create", "helm"), ""),
        (None, "is not there"),
        ({**secret("helm"), "data": None}, "has nothing in it"),
        (secret("cert-manager-certificates-issuing"), "cert-manager-certificates-issuing, which"),
        (secret("controller", ownerReferences=[{"kind": "SealedSecret"}]), "is made by"),
        (secret("helm", annotations={"statefast/stack": "statefast/a"}), "of stack statefast/a"),
        (secret("helm", annotations={"meta.helm.sh/release-name": "b"}), "of Helm release b"),
        ({**secret(), "type": "kubernetes.io/service-account-token"}, "is made by Kubernetes"),
    ],
)
def test_a_secret_that_somebody_writes_stays(given: Any, why: str) -> None:
    api: Any = Objects(**({"pg": given} if given else {}))
    notes = Notes()
    found = read_secrets(api, "data", ["ConfigMap a", "Secret pg"], [], notes)
    assert len(found) == (not why)
    assert all(why.removeprefix("of ") in it.text for it in notes)
    assert len(list(notes)) == bool(why)
    assert "c2VjcmV0" not in json.dumps(found)


def test_values_go_from_the_cluster_into_config_and_through_nobodys_hands(tmp_path: Path) -> None:
    (step,) = into_config(["a.b"], "data", "prod", tmp_path)
    words = shlex.split(step.command)
    assert "--secret" in words
    assert words[-1] == 'statefast:secretData["a.b"]'
    assert words[words.index("-C") + 1] == str(tmp_path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"pg": "no json"}, "not the data of a Secret"),
        ({"pg": {"a": 1}}, "not the data of a Secret"),
        ("text", "not a mapping"),
    ],
)
def test_what_is_no_data_of_a_secret_is_refused_and_not_shown(given: object, said: str) -> None:
    with pytest.raises(StatefastError, match=said) as refused:
        Settings.parse({**BASE, "statefast:secretData": json.dumps(given)})
    assert "no json" not in str(refused.value)


def test_data_is_one_text_of_config() -> None:
    """The CLI makes numbers of texts that look like one, where they are set by their path."""
    said = json.dumps({"pg": json.dumps({"a": "MTIz"})})
    settings = Settings.parse({**BASE, "statefast:secretData": said})
    assert settings.kept_secrets["pg"]["data"] == {"a": "MTIz"}
    assert "MTIz" not in repr(settings)
