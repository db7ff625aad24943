"""Preflight: whether and how the live cluster is read before anything is registered."""

import contextlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict, TypeVar

import pulumi

from ..errors import StatefastError
from ..marks import Word, framed
from ..schema.nearest import nearest
from ..schema.read import check_args
from ..schema.shape import Between, OneOf, limit
from .read.cluster import Cluster, Object, Unreadable, cluster_of
from .run import OwnClassArgs, this_run

__all__ = [
    "GROWTH_SECONDS",
    "LONGEST_GROWTH_SECONDS",
    "MODES",
    "OwnClassArgs",
    "PreflightArgs",
    "Reader",
    "Warns",
    "owner_of_run",
    "reader",
    "report",
    "stack_of_run",
]

T = TypeVar("T")

MODES = ("warn", "strict", "off")

# Who may list them may read what is in all of them; who gets one needs no more than that.
_ONE_BY_ONE = ("secrets",)

GROWTH_SECONDS = 600
LONGEST_GROWTH_SECONDS = 86_400


class PreflightArgs(TypedDict):
    """How the cluster is read at preview and `up`. It is never written. Editing it changes
    nothing in the cluster.
    """

    mode: NotRequired[str]
    """`warn` (default): what cannot be read is named in a warning and goes unchecked. `strict`:
    it is refused. `off`: nothing is read but what cannot be left unasked, by its name: which
    cluster this is (namespace kube-system), and whether a claim of the last run is there."""
    context: NotRequired[str]
    """Context of the kubeconfig; it has to be the cluster of the provider. Default: the current
    one."""
    own_classes: NotRequired[Mapping[str, OwnClassArgs]]
    """Storage classes of the same program that are made after this component. Default none."""
    own_attributes: NotRequired[Sequence[str]]
    """Names in the cluster of VolumeAttributesClasses of the same program that are made after this
    component. Default none."""
    own_namespaces: NotRequired[Sequence[str]]
    """Namespaces of the same program that are not made by a WorkloadNamespace before this
    component. Default none."""
    growth_seconds: NotRequired[int]
    """Seconds that `up` waits for each volume to have the size its claim asks for, 0 to 86400.
    Default 600; 0 waits for none. After that it fails, the claim goes on asking, and the next
    `up` goes on waiting."""


limit(PreflightArgs, mode=OneOf(MODES), growth_seconds=Between(0, LONGEST_GROWTH_SECONDS))


class Warns(str):
    """A note that data may be at risk, which the gate does not let pass.

    What its owner may want all the same is a plain note once there is consent.
    """

    __slots__ = ()


