"""What has to hold after each step: every volume that held data is there, and mounted, named or
given up.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .history import Act, Finding, Marker
from .said import Consent
from .seen import Mount, Place, Pod, Seen, reads

__all__ = ["Ledger", "has_traceback"]


@dataclass(slots=True)
class Ledger:
    """All volumes that ever held data.

    Attributes:
        logical: From the name of a workload in the cluster to what its owner thinks of it as.
        owner: From a workload, as its owner thinks of it, to its stack.
        passwords: By name of a workload, what its data was made with.
    """

    logical: Mapping[str, str]
    owner: Callable[[str], str] = lambda workload: ""
    markers: list[Marker] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)

    def consent(self, text: str) -> None:
        """The owner writes a consent into the config."""
        given = Consent.read(text)
        if given is None:
            return
        if given.kind == "Secret" and given.field != "owner":
            # What was made with the former password may stay closed.
            self.passwords.pop(given.resource.removesuffix("-generated"), None)
        workload = self.logical.get(given.resource, given.resource)
        for marker in self.markers:
            names = [name for name, it in self.logical.items() if it == marker.workload]
            fits = any(
                given.leaves(
                    workload=name,
                    namespace=marker.namespace,
                    volume=marker.volume,
                    claim=marker.claim,
                    role=marker.role,
                )
                for name in names or [marker.workload]
            )
            if fits:
                marker.left, marker.spent = text, False
            if any(given.moves(name) for name in names or [marker.workload]):
                marker.moved = text
            if given.shares(namespace=marker.namespace, claim=marker.claim):
                marker.told.add("foreign")
            if given.deletes and marker.workload == workload:
                marker.left = marker.gone = text
                marker.spent = False

    def strip(self, namespace: str, claim: str) -> None:
        """A hand takes the marks off a claim, which then is nobody's who does not mount it."""
        for marker in self.markers:
            if (marker.namespace, marker.claim) == (namespace, claim):
                marker.left = marker.left or "a hand took off whose it is"

    def untie(self, stack: str) -> None:
        """A stack that was destroyed gets another name, and nobody says that it is the same."""
        for marker in self.markers:
            if marker.stack == stack:
                marker.untied = True

    def part(self, namespace: str, workload: str) -> None:
        """A hand sets whenDeleted to Delete on the StatefulSet of a workload."""
        for marker in self.markers:
            if (marker.namespace, marker.workload) == (
                namespace,
                self.logical.get(workload, workload),
            ):
                marker.parted = True

    def observe(self, before: Seen, after: Seen, act: Act) -> list[Finding]:
        """What does not hold after an act."""
        found = [
            *self._vanished(before, after, act),
            *self._unbound(before, after, act),
            *_of_runs(before, after, act),
        ]
        # What is mounted for the first time was not written with the former password.
        found += self._opened(after, act)
        found += self._mounted(after, act)
        return found

    def _opened(self, after: Seen, act: Act) -> Iterator[Finding]:
        """An application that was given another password cannot open its data."""
        for name, now in after.passwords.items():
            workload = self.logical.get(name, name)
            data = [
                it
                for it in self._alive()
                # One that is being deleted, however slowly, is not opened any more.
                if it.workload == workload and not it.left and not _doomed(after, it)
            ]
            was = self.passwords.get(name, now)
            if not data or was == now:
                self.passwords[name] = now
            elif act.spoke:
                self.passwords[name] = now
                if not self._excused(data[0], act, f"{name}-generated") and act.runs:
                    text = f"{name}-generated has another password, beside {data[0].text}"
                    yield Finding(kind="password", text=text)

    def _alive(self) -> Iterator[Marker]:
        return (marker for marker in self.markers if not marker.over)

    def _vanished(self, before: Seen, after: Seen, act: Act) -> Iterator[Finding]:
        for marker in self._alive():
            now = after.volumes.get(marker.volume)
            if now is not None and now.uid == marker.uid and not now.leaving:
                continue
            marker.over = True
            excused = marker.gone or not act.runs or _may_go(after, marker, act)
            excused = excused or _parted(before, marker, act)
            if not excused and not _doomed(before, marker):
                yield Finding(kind="lost", text=f"{marker.text} is gone")

    def _unbound(self, before: Seen, after: Seen, act: Act) -> Iterator[Finding]:
        """Claims that a run deleted, though their volumes are kept."""
        for marker in self._alive():
            key = (marker.namespace, marker.claim)
            was, now = before.claims.get(key), after.claims.get(key)
            if was is None or was.leaving or was.volume != marker.volume:
                continue
            if now is not None and now.uid == was.uid and not now.leaving:
                continue
            if _may_go(after, marker, act) or _parted(before, marker, act):
                marker.left = marker.gone = "the stack was destroyed"
            elif act.runs and not marker.gone and self._once(marker, "claim deleted"):
                yield Finding(
                    kind="claim deleted", text=f"a run deleted the claim of {marker.text}"
                )

    def _mounted(self, after: Seen, act: Act) -> Iterator[Finding]:
        """What each workload has its hands on, and whether it should be something else."""
        at: dict[str, list[tuple[Pod, Mount]]] = {}
        for pod in after.pods:
            for mount in pod.mounts:
                volume = after.volume_of(pod.namespace, mount.claim)
                if volume is not None and not volume.leaving:
                    at.setdefault(volume.name, []).append((pod, mount))
        for marker in list(self._alive()):
            for pod, mount in at.get(marker.volume, ()):
                yield from self._used(marker, pod, mount, act)
        running = {self._who(pod) for pod in after.pods}
        for marker in list(self._alive()):
            if marker.volume in at:
                continue
            if not marker.left:
                yield from self._idle(marker, running, at, act)
            elif act.said is not None and act.said.verb == "up" and act.stack == marker.stack:
                marker.spent = True
        self._mark(after, at)

    def _used(self, marker: Marker, pod: Pod, mount: Mount, act: Act) -> Iterator[Finding]:
        workload = self._who(pod)
        if workload == marker.workload:
            # Whoever came back to it gave nothing up; a consent that stands was not used yet.
            if marker.spent or marker.left not in act.consents:
                marker.left = ""
        elif not self._excused(marker, act, marker.volume, marker.claim) and self._once(
            marker, "foreign"
        ):
            yield Finding(
                kind="foreign", text=f"{marker.text} is mounted by {workload} ({pod.name})"
            )
        if marker.place == mount.place or workload != marker.workload:
            return
        if reads(marker.place, mount.place):
            marker.place = mount.place
            return
        named = marker.moved in act.consents or self._excused(
            marker, act, marker.volume, marker.claim, pod.workload
        )
        if named and not act.spoke:
            return
        was, marker.place, marker.moved = marker.place, mount.place, ""
        if not named:
            yield Finding(
                kind="place",
                text=f"data in {marker.text} was {_place(was)}, is read {_place(mount.place)}",
            )

    def _idle(
        self,
        marker: Marker,
        running: set[str],
        at: Mapping[str, Sequence[tuple[Pod, Mount]]],
        act: Act,
    ) -> Iterator[Finding]:
        """A volume that nobody mounts is all right where nothing runs in its stead."""
        instead = [
            (pod, mount)
            for mounts in at.values()
            for pod, mount in mounts
            if self._who(pod) == marker.workload
        ]
        same = [
            mount
            for pod, mount in instead
            if (pod.ordinal, mount.role) == (marker.ordinal, marker.role)
        ]
        own = {m.volume for m in self._alive() if m.workload == marker.workload}
        empty = same or (instead and not any(name in own for name in at if at[name]))
        # The name of a claim that is mounted says nothing of the volume it had before.
        reused = any(mount.claim == marker.claim for _, mount in instead)
        names = [marker.volume] if reused else [marker.volume, marker.claim]
        if empty:
            if not self._excused(marker, act, *names) and self._once(marker, "empty"):
                other = (same or [mount for _, mount in instead])[0].claim
                yield Finding(
                    kind="empty",
                    text=f"{marker.workload} runs on claim {other}, beside {marker.text}, unnamed",
                )
        elif (
            act.said is not None
            and act.stack == marker.stack
            and marker.workload not in act.wanted
            and marker.workload not in running
            and not self._excused(marker, act, *names)
            and self._once(marker, "forgotten")
        ):
            yield Finding(
                kind="forgotten", text=f"{marker.text} of a removed workload is named nowhere"
            )

    def _excused(self, marker: Marker, act: Act, *names: str) -> bool:
        """Whether the last run named it, or had no occasion to."""
        if marker.left:
            return True
        if any(run.names(name) for run in act.runs for name in names):
            return True
        if act.said is None or act.stack != marker.stack:
            return True
        if not act.read:
            marker.left = "nothing was read (preflight off)"
            return True
        if marker.untied and act.namespace not in ("", marker.namespace):
            marker.left = "neither state nor name nor namespace says whose it is"
            return True
        return False

    def _once(self, marker: Marker, kind: str) -> bool:
        new = kind not in marker.told
        marker.told.add(kind)
        return new

    def _who(self, pod: Pod) -> str:
        return self.logical.get(pod.workload, pod.workload)

    def _mark(self, after: Seen, at: Mapping[str, Sequence[tuple[Pod, Mount]]]) -> None:
        known = {(marker.volume, marker.uid) for marker in self.markers}
        for name, mounts in at.items():
            volume = after.volumes[name]
            if (name, volume.uid) in known:
                continue
            pod, mount = mounts[0]
            workload = self._who(pod)
            self.markers.append(
                Marker(
                    volume=name,
                    uid=volume.uid,
                    namespace=pod.namespace,
                    claim=mount.claim,
                    workload=workload,
                    ordinal=pod.ordinal,
                    role=mount.role,
                    stack=self.owner(workload),
                    place=mount.place,
                    handle=volume.handle,
                )
            )


