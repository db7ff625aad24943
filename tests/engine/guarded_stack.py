"""A stack of other people's objects, and what an edit did to them."""

from pathlib import Path
from typing import Any

from localcluster.layout import Workspace
from statefast.marks import sentences

from .conftest import Config, Deployment
from .guarded import CLASSES, EDITS

__all__ = ["Guarded", "happened"]

PROGRAM = Path(__file__).parent / "programs/guarded"


class Guarded(Deployment):
    """A stack of other people's objects in two namespaces of its own."""

    def __init__(self, workspace: Workspace, name: str, source: str) -> None:
        super().__init__(workspace, name, project=PROGRAM)
        self.source = source
        for each in CLASSES:
            self.kubectl(
                "apply",
                "-f",
                "-",
                namespace=False,
                stdin=f"""
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: {each}}}
provisioner: rbd.csi.ceph.com
reclaimPolicy: Delete
allowVolumeExpansion: true
""",
            )

    def program(self, made: list[Config], guard: Config | None, **more: Any) -> "Guarded":
        """Sets the objects, and how they are guarded; returns this."""
        given = {"source": self.source, "objects": made, **more}
        if guard is not None:
            given["guard"] = guard
        self.config = {"guarded:program": given}
        return self

    def remove(self) -> None:
        """Deletes its namespaces."""
        for each in (self.name, f"{self.name}-b"):
            self.kubectl(
                "delete", "namespace", each, "--ignore-not-found", "--wait=false", namespace=False
            )

    def refusals(self) -> list[str]:
        """What a preview refuses, which touches nothing."""
        before = self.identities()
        result = self.preview(ok=False)
        assert self.identities() == before
        return self.refused_in(result.text)

    def refused_in(self, text: str) -> list[str]:
        """The refusals in what a preview said: one line for each, and no other error."""
        lines = [line.strip() for line in text.partition("Diagnostics:")[2].splitlines()]
        others = [line for line in lines if line.startswith("error:") and not sentences(line)]
        assert not others, text
        return [
            said
            for line in lines
            if line.startswith(("error: ", "statefast refuses: "))
            for _, said in sentences(line)
        ]

    def identities(self) -> dict[str, tuple[str, Any]]:
        """Uid of every set, pod and claim, with the volume and the size of a claim."""
        return {
            f"{item['kind']} {item['metadata']['name']}": (
                item["metadata"]["uid"],
                _volume(item) if item["kind"] == "PersistentVolumeClaim" else None,
            )
            for kind in ("statefulset", "pod", "pvc")
            for item in self.list(kind).values()
        }


def _volume(item: Any) -> tuple[str, str]:
    capacity = (item.get("status") or {}).get("capacity") or {}
    return item["spec"].get("volumeName", ""), capacity.get("storage", "")


def happened(
    name: str, before: dict[str, tuple[str, Any]], after: dict[str, tuple[str, Any]]
) -> str:
    """What became of the objects of one edit, in the words of the table."""
    edit = EDITS[name]
    of_claim = bool(edit.before.get("claim"))
    first = f"PersistentVolumeClaim {name if of_claim else f'{name}-{name}-0'}"
    if before[first][0] != after.get(first, ("", None))[0]:
        return "**the volume is lost**"
    grown = before[first][1][1] != after[first][1][1]
    same = all(
        after.get(key) == before[key]
        for key in (f"StatefulSet {name}", f"Pod {name}-0")
        if key in before
    )
    if of_claim or same or edit.after is None:
        return "grows in place" if grown else "the volume stays"
    wanted = EDITS[name].after or {}
    empty = wanted.get("more") or wanted.get("moved") or wanted.get("templates") == ("-b",)
    end = (
        ", starts empty"
        if empty
        else "; the volume does not grow"
        if "size" in wanted
        else "; the volume stays"
    )
    return f"set replaced, its pods stop{end}"
