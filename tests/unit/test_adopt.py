"""What `statefast adopt` reads off what lives, and what it refuses: nothing is left out unsaid."""

import base64
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from cli.adopt.asked import asked_about
from cli.adopt.edit import added
from cli.adopt.hands import hand_over, hands_of
from cli.adopt.helm import let_go, read_release
from cli.adopt.live import Live, written
from cli.adopt.made import Made, make
from cli.adopt.old_stack import OldStack, forget
from cli.adopt.plan import Given, Plan, plan
from cli.adopt.show import show
from cli.convert.check import problems
from cli.convert.notes import Notes
from localcluster.layout import PROJECT
from settings import Settings
from statefast import StatefastError

SELECTOR = {"app": "pg"}


def metadata(name: str, manager: str = "kubectl-create", **more: Any) -> dict[str, Any]:
    fields = [{"manager": manager, "operation": "Update"}]
    return {"name": name, "namespace": "data", "uid": name, "managedFields": fields, **more}


def claim(name: str, size: str = "1Gi", **more: Any) -> dict[str, Any]:
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "rbd",
        "volumeName": f"pv-{name}",
        "resources": {"requests": {"storage": size}},
    }
    return {"kind": "PersistentVolumeClaim", "metadata": metadata(name, **more), "spec": spec}


def pod(**more: Any) -> dict[str, Any]:
    main = {
        "name": "main",
        "image": "postgres:16.4",
        "imagePullPolicy": "IfNotPresent",
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "ports": [{"name": "db", "containerPort": 5432, "protocol": "TCP"}],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    return {
        "containers": [main],
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        **more,
    }


def stateful_set(spec: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    template = {"metadata": {"name": "data"}, "spec": claim("x")["spec"]}
    return {
        "kind": "StatefulSet",
        "apiVersion": "apps/v1",
        "metadata": metadata("pg", **more),
        "spec": {
            "replicas": 2,
            "serviceName": "pg",
            "selector": {"matchLabels": SELECTOR},
            "template": {"metadata": {"labels": SELECTOR}, "spec": pod()},
            "volumeClaimTemplates": [template],
            **(spec or {}),
        },
    }


def service(name: str, **spec: Any) -> dict[str, Any]:
    ports = [{"name": "db", "port": 5432, "targetPort": 5432, "protocol": "TCP"}]
    body = {"selector": SELECTOR, "ports": ports, "type": "ClusterIP", **spec}
    return {"kind": "Service", "metadata": metadata(name), "spec": body}


def live(**more: Any) -> Live:
    given: dict[str, Any] = {
        "workloads": [stateful_set()],
        "claims": [claim("data-pg-0"), claim("data-pg-1", "2Gi")],
        "services": [service("pg", clusterIP="None")],
    }
    return Live(namespace="data", **{**given, **more})


def made(**more: Any) -> Made:
    found = make(live(**more), ())
    problems(found.program, PROJECT)
    return found


def config(found: Made) -> dict[str, Any]:
    return found.program.workloads[0].config


def planned(found: Live | None = None, **more: Any) -> Plan:
    found = found or live()
    return plan(Given(stack="statefast/dev", live=found, made=make(found, ()), **more))


def test_what_is_immutable_is_kept() -> None:
    found = made()
    assert found.in_the_way == []
    said = config(found)
    assert said["selector"] == SELECTOR
    assert said["serviceName"] == "pg"
    assert said["podManagementPolicy"] == "OrderedReady"
    # The smallest claim says the size: no other grows.
    assert said["storage"]["volumes"]["data"] == {
        "claimName": "data",
        "size": "1Gi",
        "storageClassName": "rbd",
    }


@pytest.mark.parametrize(
    ("given", "suffix", "client"),
    [
        (service("pg-hl", clusterIP="None"), "hl", "headless"),
        (service("pg-hl", clusterIP="10.0.0.1"), "", "none"),
        (service("pg-hl", clusterIP="None", selector={"app": "other"}), "", "none"),
    ],
)
def test_a_service_is_taken_where_a_stack_would_make_it_so(
    given: dict[str, Any], suffix: str, client: str
) -> None:
    found = made(services=[given], workloads=[stateful_set({"serviceName": "pg-hl"})])
    file = found.program.workloads[0].file
    assert file.get("headlessSuffix", "") == suffix
    assert [it["service"] for it in file["ports"]] == [client]
    assert config(found).get("serviceName", "") == ("" if suffix else "pg-hl")


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"type": "LoadBalancer"}, "is a LoadBalancer"),
        ({"sessionAffinity": "ClientIP"}, "sessionAffinity"),
        ({"ports": [{"port": 80, "targetPort": "db"}]}, "port 80"),
        ({"clusterIP": "None"}, "is headless"),
    ],
)
def test_a_service_that_a_stack_could_not_be_stays_and_is_named(
    spec: dict[str, Any], why: str
) -> None:
    deployed = stateful_set({"serviceName": "pg-hl"})
    found = made(services=[service("pg", **spec)], workloads=[deployed])
    notes = {it.where: it.text for it in found.program.notes}
    assert why in notes["Service pg"]
    assert "client" not in json.dumps(found.program.workloads[0].file["ports"])


