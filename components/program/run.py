"""What the guard of one run of a program knows: which clusters there are, what it has seen."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from ..errors import StatefastError
from ..safety.plan.claims import ClaimPlan
from ..safety.preflight import PreflightArgs, Reader, reader, report
from ..safety.read.cluster import Cluster, cluster_of
from ..safety.read.known import Known
from ..safety.read.last_run import key_of
from ..safety.read.live import LiveClaim
from ..safety.read.memory import RECORD
from ..safety.read.record import registered
from .args import GuardArgs
from .made import Made, plain
from .names import Names

__all__ = ["GuardRun", "New"]

_HOLDS = ("Deployment", "PersistentVolumeClaim", "StatefulSet")


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A StatefulSet or a claim that is not there yet, and starts new and empty.

    Attributes:
        asks: Its reader.
        namespace, name: Of the object.
        templates: Names of its claim templates; empty for a claim.
    """

    asks: Reader
    namespace: str
    name: str
    templates: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Provider:
    """What a provider of the program says of its cluster.

    Attributes:
        namespace: Where what says none goes; empty where that is not known.
        applies: Whether it edits by server-side apply.
    """

    cluster: Cluster | None
    namespace: str
    applies: bool = True


def _applies(said: object) -> bool:
    """Whether a provider edits by server-side apply, of what its config says."""
    if said is None:
        said = os.environ.get("PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY")
    return str(said).lower() not in ("false", "0", "f")


