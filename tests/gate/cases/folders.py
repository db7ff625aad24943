"""Volumes within the spec of pods, and folders that are put together from variables."""

from tests.gate.handmade import UNKNOWN, Json

from .made import RISK, Case, app, mounting, pods

__all__ = ["FOLDERS", "inline", "variable"]


def inline(share: str, driver: str = "nfs.csi.k8s.io") -> Json:
    """A volume that a driver mounts without a claim."""
    return {"csi": {"driver": driver, "volumeAttributes": {"share": share}}}


def variable(value: object, expression: str = "$(FOLDER)", **more: object) -> Json:
    """A container that finds its data by a variable."""
    env = [{"name": "FOLDER", "value": value}]
    return {**app(subPathExpr=expression), "env": env, **more}


def _by(old: Json, new: Json) -> Json:
    return mounting(pods(container=old), pods(container=new))


def _from(field: str) -> Json:
    env = [{"name": "FOLDER", "valueFrom": {"fieldRef": {"fieldPath": field}}}]
    return {**app(subPathExpr="$(FOLDER)"), "env": env}


def _said(document: Json, path: str) -> Json:
    (its,) = document["steps"]
    return {**document, "steps": [{**its, "detailedDiff": {path: {}}}]}


def _folders(name: str, old: str, new: str) -> str:
    """The consent: which variable, and not what is in it."""
    places = (f"/data($({name})[{its}])" for its in (old, new))
    return f"Deployment x: db.volume_mounts {' -> '.join(places)}"


_ENV = "spec.template.spec.containers[0].env[0].value"

FOLDERS = {
    "share-of-a-driver-becomes-empty": Case(
        mounting(pods(inline("/a")), pods({"emptyDir": {}})),
        RISK,
        "mounts-other-data",
        ("Deployment x: volumes csi nfs.csi.k8s.io [ba468eb8] -> nothing",),
    ),
    "share-of-a-driver-becomes-another": Case(
        mounting(pods(inline("/a")), pods(inline("/b"))),
        RISK,
        "mounts-other-data",
        ("Deployment x: volumes csi nfs.csi.k8s.io [ba468eb8] -> csi nfs.csi.k8s.io [15258022]",),
    ),
    "folder-is-made-of-another-value": Case(
        _by(variable("a"), variable("b")),
        RISK,
        "mounts-other-data",
        (_folders("FOLDER", "d74c575a", "55c2a54a"),),
    ),
    "folder-is-made-of-a-value-that-is-not-known": Case(
        _by(variable("a"), variable(UNKNOWN)), RISK, "mounts-unknown"
    ),
    "folder-is-made-of-a-secret-that-changes": Case(
        _said(_by(variable("[secret]"), variable("[secret]")), _ENV), RISK, "mounts-unknown"
    ),
    "folder-is-made-of-another-field": Case(
        _by(_from("metadata.name"), _from("metadata.uid")),
        RISK,
        "mounts-other-data",
        (_folders("FOLDER", "00351976", "887a3d71"),),
    ),
    "folder-is-no-longer-put-together": Case(
        _by(variable("a"), {**variable("a"), **app(subPath="$(FOLDER)")}),
        RISK,
        "mounts-other-data",
        ("Deployment x: db.volume_mounts /data($(FOLDER)[d74c575a]) -> /data($$(FOLDER))",),
    ),
    "folder-is-made-of-another-map": Case(
        _by(
            {**app(subPathExpr="$(F)"), "envFrom": [{"configMapRef": {"name": "a"}}]},
            {**app(subPathExpr="$(F)"), "envFrom": [{"configMapRef": {"name": "b"}}]},
        ),
        RISK,
        "mounts-other-data",
        (_folders("F", "05b80109", "8b6c3292"),),
    ),
}
