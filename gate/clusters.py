"""Which cluster an object is in: that of its provider, as far as a preview tells."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .edits import Action, Edit
from .grouping import PROVIDER
from .sides import Sides
from .values import conceals, look

__all__ = ["DECIDING", "Clusters", "stays"]

# What says which cluster a provider writes to.
_PLACE = ("kubeconfig", "context", "cluster")
# What else does: whether to a cluster at all, and to which namespace where an object names none.
_ELSE = ("namespace", "renderYamlToDirectory")
DECIDING = (*_PLACE, *_ELSE)
# The engine's own provider of a version, e.g. `default_4_18_2`. It shows no provider whose name
# starts with `default`, whoever made it.
_OWN = re.compile(r".*::default(_\d.*)?", re.DOTALL)


def stays(field: Callable[[str], Sides]) -> bool:
    """Whether a provider is known to write where it did, or another one did, and is no new one.

    Of two kubeconfigs the provider itself compares the clusters, and has its objects replaced if
    they differ. It does not where one of them is the machine's own, or where a `clusterIdentifier`
    speaks for them (DiffConfig in its provider.go).
    """
    space, rendered = (field(name) for name in _ELSE)
    # Another namespace that is known is shown in each object.
    unread = space.left_out or (not space.same and conceals([space.old, space.new]))
    if unread or not rendered.same:
        return False
    places = [field(name) for name in _PLACE]
    if all(its.same for its in places):
        return True
    config, identifier = places[0], field("clusterIdentifier")
    return (
        config.old is not None
        and config.new is not None
        and identifier.old is None
        and identifier.new is None
        and not any(conceals([its.old, its.new], secrets=False) for its in places)
    )


@dataclass(frozen=True)
class Clusters:
    """The providers of one preview.

    Attributes:
        edits: All edits; those of providers among them.
        config: Stack config, from which the engine's own providers get theirs.
    """

    edits: Iterable[Edit]
    config: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _providers(self) -> Mapping[str, Edit]:
        return {edit.urn.text: edit for edit in self.edits if edit.kind == PROVIDER}

    @cached_property
    def replaced(self) -> frozenset[str]:
        """URNs of providers that are themselves replaced."""
        return frozenset(
            urn for urn, edit in self._providers.items() if edit.action is Action.REPLACE
        )

    @cached_property
    def _renamed(self) -> Mapping[str, str]:
        """Where the objects of a provider go on under another one of the same cluster."""
        found: dict[str, str] = {}
        for edit in self.edits:
            before, after = edit.old.provider, edit.new.provider
            if before and after and before != after and self.moves(edit) is False:
                found[before] = after
        return found

    def of(self, provider: str) -> str:
        """One text for one cluster, whatever its providers are called."""
        seen = {provider}
        while (after := self._renamed.get(provider)) and after not in seen:
            seen.add(after)
            provider = after
        return "" if _OWN.fullmatch(provider) else provider

    def moves(self, edit: Edit) -> bool | None:
        """Whether an object would go on in another cluster; None where nobody can tell."""
        before, after = edit.old.provider, edit.new.provider
        if "provider" in edit.word.reasons:
            return True
        if before in self.replaced:
            return edit.action is Action.REPLACE or self._stays(before)
        if before == after:
            return False
        # The engine names the provider of every object.
        return self._moves(before, after) if before and after else None

    def _stays(self, replaced: str) -> bool | None:
        """Whether objects move that a replaced provider keeps, as under one clusterIdentifier."""
        its = self._providers[replaced]
        return False if its.told and stays(its.sides) else None

    def _moves(self, before: str, after: str) -> bool | None:
        if _OWN.fullmatch(before) and _OWN.fullmatch(after):
            return False
        old, new = self._inputs(before, old=True), self._inputs(after, old=False)
        if old is None or new is None:
            return None
        return False if stays(lambda name: Sides(look(old, name), look(new, name))) else None

    def _inputs(self, urn: str, *, old: bool) -> Mapping[str, object] | None:
        """What a provider is made with; None where the preview does not show it."""
        if _OWN.fullmatch(urn):
            names = (*_PLACE, *_ELSE, "clusterIdentifier")
            return {key: self.config.get(f"kubernetes:{key}") for key in names}
        edit = self._providers.get(urn)
        if edit is None or not edit.told:
            return None
        return edit.old.inputs if old else edit.new.inputs
