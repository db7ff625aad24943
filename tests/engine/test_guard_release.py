"""A Helm release becomes a chart around what runs, in steps of which each may be the last."""

import signal

from .conftest import Config
from .guarded import claim, stateful_set
from .guarded_stack import Guarded

SOURCE = "release"
RELEASE = "db"


def parts(home: str, size: str = "1Gi") -> list[Config]:
    """What a chart has, with what the API server fills in where it is written so short."""
    place = {"namespace": home}
    return [
        stateful_set(home, "web", size=size, replicas=2),
        claim(home, "alone", size=size),
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web", **place},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
        },
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "web", **place},
            "stringData": {"password": "once"},
        },
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "web", **place}},
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "web", **place},
            "data": {"a": "b"},
        },
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "web", **place},
            "spec": {
                "podSelector": {"matchLabels": {"app": "web"}},
                "ingress": [{"ports": [{"port": 80}]}],
            },
        },
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "web", **place},
            "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}},
        },
    ]


def test_a_release_becomes_a_chart_around_what_runs(guarded: Guarded) -> None:
    home = guarded.name
    called: Config = {"args": {"name": RELEASE, "namespace": home}}
    elsewhere: Config = {"args": {"name": RELEASE, "namespace": "default"}}
    kinds = "service,serviceaccount,configmap,networkpolicy,pdb"

    def release(more: Config = called, **opts: object) -> Guarded:
        guarded.source = "release"
        return guarded.program(parts(home), {}, **more, opts=opts)

    def chart(size: str = "1Gi", guard: Config | None = {}) -> Guarded:  # noqa: B006  read alone
        guarded.source = "chart"
        return guarded.program(parts(home, size), guard, **called)

    guarded.kubectl("create", "namespace", home, namespace=False)
    told = " ".join(release().up().text.split())
    assert "helm.v3.Release db is not guarded: Helm makes its objects" in told
    said = " ".join(release().preview().text.split())
    assert "Helm makes its objects (StatefulSet web)" in said
    forget = f"kubectl delete secret -n {home} -l owner=helm,name={RELEASE}"
    assert f"touches none of its objects ({forget})" in said
    guarded.wait("pvc", "--all", "--for=jsonpath={.status.phase}=Bound")
    before, others = guarded.identities(), guarded.uids(kinds)
    password = guarded.get("secret", "web")

    # An uninstall would take what the chart has taken up, and the claim that stands alone.
    (said,) = chart().refusals()
    assert said.startswith("Helm release db: owner is 'Helm', so an uninstall would delete")
    for leaves in (guarded.program([], {}), release(elsewhere)):
        (said,) = leaves.refusals()
        assert "registration is 'dropped'" in said
        assert "delete PersistentVolumeClaim alone with the data" in said

    release(retain_on_delete=True).up()
    (said,) = chart().refusals()
    assert f"{forget}; or consent" in said
    guarded.kubectl(*forget.split()[1:])
    assert set(release(retain_on_delete=True).up().changes) == {"unchanged"}
    preview = chart().preview()
    assert not {"replaced", "errored"} & set(preview.changes), preview.text
    # An up that is ended on its way goes on in the next one.
    with guarded.stack.start("up", "--yes", "--skip-preview", quiet=True) as child:
        assert child.stdout is not None
        assert any("imported" in line for line in child.stdout)
        child.send_signal(signal.SIGINT)
        child.communicate()
    assert guarded.identities() == before
    result = guarded.up()
    assert "Release release deleted" in result.text
    assert set(guarded.up().changes) == {"unchanged"}
    guarded.refresh()
    assert set(guarded.up().changes) == {"unchanged"}
    assert (guarded.identities(), guarded.uids(kinds)) == (before, others)
    assert guarded.get("secret", "web")["metadata"]["uid"] == password["metadata"]["uid"]
    assert guarded.get("secret", "web")["data"] == password["data"]

    chart("2Gi").up()
    grown = guarded.identities()
    assert {key: uid for key, (uid, _) in grown.items()} == {
        key: uid for key, (uid, _) in before.items()
    }
    sizes = {key: it[1] for key, (_, it) in grown.items() if key.startswith("Persistent")}
    assert set(sizes.values()) == {"2Gi"}
    assert any("StatefulSet web" in line for line in chart("1Gi").refusals())
