"""The line of the guard taken out of a program: what a preview says, and what `up` does."""

import re
from typing import Any

from .conftest import Config
from .guarded import claim, namespace, stateful_set
from .guarded_stack import Guarded


def of_data(found: dict[str, Any]) -> dict[str, Any]:
    """The pods and the claims, without the sets."""
    return {key: it for key, it in found.items() if not key.startswith("StatefulSet")}


def test_the_line_is_taken_out_and_nothing_goes(guarded: Guarded) -> None:
    home = guarded.name

    def objects(size: str) -> list[Config]:
        sets = [stateful_set(home, "web", size=size), stateful_set(home, "same")]
        return [namespace(home), *sets, claim(home, "alone")]

    guarded.program(objects("1Gi"), {}).up()
    guarded.wait("pvc", "--all", "--for=jsonpath={.status.phase}=Bound")
    before = guarded.identities()
    # No size was changed: marks go, and the parts of the guard.
    assert guarded.program(objects("1Gi"), None).up().changes["deleted"] == 2
    assert guarded.identities() == before
    assert set(guarded.up().changes) == {"unchanged"}

    guarded.program(objects("1Gi"), {}).up()
    guarded.program(objects("2Gi"), {}).up()
    grown = guarded.identities()
    assert grown["PersistentVolumeClaim web-web-0"][1][1] == "2Gi"
    # The engine goes by the template, which is what it was: it says so, and touches nothing.
    said = guarded.program(objects("2Gi"), None).pulumi("preview", "--suppress-progress").text
    assert "StatefulSet web replace" in said
    assert "StatefulSet same replace" not in said
    # What leaves in the same edit was promised to stay.
    said = guarded.program(objects("1Gi")[:3], None).preview().text
    assert "PersistentVolumeClaim alone delete[retain]" in " ".join(said.split())
    assert guarded.identities() == grown

    said = guarded.program(objects("2Gi"), {"leaving": True}).preview().text
    assert "StatefulSet web has 1Gi in the template web and 2Gi here" in said
    assert "StatefulSet same has" not in said
    guarded.up()
    assert guarded.identities() == grown
    guarded.program(objects("2Gi"), None).up()
    after = guarded.identities()
    assert of_data(after) == of_data(grown)
    assert after["StatefulSet same"] == grown["StatefulSet same"]
    assert after["StatefulSet web"] != grown["StatefulSet web"]
    assert (
        guarded.list("pod")["web-0"]["metadata"]["ownerReferences"][0]["uid"]
        == (after["StatefulSet web"][0])
    )
    assert set(guarded.preview().changes or {"unchanged"}) == {"unchanged"}
    assert set(guarded.up().changes) == {"unchanged"}


def test_what_was_taken_back_outlives_the_line(guarded: Guarded) -> None:
    home = guarded.name
    made = [namespace(home), stateful_set(home, "web"), claim(home, "alone")]
    guarded.program(made, {}).up()
    guarded.destroy()
    guarded.up()
    before = guarded.identities()
    said = guarded.program(made, None).preview().text
    # The state has it as the cluster has, and the program says less: the engine speaks of it. The
    # provider replaces what is kept (4.18), or edits it (4.32).
    assert re.search(r"PersistentVolumeClaim +alone +(replace\[retain\]|update)", said)
    guarded.up()
    assert guarded.identities() == before
    assert set(guarded.up().changes) == {"unchanged"}

    # In the same edit that takes the line out, it leaves.
    guarded.program(made, {}).up()
    guarded.program(made[:2], None).up()
    assert guarded.identities() == before
