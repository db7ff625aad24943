"""How this run reads the claims of a workload, held against how they were read until now.

What lives says it by its template, and by what its last `up` wrote on it of config files. Where
nothing runs, or did not mount a claim, the claim itself says how it was read last. What says
nothing (a stack of before, a claim of another hand) is not held against anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pulumi

from ...errors import StatefastError
from ..consent import Change
from ..preflight import Reader, Warns
from ..read.images import Format
from ..read.live import LiveClaim, LiveWorkload
from ..read.pod_data import Declared, PodData, Reads, pod_data, read_record
from ..read.pod_settings import IN_FILES
from ..refusals.same_data import Difference, Judge
from ..run import refused_late

__all__ = ["WantedPod", "check_same_data", "settled"]

_UNKNOWN = "(not known yet)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """Who says how data was read until now.

    Attributes:
        data: How it was read.
        kept: The claims it is about that this run goes on with.
        places: What was declared then.
        uid: Of the workload, or of the claims.
        lives: What a refusal begins with.
    """

    data: PodData
    kept: frozenset[str]
    places: frozenset[str]
    uid: str
    lives: str


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
        before: Who speaks against it, once it is planned.
    """

    name: str
    spec: Mapping[str, Any]
    templates: Sequence[str]
    declared: Declared
    rule: Format | None
    disposable: bool
    before: Sequence[_Before] = ()

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
    *,
    is_new: bool,
) -> WantedPod:
    """Refuses to read the data in another place, as another user, or with another version.

    Args:
        reader: Of the component; it gets notes of what may be about the data, or disposable.
        pod: The pods as they will be.
        live: The workload as it lives; None where there is none.
        idle: By name the claims that this run mounts and the live workload does not, each with
            the claim or template that the pods know it by.
        consents: What the owner agreed to.
        is_new: Whether it is known that there is no such workload.

    Returns:
        The pods, for `settled`.

    Raises:
        StatefastError: the data would be read in another way, without consent.
    """
    agreed: set[Difference] = set()
    before = [*([_of_workload(pod, live)] if live is not None else []), *_of_claims(pod, idle)]
    for said in before:
        judge = _judge(pod, said)
        for found in judge.differences(said.data, pod.data(said.places)):
            change = _change(reader, found, said.uid)
            if change.allowed(consents):
                agreed.add(found)
            elif found not in agreed:
                _object(reader, found, change, said.lives, pod)
    if is_new and not before:
        judge = Judge(main=pod.name, kept=pod.sources(), rule=pod.rule)
        for found in judge.outside(pod.data()):
            change = _change(reader, found, pod.name)
            if not pod.disposable and not change.allowed(consents):
                raise StatefastError(
                    reader.resource,
                    found.field,
                    found.new,
                    f"but {found.means}",
                    "write a folder on one of its volumes, or consent to this one by adding"
                    f" {change.consent!r} to consent",
                )
    return replace(pod, before=before)


def settled(reader: Reader, pod: WantedPod, consents: Sequence[str]) -> None:
    """Holds back what is not known yet, in the pod spec itself, until it can be compared.

    A value that turns out to be another one than the data is read with ends the run before the
    workload is registered; one that a preview does not know ends the preview.

    Args:
        reader: Of the component.
        pod: The pods as `check_same_data` left them; their spec is changed in place.
        consents: What the owner agreed to.
    """
    if pod.disposable:
        return
    containers = [*(pod.spec.get("initContainers") or ()), *(pod.spec.get("containers") or ())]
    for said in pod.before:
        new = pod.data(said.places)
        for container in containers:
            name = str(container["name"])
            before, after = said.data.get(name), new.get(name)
            if before is None or after is None:
                continue
            for item in [container, *(container.get("env") or ())]:
                key = "image" if item is container else "value"
                place = key if item is container else f"env.{item['name']}"
                at_stake = place == "image" or place in {*before.settings, *after.declared}
                if at_stake and isinstance(item.get(key), pulumi.Output):
                    look = _Later(reader, _judge(pod, said), name, place, said, after, consents)
                    item[key] = item[key].apply(look, run_with_unknowns=True)


@dataclass(frozen=True, slots=True)
class _Later:
    """The comparison of one value, once it is known."""

    reader: Reader
    judge: Judge
    container: str
    place: str
    said: _Before
    after: Reads
    consents: Sequence[str]

    def __call__(self, value: object) -> object:
        for found in self._found(value):
            change = _change(self.reader, found, self.said.uid)
            if found.sure and not change.allowed(self.consents):
                raise refused_late(_refusal(self.reader, found, change, self.said.lives))
        return value

    def _found(self, value: object) -> Iterator[Difference]:
        before = self.said.data[self.container]
        if not isinstance(value, str):
            was = before.settings.get(self.place, "(none)")
            yield Difference(
                field=self._field,
                old=str(before.image if self.place == "image" else was),
                new=_UNKNOWN,
                means="what it says of the data can be compared only once it is known",
            )
        elif self.place == "image":
            yield from self.judge.image(self.container, before, value)
        else:
            settings = {**self.after.settings, self.place: value}
            after = replace(self.after, settings=settings, values=settings)
            yield from self.judge.setting(self.container, self.place, before, after)

    @property
    def _field(self) -> str:
        main = self.container == self.judge.main
        return self.place if main else f"{self.container}.{self.place}"


def _judge(pod: WantedPod, said: _Before) -> Judge:
    return Judge(main=pod.name, kept=said.kept, rule=pod.rule)


def _declared(pod: WantedPod, data: PodData) -> frozenset[str]:
    return data[pod.name].declared if pod.name in data else frozenset()


def _of_workload(pod: WantedPod, live: LiveWorkload) -> _Before:
    """What lives, by its template; of config files, which are not in it, by its annotation."""
    said = read_record(live.data)
    places = _declared(pod, said)
    declared = replace(pod.declared, places=places, files={})
    old = dict(pod_data(live.pod, list(live.templates), declared, knows_files=False))
    if pod.name in said and pod.name in old:
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
    return _Before(
        data=old,
        kept=frozenset(pod.sources()),
        places=places,
        uid=live.uid,
        lives="but it has",
    )


def _of_claims(pod: WantedPod, idle: Mapping[str, tuple[str, LiveClaim]]) -> Iterator[_Before]:
    """What claims say that are not mounted now: those that say the same, together."""
    alike: dict[tuple[str, str], list[LiveClaim]] = {}
    for source, claim in idle.values():
        alike.setdefault((source, claim.data), []).append(claim)
    for (source, text), claims in alike.items():
        if data := read_record(text):
            names = ", ".join(claim.name for claim in claims)
            yield _Before(
                data=data,
                kept=frozenset({source}),
                places=_declared(pod, data),
                uid=" ".join(sorted(claim.uid for claim in claims)),
                lives=f"but claim {names} was left with",
            )


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
