"""Rules for resources that stand for several objects, which the preview does not show."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..kinds import holds_nothing
from ..severity import Severity
from ..urn import Kind
from ..values import look
from .common import Field, Rule, change, differing, risk, unread, whole

__all__ = ["LIST_RULES", "RELEASE_RULES"]

# Of the Kubernetes kinds in a chart, those that hold no data but that run pods.
_RUNS_PODS = frozenset({"CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet"})
_CLASSES = frozenset({"StorageClass", "VolumeSnapshotClass"})
# Values of a chart that have nothing to do with where its data is.
_HARMLESS_VALUES = frozenset(
    {
        "affinity",
        "annotations",
        "digest",
        "image",
        "imagePullSecrets",
        "imageTag",
        "ingress",
        "labels",
        "livenessProbe",
        "logLevel",
        "metrics",
        "nodeSelector",
        "podAnnotations",
        "podLabels",
        "pullPolicy",
        "readinessProbe",
        "registry",
        "resources",
        "service",
        "serviceMonitor",
        "startupProbe",
        "tag",
        "tolerations",
    }
)
_ABOUT_DATA = re.compile(r"claim|data|disk|persist|pvc|storage|volume", re.IGNORECASE)
_HARMLESS_INPUTS = frozenset(
    {
        "atomic",
        "checksum",
        "cleanupOnFail",
        "compat",
        "description",
        "keyring",
        "manifest",
        "maxHistory",
        "repositoryOpts",
        "resourceNames",
        "skipAwait",
        "timeout",
        "verify",
        "waitForJobs",
    }
)


def list_goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A list of objects is changed as a whole."""
    if edit.goes or edit.action in (Action.UPDATE, Action.UNKNOWN):
        yield risk(
            "list-goes",
            "holds several objects that cannot be judged one by one; written one by one they can",
            whole(edit),
        )


def _names(tree: object) -> Mapping[str, object] | None:
    found = look(tree, "resourceNames")
    return found if isinstance(found, dict) and found else None


def _with_data(names: Mapping[str, object]) -> set[str]:
    """The kinds of a release that hold data, or may; like `StatefulSet.apps/apps/v1`."""
    return {its for its in names if not _is_harmless(its)}


def _is_harmless(listed: str) -> bool:
    kind, _, version = listed.partition("/")
    name, _, group = kind.partition(".")
    group = group or (version.rpartition("/")[0] or "core")
    native = Kind(name, "core" if group == "core" else group)
    return name in _RUNS_PODS | _CLASSES or holds_nothing(native)


def release_goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A Helm release is removed with all its objects; what they are its outputs say."""
    if not edit.goes:
        return
    names = _names(edit.old.outputs) or _names(edit.old.inputs)
    held = None if names is None else _with_data(names)
    if held is None or held:
        kinds = ", ".join(sorted({its.partition("/")[0].partition(".")[0] for its in held or ()}))
        yield risk(
            "release-goes",
            f"is removed with what it has of {kinds}, which the preview does not show"
            if held
            else "is removed with all it holds, and the preview does not show what",
            whole(edit),
        )


def release_changes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A release is upgraded: the preview shows its values and what its objects are called."""
    if edit.action is not Action.UPDATE or not edit.told:
        return
    names = edit.sides("resourceNames")
    old, new = _names(edit.old.inputs) or _names(edit.old.outputs), _names(edit.new.inputs)
    if old is None or names.left_out or (new is None and not names.same):
        yield risk("release-unknown", "which objects the chart has is not to be seen")
        return
    new = new or old
    gone = {
        its: sorted(set(map(str, _listed(old[its]))) - set(map(str, _listed(new.get(its)))))
        for its in _with_data(old)
        if not (isinstance(old[its], list) and old[its] == new.get(its))
    }
    for kind, left in sorted(gone.items()):
        if left or not isinstance(new.get(kind), list):
            name = kind.partition("/")[0].partition(".")[0]
            yield risk(
                "release-lets-go",
                f"{name} {', '.join(left)[:200]} is no longer in the chart and is removed",
                (change(edit, f"resource_names.{name}", old[kind], new.get(kind)),),
            )
    if _with_data(old) or _with_data(new):
        yield from _changed_values(edit)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _changed_values(edit: Edit) -> Iterator[Finding]:
    said = {path.partition(".")[0] for path in edit.word.differs or ()}
    keys = (edit.old.inputs.keys() | edit.new.inputs.keys() | said) - _HARMLESS_INPUTS
    fields = [Field(key, edit.sides(key)) for key in sorted(keys)]
    changed = [its for its in fields if not its.same]
    if not changed:
        # The sum is that of what the chart makes, wherever it comes from.
        changed = [its for its in (Field("checksum", edit.sides("checksum")),) if not its.same]
    if not changed:
        return
    if all(its.name == "values" and _only_harmless(edit) for its in changed):
        yield Finding(
            rule="release-rolls",
            severity=Severity.ROLLS_PODS,
            said="its pods restart on the volumes they have",
        )
        return
    names = ", ".join(its.name for its in changed)
    yield risk(
        "release-changes",
        f"{names} of the chart change, and the preview does not show what that does to its volumes;"
        " a Chart (helm.sh/v4) shows its objects one by one",
        differing(edit, [its for its in changed if its.name != "values"]),
    )


def _only_harmless(edit: Edit) -> bool:
    """Whether every value that differs lies in a part of the chart that is no data's."""
    paths = edit.word.differs
    if paths is not None:
        inside = [its for its in paths if its.split(".")[0] == "values"]
        return all(_is_harmless_value(its.split(".")[1:]) for its in inside)
    old, new = (look(state.inputs, "values") for state in (edit.old, edit.new))
    return _differ_harmlessly(old, new, path=())


def _is_harmless_value(path: Sequence[str]) -> bool:
    return bool(_HARMLESS_VALUES & set(path)) and not any(map(_ABOUT_DATA.search, path))


def _differ_harmlessly(old: object, new: object, path: tuple[str, ...]) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return all(
            _differ_harmlessly(old.get(key), new.get(key), (*path, str(key)))
            for key in old.keys() | new.keys()
        )
    return old == new or _is_harmless_value(path)


LIST_RULES: Sequence[Rule] = (unread, list_goes)
RELEASE_RULES: Sequence[Rule] = (unread, release_goes, release_changes)