class Reader:
    """Reads for one component, and collects what its owner should know.

    Attributes:
        notes: Sentences for the preview: what could not be checked, what is out of the ordinary.
        cluster: The cluster to read; None where nothing is to be read.
        named: The cluster for what is asked for by name and cannot be left unasked, with mode
            `off` too; None where nobody said which one it is.
        growth_seconds: As in PreflightArgs.
    """

    def __init__(
        self,
        resource: str,
        cluster: Cluster | None,
        given: PreflightArgs,
        named: Cluster | None = None,
    ) -> None:
        self.resource = resource
        self.notes: list[str] = []
        self._given = given
        self.cluster = cluster
        self.named = named or cluster
        self.growth_seconds = given.get("growth_seconds", GROWTH_SECONDS)
        self._strict = given.get("mode") == "strict"
        self._assumed: dict[str, OwnClassArgs] = {}

    def read(self, kind: str, namespace: str, unchecked: str) -> Mapping[str, Object] | None:
        """The objects of a kind by name; None where they cannot be read.

        Args:
            kind: See `Cluster.list`.
            namespace: Only this one.
            unchecked: What stays unchecked without them, to follow "so it is not checked".

        Raises:
            StatefastError: they cannot be read, and the mode is strict.
        """
        return self._answer(lambda cluster: cluster.list(kind, namespace), unchecked)

    def list_metadata(
        self, kind: str, namespace: str, unchecked: str
    ) -> Mapping[str, Object] | None:
        """As `read`, but of each object its metadata alone.

        Args:
            kind: See `Cluster.list`.
            namespace: Only this one.
            unchecked: See `read`.

        Raises:
            StatefastError: see `read`.
        """
        return self._answer(lambda cluster: cluster.list_metadata(kind, namespace), unchecked)

    def metadata(
        self, kind: str, name: str, namespace: str, unchecked: str
    ) -> tuple[bool, Mapping[str, Any] | None]:
        """Whether it is known if there is such an object, and its metadata where there is.

        Args:
            kind: See `Cluster.list`.
            name: Of the object.
            namespace: Of the object; empty for one of the whole cluster.
            unchecked: See `read`.

        Raises:
            StatefastError: see `read`.
        """
        found = self._answer(lambda it: (it.metadata(kind, name, namespace),), unchecked)
        return (False, None) if found is None else (True, found[0])

    def metadata_of(
        self, kind: str, names: Collection[str], namespace: str, unchecked: str
    ) -> Mapping[str, Mapping[str, Any]] | None:
        """Metadata of those objects that are there, by name; None where it cannot be known.

        Args:
            kind: See `Cluster.list`.
            names: Of the objects; where the kind may not be listed, each is asked for.
            namespace: Of the objects; empty for those of the whole cluster.
            unchecked: See `read`.

        Raises:
            StatefastError: see `read`.
        """

        def ask(cluster: Cluster) -> Mapping[str, Mapping[str, Any]]:
            if kind not in _ONE_BY_ONE:
                with contextlib.suppress(Unreadable):
                    found = cluster.list_metadata(kind, namespace)
                    return {name: found[name]["metadata"] for name in names if name in found}
            each = {name: cluster.metadata(kind, name, namespace) for name in names}
            return {name: metadata for name, metadata in each.items() if metadata is not None}

        return self._answer(ask, unchecked)

    def object(self, kind: str, name: str, namespace: str, unchecked: str) -> Object | None:
        """One object with all that is in it; None where it is not there, or cannot be read.

        Args:
            kind: See `Cluster.list`.
            name: Of the object.
            namespace: Of the object; empty for one of the whole cluster.
            unchecked: See `read`.

        Raises:
            StatefastError: see `read`.
        """
        return self._answer(lambda it: it.object(kind, name, namespace), unchecked)

    def secret_keys(
        self, name: str, namespace: str, unchecked: str
    ) -> tuple[bool, frozenset[str] | None]:
        """Whether a Secret could be read, and the keys that have a value; None where it is not
        there.

        Args:
            name: Of the Secret.
            namespace: Of the Secret.
            unchecked: See `read`.

        Raises:
            StatefastError: see `read`.
        """
        found = self._answer(lambda it: (it.secret_keys(name, namespace),), unchecked)
        return (False, None) if found is None else (True, found[0])

    def minor_version(self, unchecked: str) -> int | None:
        """Minor version of the cluster's Kubernetes 1; None where it cannot be read.

        Args:
            unchecked: See `read`.

        Raises:
            StatefastError: see `read`.
        """
        return self._answer(Cluster.minor_version, unchecked)

    def _answer(self, question: Callable[[Cluster], T], unchecked: str) -> T | None:
        if self.cluster is None:
            return None
        try:
            return question(self.cluster)
        except Unreadable as error:
            self.cannot(str(error), unchecked)
            return None

    def cannot(self, trouble: str, unchecked: str) -> None:
        """Says what could not be read.

        Args:
            trouble: Why not.
            unchecked: See `read`.

        Raises:
            StatefastError: the mode is strict.
        """
        if self._strict:
            raise StatefastError(
                self.resource,
                "preflight.mode",
                "strict",
                f"but {trouble}",
                "give the right to read, or set the mode to 'warn'",
            )
        self.note(f"{trouble}, so it is not checked {unchecked}")

    def turn_on(self) -> None:
        """Reads the cluster from now on, where the mode says that nothing is to be read."""
        self.cluster = self.named

    def readable(self, kind: str, namespace: str) -> Cluster | None:
        """The cluster, where the objects of a kind can be read; else None."""
        if self.cluster is not None:
            with contextlib.suppress(Unreadable):
                self.cluster.list(kind, namespace)
                return self.cluster
        return None

    @property
    def own_classes(self) -> Mapping[str, OwnClassArgs]:
        """Classes that this program makes, which the cluster may not have yet."""
        given = self._given.get("own_classes") or {}
        return {**self._assumed, **this_run().classes, **given}

    def assume(self, classes: Iterable[str]) -> None:
        """Takes classes for there, able to grow, about which nothing is known.

        Args:
            classes: Their names; an empty one stands for a default class.
        """
        self._assumed |= {
            name: {"provisioner": "", "expandable": True, "default": not name} for name in classes
        }

    @property
    def own_attributes(self) -> Collection[str]:
        """Attributes classes that this program makes, which the cluster may not have yet."""
        return {*this_run().attributes, *(self._given.get("own_attributes") or ())}

    @property
    def own_namespaces(self) -> Collection[str]:
        """Namespaces that this program makes, which the cluster may not have yet."""
        return {*this_run().namespaces, *(self._given.get("own_namespaces") or ())}

    def note(self, text: str) -> None:
        """Adds a sentence for the owner, once: a plain one, or one that `Warns`."""
        if text not in self.notes:
            self.notes.append(text)


def reader(resource: str, given: PreflightArgs | None, cluster: Cluster | None = None) -> Reader:
    """The reader of one component; without args it reads nothing.

    Args:
        resource: Kind and name, for sentences.
        given: How it reads.
        cluster: The cluster; None for that of the context.

    Raises:
        StatefastError: an arg is unknown or wrong, or the kubeconfig has contexts, and not the one
            that is given.
    """
    if given is None:
        return Reader(resource, None, {})
    check_args(resource, given, PreflightArgs, "preflight.")
    context = given.get("context", "")
    cluster = cluster or cluster_of(context)
    if others := cluster.contexts_instead():
        # The provider would say so too, in its own words, and not before `up`.
        raise StatefastError(
            resource,
            "context",
            context,
            "but the kubeconfig has no such context",
            nearest(context, others),
        )
    return Reader(resource, None if given.get("mode") == "off" else cluster, given, cluster)


def stack_of_run() -> str:
    """Name under which this stack knows its objects: that of before `pulumi stack rename`, where
    config has it as `statefast:formerStack`.
    """
    return pulumi.Config("statefast").get("formerStack") or pulumi.get_stack()


def owner_of_run() -> str:
    """Project and stack: who looks after what this run makes."""
    return f"{pulumi.get_project()}/{stack_of_run()}"


def report(notes: Sequence[str], component: pulumi.Resource | None = None) -> None:
    """Shows the notes in the preview, at the component they are about, or at the stack."""
    for note in notes:
        word = Word.WARNS if isinstance(note, Warns) else Word.NOTES
        pulumi.log.warn(framed(word, this_run().words.text(note)), component)
