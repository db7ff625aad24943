"""What a program says beside its objects, and what would get around the guard: transforms, options,
providers.
"""

from .conftest import Config
from .guarded import CLASSES, claim, namespace, stateful_set
from .guarded_stack import Guarded


def volume(home: str) -> Config:
    """A volume of the program's own, with the claim that it is for."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"of-{home}"},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "by-hand",
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": "/data"},
            "claimRef": {"namespace": home, "name": "mine"},
        },
    }


def test_nothing_beside_the_objects_gets_around_the_guard(guarded: Guarded) -> None:
    home = guarded.name
    options: Config = {
        "PersistentVolumeClaim": {"replace_on_changes": ["*"], "delete_before_replace": True}
    }
    mine = {**claim(home, "mine"), "spec": {**claim(home, "mine")["spec"]}}
    mine["spec"] |= {"storageClassName": "by-hand", "volumeName": f"of-{home}"}

    def objects(size: str = "1Gi", class_name: str = CLASSES[0]) -> list[Config]:
        web = stateful_set(home, "web", size=size, class_name=class_name)
        sets = [web, claim(home, "alone", size=size)]
        return [namespace(home), volume(home), *sets, mine]

    # One is made by the class for kinds that the SDK does not know.
    custom: Config = {"options": options, "custom": ["web"]}
    guarded.program(objects(), {}, **custom).up()
    guarded.wait("pvc", "--all", "--for=jsonpath={.status.phase}=Bound")
    before = guarded.identities()

    # Somebody writes down what lives, with the marks of the guard.
    copied = objects(class_name=CLASSES[1])
    copied[2]["metadata"]["annotations"] = guarded.get("statefulset", "web")["metadata"][
        "annotations"
    ]
    later: Config = {"later": CLASSES[1]}
    for made, more in ((objects(), later), (copied, {})):
        (said,) = guarded.program(made, {}, **custom, **more).refusals()
        assert "storageClassName is 'guarded-b', but it has 'guarded-a'" in said
    provider: Config = {"enable_server_side_apply": False}
    (said,) = guarded.program(objects("2Gi")[:3], {}, provider=provider).refusals()
    assert "enableServerSideApply" in said

    guarded.program(objects(), {}, **custom)
    urn = f"urn:pulumi:{home}::guarded::kubernetes:core/v1:PersistentVolumeClaim::alone"
    result = guarded.pulumi("up", "--yes", "--skip-preview", "--replace", urn)
    assert result.code != 0
    assert "may not be replaced" in result.text
    assert guarded.identities() == before
    guarded.program(objects("2Gi"), {}, **custom).up()
    grown = guarded.identities()
    assert {key: uid for key, (uid, _) in grown.items()} == {
        key: uid for key, (uid, _) in before.items()
    }
    assert grown["PersistentVolumeClaim alone"][1][1] == "2Gi"

    # A claim that stays needs its volume.
    guarded.destroy()
    left = guarded.get("pv", f"of-{home}")
    assert "deletionTimestamp" not in left["metadata"]
    assert left["status"]["phase"] == "Bound"
    guarded.up()
    after = guarded.identities()
    for name in ("alone", "mine", "web-web-0"):
        assert after[f"PersistentVolumeClaim {name}"] == grown[f"PersistentVolumeClaim {name}"]
    guarded.kubectl("delete", "pv", f"of-{home}", "--wait=false", namespace=False)
