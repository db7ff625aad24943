"""The edits that programs are guarded against, as objects before and after."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .conftest import Config

__all__ = ["CLASSES", "EDITS", "Edit", "claim", "namespace", "objects", "stateful_set"]

CLASSES = ("guarded-a", "guarded-b")


def namespace(name: str) -> Config:
    """A namespace that nobody waits for."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "annotations": {"pulumi.com/skipAwait": "true"}},
    }


def stateful_set(
    home: str,
    name: str,
    *,
    size: str = "1Gi",
    class_name: str = CLASSES[0],
    mode: str = "ReadWriteOnce",
    templates: Sequence[str] = ("",),
    replicas: int = 1,
    **spec: Any,
) -> Config:
    """A StatefulSet whose claim templates are called after it, as no other is."""
    names = [f"{name.removesuffix('-b')}{template}" for template in templates]
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name, "namespace": home},
        "spec": {
            "replicas": replicas,
            "serviceName": name,
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {
                    "containers": [
                        {
                            "name": "app",
                            "image": "app:1",
                            "volumeMounts": [
                                {"name": each, "mountPath": f"/{each}"} for each in names
                            ],
                        }
                    ]
                },
            },
            "volumeClaimTemplates": [
                {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "metadata": {"name": each},
                    "spec": _claim_spec(size, class_name, mode),
                }
                for each in names
            ],
            **spec,
        },
    }


def claim(
    home: str,
    name: str,
    *,
    size: str = "1Gi",
    class_name: str = CLASSES[0],
    mode: str = "ReadWriteOnce",
) -> Config:
    """A claim that stands on its own, and that nobody waits for."""
    annotations = {"pulumi.com/skipAwait": "true"}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": home, "annotations": annotations},
        "spec": _claim_spec(size, class_name, mode),
    }


def _claim_spec(size: str, class_name: str, mode: str) -> Config:
    return {
        "accessModes": [mode],
        "storageClassName": class_name,
        "resources": {"requests": {"storage": size}},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit of one object.

    Attributes:
        plain: What it does without the guard.
        guarded: What it does with it; `refused` where nothing is touched.
        before, after: Objects, to be called with the namespace.
    """

    plain: str
    guarded: str
    before: Mapping[str, Any]
    after: Mapping[str, Any] | None

    def made(self, home: str, name: str, *, edited: bool) -> list[Config]:
        """The objects of the edit, before or after it."""
        args = self.after if edited else self.before
        if args is None:
            return []
        args = dict(args)
        make = claim if args.pop("claim", False) else stateful_set
        place = f"{home}-b" if args.pop("moved", False) else home
        return [make(place, f"{name}{args.pop('more', '')}", **args)]


_STOPS = "set replaced, its pods stop; the volume stays"
_SET: Config = {}
_CLAIM: Config = {"claim": True}

# By a name that objects may have.
EDITS: Mapping[str, Edit] = {
    "larger": Edit(
        plain="set replaced, its pods stop; the volume does not grow",
        guarded="grows in place",
        before=_SET,
        after={"size": "2Gi"},
    ),
    "out": Edit(
        plain="set replaced, its pods stop; the volume does not grow",
        guarded="grows in place",
        before=_SET,
        after={"size": "2Gi", "replicas": 2},
    ),
    "in": Edit(
        plain="the volume stays", guarded="the volume stays", before={"replicas": 2}, after=_SET
    ),
    "smaller": Edit(plain=_STOPS, guarded="refused", before={"size": "2Gi"}, after=_SET),
    "class": Edit(plain=_STOPS, guarded="refused", before=_SET, after={"class_name": CLASSES[1]}),
    "mode": Edit(plain=_STOPS, guarded="refused", before=_SET, after={"mode": "ReadWriteMany"}),
    "template-added": Edit(
        plain=_STOPS, guarded="refused", before=_SET, after={"templates": ("", "-log")}
    ),
    "template-renamed": Edit(
        plain="set replaced, its pods stop, starts empty",
        guarded="refused",
        before=_SET,
        after={"templates": ("-b",)},
    ),
    "template-removed": Edit(
        plain=_STOPS, guarded="refused", before={"templates": ("", "-log")}, after=_SET
    ),
    "management": Edit(
        plain=_STOPS, guarded="refused", before=_SET, after={"podManagementPolicy": "OrderedReady"}
    ),
    "service": Edit(plain=_STOPS, guarded="refused", before=_SET, after={"serviceName": "other"}),
    "set-renamed": Edit(
        plain="set replaced, its pods stop, starts empty",
        guarded="refused",
        before=_SET,
        after={"more": "-b"},
    ),
    "set-moved": Edit(
        plain="set replaced, its pods stop, starts empty",
        guarded="refused",
        before=_SET,
        after={"moved": True},
    ),
    "when-deleted": Edit(
        plain="the next removal of the set loses the volume",
        guarded="refused",
        before=_SET,
        after={"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"}},
    ),
    "set-removed": Edit(
        plain="the volume stays", guarded="the volume stays", before=_SET, after=None
    ),
    "claim-larger": Edit(
        plain="grows in place",
        guarded="grows in place",
        before=_CLAIM,
        after={**_CLAIM, "size": "2Gi"},
    ),
    "claim-smaller": Edit(
        plain="`up` fails",
        guarded="refused",
        before={**_CLAIM, "size": "2Gi"},
        after=_CLAIM,
    ),
    "claim-class": Edit(
        plain="**the volume is lost**",
        guarded="refused",
        before=_CLAIM,
        after={**_CLAIM, "class_name": CLASSES[1]},
    ),
    "claim-mode": Edit(
        plain="**the volume is lost**",
        guarded="refused",
        before=_CLAIM,
        after={**_CLAIM, "mode": "ReadWriteMany"},
    ),
    "claim-renamed": Edit(
        plain="**the volume is lost**",
        guarded="refused",
        before=_CLAIM,
        after={**_CLAIM, "more": "-b"},
    ),
    "claim-moved": Edit(
        plain="**the volume is lost**",
        guarded="refused",
        before=_CLAIM,
        after={**_CLAIM, "moved": True},
    ),
    "claim-removed": Edit(
        plain="**the volume is lost**", guarded="the volume stays", before=_CLAIM, after=None
    ),
}


def objects(home: str, edited: Iterable[str] = ()) -> list[Config]:
    """Everything, with some of the edits made."""
    chosen = set(edited)
    return [
        namespace(home),
        namespace(f"{home}-b"),
        *(
            item
            for name, edit in EDITS.items()
            for item in edit.made(home, name, edited=name in chosen)
        ),
    ]
