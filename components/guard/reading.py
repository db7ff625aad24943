"""How this run reads the claims of a workload, held against how they were read until now.

What lives says it by its template, and by what its last `up` wrote on it of config files. Where
nothing runs, or did not mount a claim, the claim itself says how it was read last. What says
nothing (a stack of before, a claim of another hand) is not held against anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pulumi

from ..errors import StatefastError
from .consent import Change
from .images import Format
from .live import LiveClaim, LiveWorkload
from .pod_data import Declared, PodData, Reads, pod_data, read_record
from .pod_settings import IN_FILES
from .preflight import Reader, Warns
from .refusals.same_data import Difference, Judge

__all__ = ["WantedPod", "check_same_data", "settled"]

_UNKNOWN = "(not known yet)"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPod:
    """The pods of a workload as this run will have them.

    Attributes:
        name: Of the workload, and of its main container.
        spec: The pod spec, in the form of the API.
        templates: Names of the claim templates.
        declared: What is said of the data.
        rule: Which versions of the image read it; None where nothing is said.
        disposable: Whether its owner said that the data may go with the stack.
    """

    name: str
    spec: Mapping[str, Any]
    templates: Sequence[str]
    declared: Declared
    rule: Format | None
    disposable: bool

    def data(self, places: frozenset[str] = frozenset()) -> PodData:
        """How it reads its claims; with places that were declared in an earlier run."""
        declared = replace(self.declared, places=places)
        return pod_data(self.spec, self.templates, declared, knows_files=True)

    def sources(self) -> set[str]:
        """The claims and the claim templates it mounts."""
        volumes = self.spec.get("volumes") or ()
        claims = (volume.get("persistentVolumeClaim") for volume in volumes)
        return {*self.templates, *(claim["claimName"] for claim in claims if claim)}


def check_same_data(
    reader: Reader,
    pod: WantedPod,
    live: LiveWorkload | None,
    idle: Mapping[str, tuple[str, LiveClaim]],
    consents: Sequence[str],
) -> None:
    """Refuses to read the data in another place, as another user, or with another version.

    Args:
        reader: Of the component; it gets notes of what may be about the data, or disposable.
        pod: The pods as they will be.
        live: The workload as it lives; None where there is none.
        idle: By name the claims that this run mounts and the live workload does not, each with
            the claim or template that the pods know it by.
        consents: What the owner agreed to.

    Raises:
        StatefastError: the data would be read in another way, without consent.
    """
    agreed: set[tuple[str, str, str]] = set()
    if live is not None:
        for found in _of_workload(pod, live):
            change = _change(reader, found, live.uid)
            if change.allowed(consents):
                agreed.add((found.field, found.old, found.new))
            else:
                _object(reader, found, change, "but it lives with", pod)
    for found, claims in _of_claims(pod, idle).items():
        names = ", ".join(claim.name for claim in claims)
        change = _change(reader, found, " ".join(sorted(claim.uid for claim in claims)))
        if (found.field, found.old, found.new) not in agreed and not change.allowed(consents):
            _object(reader, found, change, f"but claim {names} was left with", pod)


def settled(
    reader: Reader, pod: WantedPod, live: LiveWorkload | None, consents: Sequence[str]
) -> None:
    """Holds back what is not known yet, in the pod spec itself, until it can be compared.

    A value that turns out to be another one than the data is read with ends the run before the
    workload is registered; one that a preview does not know ends the preview.

    Args:
        reader: Of the component.
        pod: The pods as they will be; their spec is changed in place.
        live: The workload as it lives.
        consents: What the owner agreed to.
    """
    if live is None or reader.cluster is None or pod.disposable:
        return
    old, new = _both(pod, live)
    judge = _judge(pod)
    containers = [*(pod.spec.get("initContainers") or ()), *(pod.spec.get("containers") or ())]
    for container in containers:
        name = str(container["name"])
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            continue
        for item in [container, *(container.get("env") or ())]:
            key = "image" if item is container else "value"
            if not isinstance(item.get(key), pulumi.Output):
                continue
            place = key if item is container else f"env.{item['name']}"
            at_stake = place == "image" or place in {*before.settings, *after.declared}
            if at_stake:
                look = _Later(reader, judge, name, place, before, after, live.uid, consents)
                item[key] = item[key].apply(look, run_with_unknowns=True)


@dataclass(frozen=True, slots=True)
class _Later:
    """The comparison of one value, once it is known."""

    reader: Reader
    judge: Judge
    container: str
    place: str
    before: Reads
    after: Reads
    uid: str
    consents: Sequence[str]

    def __call__(self, value: object) -> object:
        for found in self._found(value):
            change = _change(self.reader, found, self.uid)
            if found.sure and not change.allowed(self.consents):
                raise _refusal(self.reader, found, change, "but it lives with")
        return value

    def _found(self, value: object) -> Iterator[Difference]:
        if not isinstance(value, str):
            was = self.before.settings.get(self.place, "(none)")
            yield Difference(
                field=self._field,
                old=str(self.before.image if self.place == "image" else was),
                new=_UNKNOWN,
                means="what it says of the data can be compared only once it is known",
            )
        elif self.place == "image":
            yield from self.judge.image(self.container, self.before, value)
        else:
            settings = {**self.after.settings, self.place: value}
            after = replace(self.after, settings=settings, values=settings)
            yield from self.judge.setting(self.container, self.place, self.before, after)

    @property
    def _field(self) -> str:
        main = self.container == self.judge.main
        return self.place if main else f"{self.container}.{self.place}"


def _judge(pod: WantedPod) -> Judge:
    return Judge(main=pod.name, kept=pod.sources(), rule=pod.rule)


def _both(pod: WantedPod, live: LiveWorkload) -> tuple[PodData, PodData]:
    """How the data is read by what lives, and how it would be."""
    said = read_record(live.data)
    places = said[pod.name].declared if pod.name in said else frozenset()
    declared = replace(pod.declared, places=places, files={})
    old = dict(pod_data(live.pod, list(live.templates), declared, knows_files=False))
    if pod.name in said and pod.name in old:
        # Config files are not in a template.
        of_files = {
            place: value
            for place, value in said[pod.name].settings.items()
            if place.startswith(IN_FILES)
        }
        old[pod.name] = replace(
            old[pod.name],
            settings={**old[pod.name].settings, **of_files},
            declared=old[pod.name].declared | places,
            knows_files=True,
        )
    return old, pod.data(places)


def _of_workload(pod: WantedPod, live: LiveWorkload) -> Iterator[Difference]:
    old, new = _both(pod, live)
    yield from _judge(pod).differences(old, new)


def _of_claims(
    pod: WantedPod, idle: Mapping[str, tuple[str, LiveClaim]]
) -> Mapping[Difference, list[LiveClaim]]:
    """What speaks against it of claims that are not mounted now, each with those claims."""
    found: dict[Difference, list[LiveClaim]] = {}
    for source, claim in idle.values():
        old = read_record(claim.data)
        if not old:
            continue
        places = old[pod.name].declared if pod.name in old else frozenset()
        judge = replace(_judge(pod), kept={source})
        for difference in judge.differences(old, pod.data(places)):
            found.setdefault(difference, []).append(claim)
    return found


def _change(reader: Reader, found: Difference, uid: str) -> Change:
    return Change(
        resource=reader.resource, field=found.field, old=found.old, new=found.new, uid=uid
    )


def _object(reader: Reader, found: Difference, change: Change, lives: str, pod: WantedPod) -> None:
    refusal = _refusal(reader, found, change, lives)
    if pod.disposable:
        reader.note(refusal.sentence.partition("; write ")[0])
    elif found.sure:
        raise refusal
    else:
        reader.note(Warns(refusal.sentence.rstrip(".")))


def _refusal(reader: Reader, found: Difference, change: Change, lives: str) -> StatefastError:
    return StatefastError(
        reader.resource,
        found.field,
        found.new,
        f"{lives} {found.old!r}: {found.means}",
        f"write {found.old!r} back, or consent to this one change by adding"
        f" {change.consent!r} to consent",
    )
