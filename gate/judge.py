"""From a preview to a verdict: every rule over every object."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .context import Context
from .edits import Action, Edit
from .errors import GateError
from .finding import Judged, spaced
from .grouping import edits_of
from .reading import Preview, Step
from .rules import rules_for
from .rules.claims import SIZE
from .said import Said
from .severity import Severity
from .sizes import same_size
from .templates import sizes
from .urn import kind_of
from .values import look, text

__all__ = ["CONSENT", "Verdict", "judge"]

CONSENT = "statefast:consent"
_GOES = frozenset({"delete", "delete-replaced", "replace"})
_WITH_VOLUMES = frozenset({"PersistentVolume", "PersistentVolumeClaim", "StatefulSet"})


@dataclass(frozen=True)
class Verdict:
    """What a preview does to the data of one stack.

    Attributes:
        stack: Name of the stack.
        judged: Objects about which there is something to say, the worst first.
        untouched: How many claims, volumes and StatefulSets stay as they are.
        notes: Sentences about the preview as a whole.
        said: What the program itself said.
    """

    stack: str
    judged: Sequence[Judged]
    untouched: int
    notes: Sequence[str]
    said: Sequence[Said] = ()

    @cached_property
    def severity(self) -> Severity:
        """The worst of what remains after consent, and of what the program warns of."""
        judged = (its.severity for its in self.judged)
        return max((*judged, *(its.severity for its in self.said)), default=Severity.SAFE)


def judge(preview: Preview) -> Verdict:
    """Judges one preview; pure.

    Raises:
        GateError: its objects are nested deeper than any that Kubernetes has.
    """
    try:
        return _judged(preview)
    except RecursionError:
        raise GateError(
            f"The preview of {preview.stack} has objects that are nested too deep to be read.",
            preview.stack,
        ) from None


def _judged(preview: Preview) -> Verdict:
    edits = edits_of(preview.steps)
    context = Context(edits, preview.config)
    consents, notes = _consents(preview.config)
    judged = [its for edit in edits if (its := _judge(edit, context, consents)).findings]
    judged.sort(key=lambda its: (-its.severity, -its.found_severity, its.edit.resource))
    if context.clusters.replaced:
        names = ", ".join(sorted(urn.rpartition("::")[2] for urn in context.clusters.replaced))
        notes.append(
            f"Provider {names} is replaced: all it made is deleted where it was, and made anew"
            " where it points now."
        )
    notes += _foreign(preview.steps)
    spoken_of = {id(its.edit) for its in judged}
    untouched = sum(
        edit.action is Action.NOTHING and edit.kind.name in _WITH_VOLUMES
        for edit in edits
        if id(edit) not in spoken_of
    )
    return Verdict(
        stack=preview.stack, judged=judged, untouched=untouched, notes=notes, said=preview.said
    )


def _foreign(steps: Iterable[Step]) -> Iterator[str]:
    """Says what else goes: a disk, a cluster, a database of another provider may be among it."""
    gone = {
        step.urn.text: f"{step.urn.type} {step.urn.name}"
        for step in steps
        if step.op in _GOES
        and kind_of(step.urn.type) is None
        # Components have none.
        and step.old is not None
        and step.old.provider
        and not step.old.retain_on_delete
    }
    if gone:
        names = sorted(gone.values())
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield (
            "Not judged, since they are no Kubernetes objects, and deleted or replaced:"
            f" {', '.join(names[:3])}{more}."
        )


def _consents(config: Mapping[str, str]) -> tuple[frozenset[str], list[str]]:
    given = config.get(CONSENT)
    if given is None:
        return frozenset(), []
    try:
        found = json.loads(given)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        return frozenset(), [f"{CONSENT} is not a list of texts, so nothing is consented to."]
    return frozenset(map(spaced, found)), []


def _judge(edit: Edit, context: Context, consents: frozenset[str]) -> Judged:
    findings = [found for rule in rules_for(edit) for found in rule(edit, context)]
    findings.sort(key=lambda found: -found.severity)
    old, new = _sizes(edit) if findings else ("", "")
    return Judged(edit, tuple(findings), old, new, consents)


def _sizes(edit: Edit) -> tuple[str, str]:
    if edit.kind.name == "StatefulSet":
        return sizes(edit.old.inputs), sizes(edit.new.inputs)
    if edit.kind.name == "PersistentVolumeClaim":
        old, new = edit.was(*SIZE), edit.wants(*SIZE)
    elif edit.kind.name == "PersistentVolume":
        old, new = (
            edit.was("spec", "capacity", "storage"),
            edit.wants("spec", "capacity", "storage"),
        )
    elif edit.kind.name in ("VolumeSnapshot", "VolumeSnapshotContent"):
        old = new = look(edit.old.outputs, "status", "restoreSize")
    else:
        return "", ""
    if edit.action is Action.UPDATE and new is not None and same_size(old, new):
        new = old
    return text(old), text(new)