def test_a_service_of_two_workloads_stays() -> None:
    other = stateful_set()
    other["metadata"] = metadata("replica")
    found = made(services=[service("pg")], workloads=[stateful_set(), other])
    notes = {(it.where, it.text) for it in found.program.notes}
    assert ("Service pg", "selects pods of other workloads as well") in notes


def test_who_runs_the_process_stays() -> None:
    context = {"runAsUser": 999, "allowPrivilegeEscalation": False}
    given = pod(securityContext={"fsGroup": 998})
    given["containers"][0]["securityContext"] = context
    template = {"metadata": {"labels": SELECTOR}, "spec": given}
    found = made(workloads=[stateful_set({"template": template})])
    said = config(found)["pod"]
    assert said["securityContext"] == {
        "runAsNonRoot": None,
        "runAsUser": None,
        "runAsGroup": None,
        "fsGroup": 998,
        "fsGroupChangePolicy": None,
        "seccompProfile": None,
    }
    main = next(it for it in said["containers"] if it["name"] == "pg")
    assert main["securityContext"] == {"capabilities": None, "runAsUser": 999}
    assert config(found)["restricted"] is False


def test_what_the_server_filled_in_is_not_config() -> None:
    said = json.dumps(config(made()))
    for word in ("schedulerName", "terminationMessage", "imagePullPolicy", "dnsPolicy"):
        assert word not in said
    body = written({**stateful_set(), "status": {"replicas": 2}}).body
    assert "status" not in body
    assert not body["metadata"].keys() & {"uid", "managedFields"}


