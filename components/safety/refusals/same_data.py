"""An edit that leaves every claim where it is, and has the application look somewhere else.

A volume on another path, a data folder that moves, an image that cannot read what is there, a user
to whom the files do not belong: the workload starts, and starts empty, or writes what dies with
the pod. Kubernetes has no opinion on any of it.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ..read.images import Format, Image, unreadable
from ..read.pod_data import Mounted, PodData, Reads, inside
from ..read.pod_settings import IN_FILES, WORKING_DIR, paths_in

__all__ = ["Difference", "Judge"]

NOTHING = "(none)"
_LONGEST = 80
_EMPTY = "the data stays where it is, and the application could start empty beside it"
_GONE = "no volume is there, and what is written there goes with the pod"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference between how data was read and how it would be.

    Attributes:
        field: In the words of the args; of a container beside the main one with its name before.
        old, new: As a person would write them.
        means: What it would do, to follow a colon.
        sure: Whether that is known to be about the data; else it may be about anything in it.
    """

    field: str
    old: str
    new: str
    means: str
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Compares how a workload reads its claims with how it did.

    Attributes:
        main: Name of the main container.
        kept: The claims that it goes on with; the others are another question.
        rule: Which versions of the main image read the data; None where nothing is declared.
    """

    main: str
    kept: Collection[str]
    rule: Format | None

    def differences(self, old: PodData, new: PodData) -> Iterator[Difference]:
        """Everything that makes a difference to the data."""
        users: set[tuple[str, str]] = set()
        # The main container first: what all of them have is said of that one.
        for name, before in sorted(old.items(), key=lambda item: item[0] != self.main):
            after = new.get(name)
            if after is None:
                yield from self._moved(name, before, new, old)
                continue
            yield from self._mounts(name, before, after)
            yield from self._covers(name, before, after)
            for place in sorted({*before.settings, *after.settings}):
                yield from self.setting(name, place, before, after)
            yield from self.image(name, before, after.image)
            for found in self._users(name, before, after):
                if (found.old, found.new) not in users:
                    users.add((found.old, found.new))
                    yield found

    def outside(self, new: PodData) -> Iterator[Difference]:
        """What a workload that is not there yet would write to where no volume is."""
        reads = new.get(self.main)
        for place in sorted(reads.declared if reads is not None else ()):
            value = reads.settings.get(place) if reads is not None else None
            if place == WORKING_DIR or not isinstance(value, str) or not value.startswith("/"):
                continue
            if reads is not None and _means(reads, value) == _GONE:
                shown = NOTHING, _shown(reads, place, whole=True)
                yield self._difference(self.main, place, shown, _GONE, sure=True)

    def setting(self, name: str, place: str, before: Reads, after: Reads) -> Iterator[Difference]:
        """What one setting says of the data; nothing while that is not known."""
        if place.startswith(IN_FILES) and not (before.knows_files and after.knows_files):
            return
        old, new = before.settings.get(place), after.settings.get(place)
        if not isinstance(old, str | None) or not isinstance(new, str | None):
            return
        declared = place in before.declared or place in after.declared
        if old is None and declared and place not in before.declared:
            # Nobody asked for it when the record was written.
            return
        whole = declared and place in before.declared
        shown = _shown(before, place, whole=whole), _shown(after, place, whole=whole)
        if whole:
            # The same text leads elsewhere only where a mount moved, and that is said of the mount.
            same = old == new or _where(before, old) == _where(after, new)
            if not same and not self._parted(before, old):
                yield self._difference(name, place, shown, _means(after, new), sure=True)
            return
        was, now = _places(before, old or ""), _places(after, new or "")
        written = paths_in(str(after.values.get(place, new or "")))
        lost = [
            at
            for path, at in was.items()
            if path not in written and at not in now.values() and at.partition(":")[0] in self.kept
        ]
        if lost:
            means = f"{_EMPTY}, if it is in {', '.join(lost)}"
            sure = declared or after.declared <= {WORKING_DIR}
            yield self._difference(name, place, shown, means, sure=sure)
        elif old is None and now and new is not None:
            means = f"{_EMPTY}, if it was in another place than {', '.join(now.values())} until now"
            yield self._difference(name, place, shown, means, sure=False)

    def image(self, name: str, before: Reads, new: object) -> Iterator[Difference]:
        """What another image does; nothing while it is not known."""
        old = before.image
        if not isinstance(old, str) or not isinstance(new, str) or not old:
            return
        why = unreadable(Image.of(old), Image.of(new), self.rule if name == self.main else None)
        if why:
            yield self._difference(name, "image", (old, new), why, sure=True)

    def _mounts(self, name: str, before: Reads, after: Reads) -> Iterator[Difference]:
        for path, was in before.mounts.items():
            now = after.mounts.get(path)
            if was.source not in self.kept or (now is not None and _same(was, now)):
                continue
            yield self._mount(name, path, was, after)

    def _mount(self, name: str, path: str, was: Mounted, after: Reads) -> Difference:
        now = after.mounts.get(path)
        others = [it for it in after.mounts.items() if it[1].source == was.source]
        if now is not None and now.source == was.source:
            new = _mounted(path, now)
        elif others:
            new = _mounted(*others[0])
        else:
            new = "nowhere" if now is None else f"{now.source} instead"
        shown = _mounted(path, was), new
        place = f"mounts.{was.volume}" if name != self.main else f"volumes.{was.volume}.mount_path"
        return self._difference(name, place, shown, _EMPTY, sure=True)

    def _covers(self, name: str, before: Reads, after: Reads) -> Iterator[Difference]:
        """What would be mounted over a part of a claim, and was not."""
        more = {*after.covers, *after.mounts} - {*before.covers, *before.mounts}
        for path in sorted(more):
            hidden = [
                top
                for top, was in before.mounts.items()
                if was.source in self.kept
                and top != path
                and inside(path, top)
                # One that moved is another difference.
                and top in after.mounts
                and _same(was, after.mounts[top])
            ]
            if hidden:
                shown = before.place_of(path), "hidden"
                means = "what is mounted there hides that folder of the volume"
                yield self._difference(name, f"mount {path}", shown, means, sure=True)

    def _moved(self, name: str, before: Reads, new: PodData, old: PodData) -> Iterator[Difference]:
        """A container that is not there any more, and may have another name now."""
        heirs = [reads for other, reads in new.items() if other not in old]
        for path, was in before.mounts.items():
            if was.source not in self.kept:
                continue
            if name == self.main:
                yield self._mount(name, path, was, next(iter(heirs), _nothing(before)))
            elif heirs and not any(
                it is not None and _same(was, it)
                for it in (heir.mounts.get(path) for heir in heirs)
            ):
                yield self._mount(name, path, was, heirs[0])

    def _users(self, name: str, before: Reads, after: Reads) -> Iterator[Difference]:
        if not any(was.source in self.kept for was in before.mounts.values()):
            return
        shown = _user(before), _user(after)
        if shown[0] != shown[1]:
            means = "the files belong to the one, and the other may not be let in, or not start"
            yield self._difference(name, "run_as_user", shown, means, sure=True)

    def _difference(
        self, name: str, place: str, shown: tuple[str, str], means: str, *, sure: bool
    ) -> Difference:
        field = place if name == self.main else f"{name}.{place}"
        return Difference(field=field, old=shown[0], new=shown[1], means=means, sure=sure)

    def _parted(self, before: Reads, old: str | None) -> bool:
        """Whether what a setting says is on a claim that is parted with."""
        at = _places(before, old or "").values()
        return bool(at) and not any(place.partition(":")[0] in self.kept for place in at)


def _shown(reads: Reads, place: str, *, whole: bool) -> str:
    """What is written at a place; of what is not declared the paths alone, for the rest may be
    anything, a password as well.
    """
    value = reads.values.get(place, reads.settings.get(place))
    if value is None:
        return NOTHING
    if not isinstance(value, str):
        return "(not known yet)"
    if not whole and not value.startswith("(from "):
        value = " ".join(paths_in(value)) or "no path"
    text = " ".join(value.split())
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… {mark}"


def _same(one: Mounted, other: Mounted) -> bool:
    return (one.source, one.sub_path) == (other.source, other.sub_path)


def _mounted(path: str, mounted: Mounted) -> str:
    return f"{path} (sub_path {mounted.sub_path})" if mounted.sub_path else path


def _where(reads: Reads, value: str | None) -> str | None:
    """A value with each path said as the place on its claim."""
    if value is None:
        return None
    where = value
    for path in sorted(paths_in(value), key=len, reverse=True):
        where = where.replace(path, reads.place_of(path))
    # A path is the same with a slash at its end.
    return " ".join(word.rstrip("/") for word in where.split())


def _places(reads: Reads, value: str) -> dict[str, str]:
    """The paths in a value that lie on claims, each with its place there."""
    found = ((path, reads.place_of(path)) for path in paths_in(value))
    return {path: place for path, place in found if place != path}


def _means(after: Reads, new: str | None) -> str:
    paths = paths_in(new or "")
    if new is not None and new.startswith("/") and paths and not _places(after, new):
        return _GONE
    return _EMPTY


def _user(reads: Reads) -> str:
    if reads.user == reads.group == reads.fs_group:
        return reads.user or "(the image's)"
    said: Mapping[str, str] = {"group": reads.group, "fsGroup": reads.fs_group}
    more = "".join(f", {key} {value}" for key, value in said.items() if value != reads.user)
    return f"{reads.user or '(the image' + chr(39) + 's)'}{more}"


def _nothing(before: Reads) -> Reads:
    return Reads(
        mounts={},
        covers=frozenset(),
        settings={},
        declared=frozenset(),
        image=before.image,
        user="",
        group="",
        fs_group="",
        knows_files=True,
    )