def _doomed(before: Seen, marker: Marker) -> bool:
    """Whether a hand had begun it: nothing takes a deletion back."""
    volume = before.volumes.get(marker.volume)
    if volume is None or volume.leaving:
        return True
    claim = before.claims.get((volume.namespace, volume.claim))
    ends = claim is None or claim.leaving or claim.uid != volume.claim_uid
    return ends and not volume.keeps


def _may_go(after: Seen, marker: Marker, act: Act) -> bool:
    """Whether the owner had said of the whole stack that its data goes when it is destroyed."""
    saved = marker.handle in after.saved
    return marker.stack in act.disposed or (marker.stack in act.exchanged and saved)


def _parted(before: Seen, marker: Marker, act: Act) -> bool:
    """Whether a hand had said that the claim goes with its StatefulSet, and no program ran that
    could have said something.
    """
    claim = before.claims.get((marker.namespace, marker.claim))
    return marker.parted and claim is not None and claim.of_set and not act.programs


def _place(place: Place) -> str:
    where = "outside of the volume" if place.folder is None else f"in '{place.folder or '/'}'"
    return f"{where} by {place.application} {place.major}"


def has_traceback(text: str) -> bool:
    """Whether a program ended in its own midst; not so an interpreter that a signal met at its
    start, before it read any file.
    """
    frames = re.findall(r'File "([^"]*)", line', text)
    return "Traceback (most recent call last)" in text and set(frames) != {"<string>"}