@pytest.mark.parametrize(
    ("workload", "fragment"),
    [
        (
            stateful_set({"selector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}}),
            "matchExpressions",
        ),
        (
            stateful_set(
                {
                    "template": {
                        "metadata": {"labels": SELECTOR},
                        "spec": pod(
                            containers=[
                                {
                                    "name": "main",
                                    "image": "x:1",
                                    "volumeMounts": [
                                        {"name": "data", "mountPath": "/d", "subPathExpr": "$(A)"}
                                    ],
                                }
                            ]
                        ),
                    }
                }
            ),
            "volume data is mounted by no container of its own",
        ),
    ],
)
def test_what_no_key_says_is_in_the_way(workload: dict[str, Any], fragment: str) -> None:
    assert fragment in " ".join(make(live(workloads=[workload]), ()).in_the_way)


def test_whoever_would_lose_the_pods_is_in_the_way() -> None:
    labels = {**SELECTOR, "app.kubernetes.io/name": "postgresql"}
    template = {"metadata": {"labels": labels}, "spec": pod()}
    by_name = service("named", selector={"app.kubernetes.io/name": "postgresql"})
    found = make(live(workloads=[stateful_set({"template": template})], services=[by_name]), ())
    assert "Service named selects the pods of StatefulSet pg" in " ".join(found.in_the_way)


def test_labels_and_annotations_of_the_object_itself_are_told() -> None:
    given = stateful_set(annotations={"reloader": "yes"}, labels={"tier": "db"})
    notes = [it.text for it in make(live(workloads=[given]), ()).program.notes]
    assert "annotation reloader of the object itself: no key says it" in notes
    assert "label tier of the object itself: no key says it" in notes


def test_a_name_that_is_not_there_is_said() -> None:
    assert make(live(), ["nope"]).in_the_way == [
        "no StatefulSet or Deployment nope is in namespace data"
    ]


def test_claims_that_are_not_taken_are_told() -> None:
    job = {
        "kind": "Job",
        "metadata": metadata("backup"),
        "spec": {
            "template": {
                "spec": {
                    "volumes": [{"persistentVolumeClaim": {"claimName": "dumps"}}],
                }
            }
        },
    }
    found = live(claims=[claim("data-pg-0"), claim("dumps"), claim("data-former-0")], others=[job])
    notes = {it.where: it for it in planned(found).notes}
    assert "is of Job backup" in notes["PersistentVolumeClaim dumps"].text
    text = notes["PersistentVolumeClaim data-former-0"].text
    assert "claimName: data-former-0, or data in a set" in text


@pytest.mark.parametrize(
    ("more", "fragment"),
    [
        ({"manager": "argocd-controller"}, "written back by Argo CD"),
        ({"manager": "kustomize-controller"}, "written back by Flux"),
        ({"manager": "Terraform"}, "terraform state rm"),
        ({"manager": "pulumi-kubernetes-1a2b"}, "--from-stack NAME"),
        (
            {
                "annotations": {"statefast/stack": "statefast/old"},
                "manager": "statefast-pulumi-statefast-old",
            },
            "--from-stack old",
        ),
        ({"deletionTimestamp": "now"}, "is being deleted"),
        (
            {"ownerReferences": [{"kind": "Cluster", "name": "pg", "controller": True}]},
            "made by Cluster pg",
        ),
    ],
)
def test_a_hand_that_does_not_let_go_is_in_the_way(more: dict[str, Any], fragment: str) -> None:
    found = planned(live(workloads=[stateful_set(**more)]))
    assert fragment in " ".join(found.in_the_way)


def test_a_claim_that_goes_with_something_is_in_the_way() -> None:
    owned = claim("data-pg-0", ownerReferences=[{"kind": "ConfigMap", "name": "claims"}])
    assert "goes with ConfigMap claims" in " ".join(planned(live(claims=[owned])).in_the_way)


def test_a_claim_is_handed_over_by_who_has_a_state_alone() -> None:
    given = claim("data-pg-0", manager="pulumi-kubernetes-1a2b")
    assert "--from-stack NAME" in " ".join(planned(live(claims=[given])).in_the_way)
    (step,) = hand_over(given, "ours")
    assert "patch persistentvolumeclaim data-pg-0" in step.command
    assert list(hand_over(claim("data-pg-0"), "ours")) == []
    ours = "statefast-pulumi-p-dev"
    assert hands_of(claim("a", manager=ours), ours).state == ""


def test_the_word_of_the_owner_settles_another_state() -> None:
    found = live(workloads=[stateful_set(manager="pulumi-kubernetes-1a2b")])
    assert planned(found, gone=True).in_the_way == ()


def test_fields_of_others_become_the_stacks() -> None:
    given = stateful_set()
    given["metadata"]["managedFields"] = [
        {"manager": "kubectl-client-side-apply", "operation": "Update"},
        {"manager": "helm", "operation": "Update"},
        {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status"},
        {"manager": "pulumi-kubernetes-1", "operation": "Apply"},
    ]
    given["metadata"]["managedFields"][0]["fieldsV1"] = {"f:spec": {"f:replicas": {}}}
    given["metadata"]["managedFields"][1]["fieldsV1"] = {"f:spec": {"f:template": {}}}
    (step,) = hand_over(given, "ours")
    patch = json.loads(step.command.partition("-p '")[2].rstrip("'"))
    changed = [(it["op"], it["path"], it.get("value")) for it in patch if it["op"] != "test"]
    path = "/metadata/managedFields"
    assert changed == [
        ("replace", f"{path}/0/manager", "ours"),
        ("replace", f"{path}/0/operation", "Apply"),
        ("replace", f"{path}/0/fieldsV1", {"f:spec": {"f:replicas": {}, "f:template": {}}}),
        ("remove", f"{path}/3", None),
        ("remove", f"{path}/1", None),
    ]
    given["metadata"]["managedFields"] = [{"manager": "ours", "operation": "Apply"}]
    assert list(hand_over(given, "ours")) == []


class Records:
    """A cluster with the records of a release."""

    def __init__(self, *owners: str, status: str = "deployed") -> None:
        manifest = yaml.safe_dump({"kind": "Secret", "metadata": {"name": "main-pg"}})
        said = {"manifest": manifest, "info": {"status": status}}
        packed = base64.b64encode(gzip.compress(json.dumps(said).encode()))
        self._items = [
            {
                "type": "helm.sh/release.v1",
                "metadata": {
                    "name": f"sh.helm.release.v1.main.v{n}",
                    "labels": {"owner": owner, "name": "main", "version": str(n)},
                },
                "data": {"release": base64.b64encode(packed).decode()},
            }
            for n, owner in enumerate(owners, 1)
        ]

    def list(self, path: str, query: object) -> list[Any]:
        return self._items if path.endswith("secrets") else []


def test_a_release_is_not_found_any_more_and_can_be_taken_back() -> None:
    release = read_release(Records("helm", "helm"), "data", "main")  # type: ignore[arg-type]
    assert release.objects == ("Secret main-pg",)
    (step,) = let_go(release)
    assert step.command == (
        "kubectl label secrets -n data -l owner=helm,name=main owner=statefast-adopted --overwrite"
    )
    away = read_release(Records("statefast-adopted"), "data", "main")  # type: ignore[arg-type]
    assert list(let_go(away)) == []
    assert away.away == 1


def test_helm_at_work_is_in_the_way() -> None:
    records = Records("helm", status="pending-upgrade")
    busy = read_release(records, "data", "main")  # type: ignore[arg-type]
    found = planned(releases={("data", "main"): busy})
    assert "Helm is at work on release main" in " ".join(found.in_the_way)
    notes = {it.where: it.text for it in found.notes}
    assert notes["Helm release main"] == "made Secret main-pg as well"


def resource(kind: str, name: str, **more: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:old::p::kubernetes:{kind}::{name}"
    return {"urn": urn, "type": f"kubernetes:{kind}", "id": f"data/{name}", **more}


def test_a_stack_forgets_what_depends_on_others_first() -> None:
    first = resource("core/v1:PersistentVolumeClaimPatch", "files")
    second = resource("apps/v1:Deployment", "web", dependencies=[first["urn"]], protect=True)
    old = OldStack(name="old", where="-s old", resources=[first, second])
    taken = {("PersistentVolumeClaim", "data", "files"), ("Deployment", "data", "web")}
    steps, wrong = forget(old, taken)
    assert wrong == []
    assert [it.command.partition("::web")[1] for it in steps] == ["::web", ""]
    assert steps[0].command.endswith("-s old --yes --force")
    assert "--force" not in steps[1].command


def test_what_depends_on_something_taken_is_in_the_way() -> None:
    first = resource("core/v1:Service", "web")
    second = resource("networking.k8s.io/v1:Ingress", "web-in", dependencies=[first["urn"]])
    old = OldStack(name="old", where="-s old", resources=[first, second])
    assert "web-in of stack old depends on web" in forget(old, {("Service", "data", "web")})[1][0]


def test_what_is_taken_does_not_go_with_what_it_stands_on() -> None:
    """A stack that is destroyed deletes its namespace, and all that anybody has in it."""
    space = {**resource("core/v1:Namespace", "data"), "id": "data"}
    secret = resource("core/v1:Secret", "pg", dependencies=[space["urn"]])
    pg = resource("apps/v1:StatefulSet", "pg", dependencies=[space["urn"], secret["urn"]])
    needed = {("Namespace", "", "data"), ("Secret", "data", "pg")}
    taken = {("StatefulSet", "data", "pg")}

    def forgets(*resources: Any) -> tuple[list[str], list[str]]:
        steps, wrong = forget(OldStack(name="old", where="", resources=resources), taken, needed)
        return [it.why.split(" forgets ")[1].split(",")[0] for it in steps], wrong

    assert forgets(space, secret, pg) == (["StatefulSet pg", "Secret pg", "Namespace data"], [])
    # One that its stack leaves behind anyway stays in it.
    kept = {**space, "retainOnDelete": True}
    assert forgets(kept, secret, pg) == (["StatefulSet pg", "Secret pg"], [])
    labels = {**space, "type": "kubernetes:core/v1:NamespacePatch"}
    assert forgets(labels, secret, pg)[0] == ["StatefulSet pg", "Secret pg"]
    # What something else is in as well cannot be forgotten.
    web = resource("apps/v1:Deployment", "web", dependencies=[space["urn"]])
    (wrong,) = forgets(space, secret, pg, web)[1]
    assert "web depends on it: give data retain_on_delete=True" in wrong


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"annotations": {"meta.helm.sh/release-name": "base"}}, "is of Helm release base"),
        ({"managedFields": [{"manager": "argocd-controller"}]}, "is written by Argo CD"),
        ({"managedFields": [{"manager": "Terraform"}]}, "is applied by Terraform"),
        ({"annotations": {"statefast/stack": "statefast/other"}}, ""),
        ({}, ""),
    ],
)
def test_who_else_may_delete_the_namespace_is_said(metadata: Any, said: str) -> None:
    found = live(home={"metadata": {"name": "data", **metadata}})
    notes = [it.text for it in planned(found).notes if it.where == "Namespace data"]
    assert len(notes) == bool(said)
    assert all(it.startswith(said) for it in notes)


