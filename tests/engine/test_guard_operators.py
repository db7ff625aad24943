"""A custom resource of which an operator makes a set and claims: what becomes of these with it."""

import json
from collections.abc import Iterator

import pytest

from .conftest import Config
from .guarded import namespace, stateful_set
from .guarded_stack import Guarded

KIND = "Database"


@pytest.fixture
def group(guarded: Guarded) -> Iterator[str]:
    """The group of two kinds that the cluster has for this test, one of them in no namespace."""
    group = f"{guarded.name}.example.com"
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    kinds = (KIND, "Namespaced"), ("Issuer", "Cluster")
    for kind, scope in kinds:
        plural = f"{kind.lower()}s"
        names = {"plural": plural, "singular": kind.lower(), "kind": kind}
        definition = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.{group}"},
            "spec": {"group": group, "scope": scope, "names": names, "versions": [version]},
        }
        guarded.kubectl("create", "-f", "-", stdin=json.dumps(definition), namespace=False)
    crds = [f"crd/{kind.lower()}s.{group}" for kind, _ in kinds]
    guarded.wait(*crds, "--for=condition=Established")
    yield group
    guarded.kubectl("delete", *crds, "--wait=false", namespace=False)


def operate(guarded: Guarded, group: str, name: str) -> None:
    """Does what an operator does: a set and its claims are of the object, and go with it."""
    item = guarded.get(f"databases.{group}", name)
    owner = {
        "apiVersion": f"{group}/v1",
        "kind": KIND,
        "name": name,
        "uid": item["metadata"]["uid"],
    }
    made = stateful_set(guarded.name, f"{name}-db")
    made["metadata"]["ownerReferences"] = [owner]
    guarded.kubectl("create", "-f", "-", stdin=json.dumps(made))
    claim = f"pvc/{name}-db-{name}-db-0"
    guarded.wait(claim, "--for=jsonpath={.status.phase}=Bound")
    patch = json.dumps({"metadata": {"ownerReferences": [owner]}})
    guarded.kubectl("patch", claim, "--type=merge", "-p", patch)


def test_what_an_operator_made_does_not_go_with_its_object(guarded: Guarded, group: str) -> None:
    home = guarded.name

    def database(name: str) -> Config:
        metadata = {"name": name, "namespace": home}
        return {"apiVersion": f"{group}/v1", "kind": KIND, "metadata": metadata, "spec": {"a": 1}}

    issuer: Config = {"apiVersion": f"{group}/v1", "kind": "Issuer", "metadata": {"name": home}}
    base = [namespace(home), {**issuer, "spec": {}}]
    guarded.program([*base, database("main"), database("idle")], {}).up()
    operate(guarded, group, "main")
    before = guarded.identities()
    claim = "PersistentVolumeClaim main-db-main-db-0"
    assert claim in before

    # No run has known what is behind it.
    (said,) = guarded.program([*base, database("idle")], {}).refusals()
    assert said.startswith(f"{KIND} {home}/main")
    assert "StatefulSet main-db, PersistentVolumeClaim main-db-main-db-0, with the data" in said

    said = " ".join(
        guarded.program([*base, database("main"), database("idle")], {}).up().text.split()
    )
    assert f"{KIND} main is an operator's, which makes StatefulSet main-db" in said
    # Under another name it would start empty.
    (said,) = guarded.program([*base, database("other"), database("idle")], {}).refusals()
    assert "would start new and empty, while Database main" in said

    # What has nothing behind it may go, and does: the garbage collector knows a kind after 30 s.
    assert guarded.program(base, {}).up().changes["deleted"] == 2
    assert list(guarded.list(f"databases.{group}")) == ["main"]
    assert "deletionTimestamp" not in guarded.get(f"databases.{group}", "main")["metadata"]
    assert guarded.identities() == before
    # It comes back as what it is.
    guarded.program([*base, database("main")], {}).up()
    guarded.destroy()
    assert guarded.identities() == before
    guarded.up()
    assert set(guarded.up().changes) == {"unchanged"}
    assert guarded.identities() == before
