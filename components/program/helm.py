"""Objects that Helm made: its own as long as it knows their release, and nobody's from then on.

An uninstall deletes all that a release has, and the engine uninstalls a `helm.v3.Release` that
leaves the program, after the program has ended. So what Helm has is taken into a stack once Helm
has forgotten it, which is read in the cluster: no edit that anybody makes can then delete it.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import pulumi

from ..errors import StatefastError
from ..safety.consent import DELETES_CLAIMS, Change
from ..safety.preflight import Warns, owner_of_run
from ..safety.read.cluster import Cluster, Object, Unreadable
from ..safety.read.last_run import key_of
from ..safety.read.live import LiveWorkload
from ..safety.read.memory import applied, held, memory_of_run
from ..safety.run import once
from ..schema.kubernetes import resource_path
from .made import Made, plain
from .run import GuardRun

__all__ = ["RELEASE", "may_be_of_helm", "note_release", "refuse_uninstalls", "take_up"]

RELEASE = "kubernetes:helm.sh/v3:Release"

# On what had its fields filled in under Helm: of which release it was.
_TAKEN_UP = "statefast/was-of-release"
# What Helm writes on all that it makes.
_NAME, _HOME = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"
_POLICY = "helm.sh/resource-policy"
# Where Helm keeps what it knows of a release, one object for each of its revisions.
_STORES = {"secret": "secrets", "configmap": "config maps"}
_RECORD = re.compile(r"sh\.helm\.release\.v1\.(.+)\.v\d+")
_DRIVERS = ("PULUMI_K8S_HELM_DRIVER", "HELM_DRIVER")
# What an object has for life, and a chart leaves to the API server: once it has been imported, the
# provider would replace the object for what the chart does not say.
_FOR_LIFE = {
    "Job": ("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
    "Secret": ("type",),
    "Service": ("spec.clusterIP",),
}
# Types that are no objects of the cluster.
_NO_OBJECTS = ("kubernetes:helm.sh/", "kubernetes:yaml", "kubernetes:kustomize")
_NO_KINDS = ("Patch", "List")


@dataclass(frozen=True, slots=True)
class _Release:
    """A release of Helm."""

    name: str
    namespace: str

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Self | None:
        """The one that has an object; None where none says so."""
        said = metadata.get("annotations") or {}
        name, namespace = said.get(_NAME), said.get(_HOME)
        return cls(str(name), str(namespace)) if name and namespace else None

    @property
    def resource(self) -> str:
        """Kind and name, for sentences."""
        return f"Helm release {self.name}"

    @property
    def to_forget(self) -> str:
        """The command by which Helm forgets it, and touches none of its objects."""
        return f"kubectl delete secret -n {self.namespace} -l owner=helm,name={self.name}"

    def has(self, item: Object) -> bool:
        """Whether an object is of it."""
        return _Release.of(item["metadata"]) == self

    def is_known(self, cluster: Cluster) -> bool | None:
        """Whether Helm knows it; None where that cannot be read."""
        if any(os.environ.get(name, "secret") not in ("", *_STORES) for name in _DRIVERS):
            return None
        try:
            return any(
                found[1] == self.name
                for kind in _STORES.values()
                for name in cluster.list_metadata(kind, self.namespace)
                if (found := _RECORD.fullmatch(name))
            )
        except Unreadable:
            return None


def may_be_of_helm(type_: str, metadata: Mapping[str, Any]) -> bool:
    """Whether what is registered is an object that the state does not have, or has from Helm.

    Args:
        type_: Of the resource.
        metadata: Of the object, as far as it is known.
    """
    if not type_.startswith("kubernetes:") or type_.startswith(_NO_OBJECTS):
        return False
    name, namespace = metadata.get("name"), metadata.get("namespace") or ""
    if not isinstance(name, str) or not name or type_.endswith(_NO_KINDS):
        return False
    key = key_of(str(namespace), name)
    return not held(type_, key) or (type_, key) in _taken_up()


def _taken_up() -> Mapping[tuple[str, str], str]:
    """Type and `<namespace>/<name>` of what was taken up, and the release that it was of."""
    memory = memory_of_run()
    return once(memory.urns, "of Helm", lambda _: dict(_marked(memory.resources or ())))


def _marked(
    resources: Iterable[tuple[str, Mapping[str, Any]]],
) -> Iterator[tuple[tuple[str, str], str]]:
    for type_, outputs in resources:
        metadata = outputs.get("metadata")
        if type_.startswith("kubernetes:") and isinstance(metadata, Mapping):
            said = metadata.get("annotations") or {}
            # A run that was cut off has imported it, and not marked it yet.
            release = said.get(_TAKEN_UP) or said.get(_NAME)
            if release:
                name, namespace = metadata.get("name"), metadata.get("namespace") or ""
                yield (type_, key_of(str(namespace), str(name))), str(release)


def take_up(run: GuardRun, made: Made) -> Sequence[str] | None:
    """Has an object imported that Helm made and has forgotten.

    Args:
        run: The guard.
        made: The object.

    Returns:
        What the engine has to leave as it is; None where it has nothing from Helm.

    Raises:
        StatefastError: Helm has not forgotten it; or that is not known, and there is no consent.
    """
    left_open = [path for path in _FOR_LIFE.get(made.kind, ()) if not _says(made.content, path)]
    if held(made.args.type_, made.key):
        before, inputs = (
            _taken_up().get((made.args.type_, made.key)),
            applied(made.args.type_, made.key),
        )
        left_open = [path for path in left_open if _says(inputs, path)]
        if before is None or not left_open:
            return None
        made.annotate({_TAKEN_UP: before})
        return left_open
    cluster = run.readable(made)
    if cluster is None or not made.is_known:
        return None
    path = resource_path(made.args.type_.split(":")[1], made.kind)
    found: Object | None = None
    with suppress(Unreadable):
        found = cluster.list_metadata(path, made.namespace).get(made.name)
    release = _Release.of(found["metadata"]) if found is not None else None
    if release is None:
        return None
    if not made.args.opts.import_:
        made.args.opts.import_ = made.key
    if left_open:
        made.annotate({_TAKEN_UP: release.name})
    known = release.is_known(cluster)
    if known is False:
        return left_open
    change = Change(
        resource=release.resource,
        field="owner",
        old="Helm",
        new=owner_of_run(),
        uid=key_of(release.namespace, release.name),
        taking="" if known is None else "with what an uninstall deletes",
    )
    if change.allowed(run.consents):
        return left_open
    goes = "an uninstall would delete what this program has registered of it"
    raise StatefastError(
        change.resource,
        change.field,
        change.old,
        f"so {goes}"
        if known
        else f"as far as this program can tell, which may not list the Secrets of namespace"
        f" {release.namespace}, and {goes}",
        "where it is a helm.v3.Release of a program, give that retain_on_delete=True and run up;"
        f" then let Helm forget it, which touches none of its objects: {release.to_forget}; or"
        f" consent to it by adding {change.consent!r} to consent",
    )


def _says(value: Any, path: str) -> bool:  # noqa: ANN401  any JSON
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value is not None


def note_release(
    run: GuardRun, args: pulumi.ResourceTransformArgs, provider: str, urn: str
) -> None:
    """Says that what Helm does itself is seen by nobody, and how to have it seen.

    Args:
        run: The guard.
        args: Of the transform.
        provider: Logical name of its provider.
        urn: What the engine calls it.
    """
    props, before = plain(args.props), memory_of_run().releases.get(urn, {})
    # What names none keeps the name that it got first; what is not known yet is what it was.
    name, home = props.get("name") or before.get("name"), props.get("namespace")
    if home is not None and not isinstance(home, str):
        home = before.get("namespace")
    release = _Release(
        name if isinstance(name, str) else str(before.get("name") or args.name),
        str(home or run.home(provider)),
    )
    run.releases.add((release.name, release.namespace))
    sets = []
    cluster = run.cluster(provider)
    if cluster is not None:
        with suppress(Unreadable):
            listed = cluster.list("stateful sets", release.namespace)
            sets = [f"StatefulSet {name}" for name, item in listed.items() if release.has(item)]
    has = f" ({', '.join(sorted(sets))})" if sets else ""
    run.say(
        Warns(
            f"helm.v3.Release {release.name} is not guarded: Helm makes its objects"
            f"{has}, and the engine sees none of them;"
            " a helm.v4.Chart is guarded, and takes them up as they run: give the Release"
            " retain_on_delete=True and run up, let Helm forget it, which touches none of its"
            f" objects ({release.to_forget}), and write in its place a Chart of the same chart,"
            f" version and values with name={release.name!r} and namespace={release.namespace!r}"
        )
    )


def refuse_uninstalls(run: GuardRun) -> Iterator[StatefastError]:
    """What a Release takes along that leaves the program, where Helm has not forgotten it.

    Args:
        run: The guard, when the program is over.
    """
    for outputs in memory_of_run().releases.values():
        release = _Release(str(outputs.get("name") or ""), str(outputs.get("namespace") or ""))
        said = any(refusal.resource == release.resource for refusal in run.refusals)
        if said or (release.name, release.namespace) in run.releases:
            continue
        for cluster in run.clusters():
            if release.is_known(cluster) is False:
                continue
            lost = sorted(_taken_along(cluster, release, outputs.get("resourceNames") or {}))
            change = Change(
                resource=release.resource,
                field="registration",
                old=key_of(release.namespace, release.name),
                new="none",
                uid=" ".join(lost),
                taking=DELETES_CLAIMS,
            )
            if lost and not change.allowed(run.consents):
                yield StatefastError(
                    change.resource,
                    change.field,
                    "dropped",
                    f"but Helm would uninstall it, and delete {', '.join(lost)} with the data",
                    "write it back; to keep what it has, give it retain_on_delete=True and run up,"
                    f" and let Helm forget it: {release.to_forget}; or consent to this one change"
                    f" by adding {change.consent!r} to consent",
                )


def _taken_along(cluster: Cluster, release: _Release, names: Mapping[str, Any]) -> Iterator[str]:
    """What an uninstall deletes that has data."""
    try:
        for name, item in cluster.list("claims", release.namespace).items():
            said = item["metadata"].get("annotations") or {}
            if release.has(item) and said.get(_POLICY) != "keep":
                yield f"PersistentVolumeClaim {name}"
        for name, item in cluster.list("stateful sets", release.namespace).items():
            if release.has(item) and LiveWorkload.of(item).takes_claims:
                yield f"the claims of StatefulSet {name}"
    except Unreadable:
        if any(kind.startswith("PersistentVolumeClaim") for kind in names):
            yield "its claims"
    for kind, found in names.items():
        if kind.startswith("Namespace/"):
            yield from (f"Namespace {name} and all claims in it" for name in found)