def test_a_namespace_that_is_being_deleted_is_in_the_way() -> None:
    found = live(home={"metadata": {"name": "data", "deletionTimestamp": "now"}})
    assert "Namespace data is being deleted" in " ".join(planned(found).in_the_way)


def test_a_state_without_any_of_it_is_the_wrong_one() -> None:
    found = live(workloads=[stateful_set(manager="pulumi-kubernetes-1a2b")])
    old = OldStack(name="old", where="-s old", resources=[])
    assert "it is of another one" in " ".join(planned(found, old=old).in_the_way)


def test_a_consent_says_what_it_is_about() -> None:
    said = "Service data/pg-hl: owner nobody -> statefast/dev [0123abcd]"
    assert asked_about(said) == ("Service", "pg-hl", "nobody")
    assert asked_about("StatefulSet pg: replicas 1 -> 2 [0123abcd]") == ("", "", "")


CONFIG = """\
# ours
encryptionsalt: v1:x
config:
  # where
  statefast:namespace: data
  statefast:workloads:
    web:
      replicas: 1   # one
"""


def test_config_is_added_to_and_no_line_is_touched() -> None:
    before = yaml.safe_load(CONFIG)["config"]
    workloads = {"pg": {"replicas": 2}}
    consent = ["a", "b"]
    wanted = {
        **before,
        "statefast:workloads": {**before["statefast:workloads"], **workloads},
        "statefast:consent": consent,
    }
    missing = {"statefast:workloads": workloads, "statefast:consent": consent}
    made_now = added(CONFIG, missing, wanted)
    assert made_now is not None
    assert yaml.safe_load(made_now)["config"] == wanted
    assert [it for it in made_now.splitlines() if it in CONFIG.splitlines()] == CONFIG.splitlines()
    assert added("encryptionsalt: x\n", {"statefast:consent": ["a"]}, {"statefast:consent": ["a"]})
    assert added("config: {a: b}\n", {"statefast:consent": ["a"]}, {"a": "b"}) is None


