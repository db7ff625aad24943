"""A guarded program with two providers, through every command in turn: no order loses a volume."""

from .conftest import Config
from .guarded import claim, namespace, stateful_set
from .guarded_stack import Guarded


def everywhere(place: Guarded) -> dict[str, str]:
    """Of every claim in both namespaces, its uid, volume and size."""
    found = {}
    for home in (place.name, f"{place.name}-b"):
        for line in place.kubectl(
            "get",
            "pvc",
            "-n",
            home,
            "--no-headers",
            "-o",
            "custom-columns=:metadata.name,:metadata.uid,:spec.volumeName,:status.capacity.storage",
            namespace=False,
        ).splitlines():
            name, rest = line.split(maxsplit=1)
            found[f"{home}/{name}"] = " ".join(rest.split())
    return found


def uids(claims: dict[str, str]) -> dict[str, str]:
    return {name: said.split()[0] for name, said in claims.items()}


def test_no_order_of_commands_loses_a_volume(guarded: Guarded) -> None:
    homes = (guarded.name, f"{guarded.name}-b")
    more: Config = {"second": homes[1]}

    def objects(size: str) -> list[Config]:
        sets = [stateful_set(home, "web", size=size) for home in homes]
        return [*map(namespace, homes), *sets, claim(homes[1], "alone", size=size)]

    guarded.program(objects("1Gi"), {}, **more).up()
    assert set(guarded.up().changes) == {"unchanged"}
    for home in homes:
        bound = "--for=jsonpath={.status.phase}=Bound"
        guarded.kubectl("wait", "pvc", "--all", "-n", home, bound, namespace=False)
    before = everywhere(guarded)
    assert set(before) == {f"{home}/web-web-0" for home in homes} | {f"{homes[1]}/alone"}

    # Each object is read in the cluster of its own provider, whose kubeconfig is a secret.
    result = guarded.program(objects("2Gi"), {}, **more).pulumi("preview", "--suppress-progress")
    assert "is not known" not in result.text
    target = f"urn:pulumi:{guarded.name}::guarded::kubernetes:apps/v1:StatefulSet::web"
    arguments = ["--yes", "--skip-preview", "--suppress-progress"]
    result = guarded.pulumi("up", *arguments, "--target", target)
    assert result.code == 0, result.text
    assert uids(everywhere(guarded)) == uids(before)
    guarded.up()
    grown = everywhere(guarded)
    assert uids(grown) == uids(before)
    assert all(said.endswith("2Gi") for said in grown.values())

    guarded.refresh()
    said = guarded.program(objects("1Gi"), {}, **more).refusals()
    # Both sets are refused in the same words.
    assert sorted(line.split(": ")[0] for line in said) == [
        "PersistentVolumeClaim alone",
        "StatefulSet web",
    ]

    # Without the line a grown set is replaced, which the preview says; its claims stay.
    result = guarded.program(objects("2Gi"), None, **more).pulumi("preview", "--diff")
    assert "replace" in result.text or "Forbidden: updates to statefulset spec" in result.text
    assert everywhere(guarded) == grown

    guarded.program(objects("2Gi"), {}, **more).destroy()
    assert everywhere(guarded) == grown
    guarded.up()
    assert everywhere(guarded) == grown
    guarded.destroy()
    guarded.refresh()
    assert everywhere(guarded) == grown