def _of_runs(before: Seen, after: Seen, act: Act) -> Iterator[Finding]:
    """What holds for runs themselves, whatever is in the cluster."""
    for run in act.runs:
        if has_traceback(run.text):
            yield Finding(kind="traceback", text=f"{run.verb}: {_tail(run.text)}")
        if run.late:
            yield Finding(kind="late", text=f"{run.verb} did not end: {_tail(run.text)}")
    tries = [run for run in act.runs if run.code is not None and not run.late]
    if len(tries) < 2 or (tries[0].verb, tries[1].verb) != ("preview", "up"):
        return
    preview, up = tries[0], tries[1]
    if preview.refusals and preview.code != 0:
        written = {
            name: (before.objects.get(name), after.objects.get(name))
            for name in {*before.objects, *after.objects}
            if before.objects.get(name) != after.objects.get(name)
        }
        # What is only known when the engine answers is refused at the end.
        if written and before.settled and not _at_the_end(up.refusals):
            names = ", ".join(sorted(written))
            yield Finding(kind="half done", text=f"a refused up wrote {names}: {up.refusals[:1]}")
    # Where nothing is read, what is there already is met at `up`.
    if preview.code == 0 and up.code != 0 and act.read:
        yield Finding(kind="green preview", text=f"and up failed: {' | '.join(up.errors)[:900]}")


def _at_the_end(refusals: Iterable[str]) -> bool:
    return any("--refresh" in said for said in refusals)


def _tail(text: str) -> str:
    return text.strip()[-1500:]