def shown(width: int) -> str:
    found = live(
        claims=[claim("data-pg-0"), claim("data-pg-1"), claim("data-former-0")],
        workloads=[stateful_set(manager="helm")],
    )
    consents = ["StatefulSet pg: owner nobody -> statefast/dev [0123abcd]"]
    given = Given(
        stack="statefast/dev",
        live=found,
        made=make(found, ()),
        consents=consents,
        to_write=["workloads/pg.yaml", "Pulumi.dev.yaml"],
    )
    text = io.StringIO()
    show(
        Console(file=text, width=width, force_terminal=True, no_color=True),
        plan(given),
        None,
        Path(),
    )
    return text.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_no_name_is_broken_in_two(width: int) -> None:
    text = shown(width)
    for name in ("data-former-0", "StatefulSet pg: owner nobody -> statefast/dev [0123abcd]"):
        assert name in text
    notes = [it for it in text.splitlines() if "kubectl patch" not in it]
    assert max(map(len, notes)) <= width


def test_notes_of_what_config_has_are_not_told_again() -> None:
    assert list(make(live(), (), ["pg"]).program.notes) == list(Notes())


def test_two_workloads_are_not_selected_by_one_selector() -> None:
    entry = {"workload": "redis", "storage": {"size": "1Gi"}, "selector": {"app": "x"}}
    config = {
        "statefast:namespace": "data",
        "statefast:environment": "test",
        "statefast:workloads": json.dumps({"one": entry, "two": entry}),
    }
    with pytest.raises(StatefastError, match="but the pods of workload two have these labels"):
        Settings.parse(config)