@dataclass(slots=True, kw_only=True)
class GuardRun:
    """The guard of one run.

    Attributes:
        component: The parent of what it registers itself.
        preflight: How clusters are read.
        consents: What the owner agreed to.
        retention: What becomes of claims and namespaces that leave: `retain` or `delete`.
        only: What is guarded; all where it is empty.
        excepted: What is not guarded.
        leaving: Whether the next run is without it.
        seen: Type and `<namespace>/<name>` of what the program registered, and where.
        new: The sets and claims that start empty.
        records: What the next run is to know of each workload and claim.
        volumes: By `<namespace>/<name>` of a claim, the volume it is on.
        releases: Name and namespace of each release of Helm that the program registers.
        refusals: What the preview refuses at its end, all of it together.
    """

    component: pulumi.ComponentResource
    preflight: PreflightArgs
    consents: Sequence[str]
    retention: str
    only: Names
    excepted: Names
    leaving: bool = False
    seen: set[tuple[str, str, Cluster | None]] = field(default_factory=set)
    new: list[New] = field(default_factory=list)
    records: list[Mapping[str, Any]] = field(default_factory=list)
    volumes: dict[str, str] = field(default_factory=dict)
    releases: set[tuple[str, str]] = field(default_factory=set)
    refusals: list[StatefastError] = field(default_factory=list)
    _providers: dict[str, _Provider] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    @classmethod
    def of(
        cls, component: pulumi.ComponentResource, args: GuardArgs, preflight: PreflightArgs
    ) -> "GuardRun":
        """The guard as its args say.

        Args:
            component: See there.
            args: As given, and checked.
            preflight: See there.
        """
        return cls(
            component=component,
            preflight=preflight,
            consents=list(args.get("consent") or ()),
            retention=args.get("retention") or "retain",
            only=Names(args.get("only") or ()),
            excepted=Names(args.get("except_") or ()),
            leaving=bool(args.get("leaving")),
        )

    def find_provider(self, name: str, urn: str) -> None:
        """Asks the engine about a provider that was registered before the guard.

        Args:
            name: Its logical name.
            urn: Its URN.
        """
        if name not in self._providers and (said := registered(urn)) is not None:
            self.note_provider(name, said)

    def note_provider(self, name: str, props: Mapping[str, object]) -> None:
        """Remembers which cluster a provider is of, as far as that is known."""
        opened = plain(props)
        said = {key: opened.get(key) for key in ("context", "kubeconfig", "namespace")}
        known = all(value is None or isinstance(value, str) for value in said.values())
        context, kubeconfig = str(said["context"] or ""), str(said["kubeconfig"] or "")
        cluster = None
        if known:
            cluster = cluster_of(context or self.preflight.get("context", ""), kubeconfig)
        namespace = "default" if said["namespace"] is None else said["namespace"]
        self._providers[name] = _Provider(
            cluster=cluster,
            namespace=namespace if isinstance(namespace, str) else "",
            applies=_applies(opened.get("enableServerSideApply")),
        )

    def _provider(self, name: str) -> _Provider:
        if not name:
            return self._default()
        # One that no transform saw may be of any cluster.
        return self._providers.get(name) or _Provider(cluster=None, namespace="")

    def _default(self) -> _Provider:
        """The provider that the engine makes of the stack's config."""
        config = pulumi.Config("kubernetes")
        context = self.preflight.get("context") or config.get("context") or ""
        return _Provider(
            cluster=cluster_of(context, config.get("kubeconfig") or ""),
            namespace=config.get("namespace") or "default",
            applies=_applies(config.get("enableServerSideApply")),
        )

    def home(self, provider: str) -> str:
        """The namespace of what says none."""
        return self._provider(provider).namespace

    def applies(self, provider: str) -> bool:
        """Whether a provider edits by server-side apply, as claims are grown."""
        return self._provider(provider).applies

    def asks(self, made: Made) -> Reader:
        """The reader of one object, in its own cluster.

        Raises:
            StatefastError: the preflight is no such thing; or its cluster is not known, and the
                mode is strict.
        """
        found = self._provider(made.provider)
        given: PreflightArgs = {**self.preflight, "own_namespaces": [made.namespace]}
        asks = reader(made.resource, given, found.cluster)
        if found.cluster is None:
            asks.cluster = asks.named = None
            asks.cannot(
                f"the kubeconfig of provider {made.provider} is not known",
                f"what an edit of {made.resource} would do to its data",
            )
        return asks

    def cluster(self, provider: str) -> Cluster | None:
        """The cluster of a provider; None where it is not known, or not to be read.

        Args:
            provider: Its logical name; empty for the default one.
        """
        return None if self.preflight.get("mode") == "off" else self._provider(provider).cluster

    def readable(self, made: Made) -> Cluster | None:
        """The cluster of an object; None where it is not known, or not to be read."""
        return self.cluster(made.provider)

    def clusters(self) -> list[Cluster]:
        """The clusters of the program, as far as they are known."""
        found = [it.cluster for it in self._providers.values()] or [self._default().cluster]
        return list(dict.fromkeys(it for it in found if it is not None))

    def remember(
        self, asks: Reader, before: Known, namespace: str, plans: Mapping[str, ClaimPlan]
    ) -> None:
        """Keeps on record where claims are, for the next run.

        Args:
            asks: The reader of their workload, or of the claim.
            before: What was known of it.
            namespace: Of the claims.
            plans: What becomes of each claim.
        """
        uids = {name: plan.uid for name, plan in plans.items() if plan.uid}
        self.records.append(before.outputs(namespace, uids)[RECORD])
        cluster = asks.readable("claims", namespace)
        found = cluster.list("claims", namespace) if cluster is not None else {}
        for name in plans:
            key = key_of(namespace, name)
            last = before.memory.last.volumes.get(key, frozenset())
            volume = LiveClaim.of(found[name]).volume if name in found else ""
            if volume or len(last) == 1:
                self.volumes[key] = volume or next(iter(last))

    @property
    def keeps(self) -> bool:
        """Whether claims and namespaces stay when they leave the program."""
        return self.retention == "retain"

    def is_left_out(self, made: Made) -> bool:
        """Whether its owner said that it is not guarded."""
        metadata = made.content.get("metadata")
        metadata = metadata if isinstance(metadata, Mapping) else {}
        of_it = (made.kind, made.namespace, made.name, made.logical, metadata)
        if self.excepted.has(*of_it):
            self.say(f"{made.resource} is not guarded: except_ names it")
            return True
        # What holds data is named; what is around it is guarded for its sake.
        if self.only and made.kind in _HOLDS and not self.only.has(*of_it):
            self.say(f"{made.resource} is not guarded: only does not name it")
            return True
        return False

    def say(self, *notes: str) -> None:
        """Shows notes at the stack, each once."""
        new = [note for note in notes if note not in self._told]
        self._told |= set(new)
        report(new)
