"""Whether what comes could be what goes, under another name.

A preview shows a rename as one object deleted and another one created. Only what is known to
be of another application is no rename: by the images of its pods, or by its labels where none of
the workloads here mount it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from .edits import Action, Edit
from .mounts import POD_SPECS, mounts_of
from .state import State
from .templates import templates
from .values import Hidden, look

__all__ = ["Likeness"]

_LABELS = ("app.kubernetes.io/name", "app.kubernetes.io/instance", "app")
_CLAIM = "PersistentVolumeClaim"
_ORDINAL = re.compile(r"^(.+)-\d+$")


@dataclass(frozen=True, slots=True)
class _Identity:
    """What tells an application from others; empty where nothing does.

    Attributes:
        images: Of the main container of its workloads, without registry and tag.
        words: The first word of each label: `mysql2` and `mysql-eu` are both `mysql`.
    """

    images: frozenset[str]
    words: frozenset[str]


class _Coming:
    """What a preview creates, to be found by what it has in common with what goes."""

    def __init__(self) -> None:
        self._by_image: dict[str, Edit] = {}
        self._by_word: dict[str, Edit] = {}
        # The first that lacks one kind of evidence, both, or none in particular.
        self._without: dict[tuple[bool, bool], Edit] = {}

    def add(self, edit: Edit, its: _Identity, *, has_data: bool = True) -> None:
        for image in its.images:
            self._by_image.setdefault(image, edit)
        if not has_data and its.images:
            # By its labels alone it is a helper of the application, not the application.
            return
        for word in its.words:
            self._by_word.setdefault(word, edit)
        for images in {False, not its.images}:
            for words in {False, not its.words}:
                self._without.setdefault((images, words), edit)

    def like(self, its: _Identity) -> Edit | None:
        """The first that is not known to be of another application."""
        return (
            _first(self._by_image, its.images)
            or _first(self._by_word, its.words)
            # Nothing to compare: it may be.
            or self._without.get((bool(its.images), bool(its.words)))
        )


def _first(index: Mapping[str, Edit], keys: Iterable[str]) -> Edit | None:
    return next((index[key] for key in sorted(keys) if key in index), None)


class Likeness:
    """The applications of one preview, those that go and those that come."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._edits = [edit for edit in edits if not edit.kind.is_patch or edit.kind.name == _CLAIM]

    def renamed_to(self, edit: Edit) -> Edit | None:
        """What comes and could be what goes; for a claim or a workload that leaves the stack."""
        if edit.kind.name == _CLAIM:
            users = self._users(edit, before=True)
            if users and all(its.action is not Action.DELETE for its in users):
                # Its workloads stay, and are judged by themselves.
                return None
            return self._coming.like(_identity(edit.old, users, before=True))
        return self._coming.like(_identity(edit.old, [edit], before=True))

    @cached_property
    def _coming(self) -> _Coming:
        found = _Coming()
        for edit in self._edits:
            if edit.action is not Action.CREATE:
                continue
            if edit.kind.name == _CLAIM:
                users = self._users(edit, before=False)
                found.add(edit, _identity(edit.new, users, before=False))
            elif edit.kind.name in POD_SPECS:
                has_data = bool(mounts_of(edit.kind.name, edit.new.inputs))
                found.add(edit, _identity(edit.new, [edit], before=False), has_data=has_data)
        return found

    def _users(self, claim: Edit, *, before: bool) -> list[Edit]:
        if before:
            place, name = claim.old_namespace, claim.old_name
        else:
            place, name = claim.new_namespace, claim.new_name
        index = self._users_before if before else self._users_after
        of_set = _ORDINAL.sub(r"\1-*", name)
        return [*index.get((place, name), ()), *index.get((place, of_set), ())]

    @cached_property
    def _users_before(self) -> Mapping[tuple[str, str], list[Edit]]:
        return self._index(before=True)

    @cached_property
    def _users_after(self) -> Mapping[tuple[str, str], list[Edit]]:
        return self._index(before=False)

    def _index(self, *, before: bool) -> Mapping[tuple[str, str], list[Edit]]:
        """Workloads by namespace and claim; those of a set are `<template>-<set>-*`."""
        found: dict[tuple[str, str], list[Edit]] = {}
        for edit in self._edits:
            if edit.kind.name not in POD_SPECS:
                continue
            state = edit.old if before else edit.new
            place = edit.old_namespace if before else edit.new_namespace
            name = edit.old_name if before else edit.new_name
            claims = set(mounts_of(edit.kind.name, state.inputs).claims)
            made = templates(state.inputs) if edit.kind.name == "StatefulSet" else {}
            if not isinstance(made, Hidden):
                claims |= {f"{template}-{name}-*" for template in made}
            for claim in claims:
                found.setdefault((place, claim), []).append(edit)
        return found


def _identity(state: State, users: Iterable[Edit], *, before: bool) -> _Identity:
    images = {_image(its, before=before) for its in users} - {None}
    labels = [look(state.inputs, "metadata", "labels", key) for key in _LABELS]
    words = {re.split(r"[^a-z]", its.casefold())[0] for its in labels if isinstance(its, str)}
    return _Identity(frozenset(str(its) for its in images), frozenset(words) - {""})


def _image(workload: Edit, *, before: bool) -> str | None:
    """The image of the main container without registry, tag and digest, like `mysql`."""
    state = workload.old if before else workload.new
    spec = look(state.inputs, *POD_SPECS[workload.kind.name])
    image = look(spec, "containers", 0, "image")
    if not isinstance(image, str) or not image:
        return None
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]
