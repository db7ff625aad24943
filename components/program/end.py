"""The end of the program, when all is known that it registers, and nothing was deleted yet.

What a program does not register any more, the engine deletes once the program has ended well. So
what would go with its data is refused here, and a set that starts empty while another one leaves.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any

import pulumi
from pulumi.runtime.proto import resource_pb2

from ..errors import StatefastError
from ..safety.consent import DELETES_CLAIMS, Change
from ..safety.preflight import owner_of_run
from ..safety.read.cluster import Cluster, Object, Unreadable
from ..safety.read.last_run import VOLUMES, key_of
from ..safety.read.live import OWNER, RETENTION, LiveWorkload
from ..safety.read.memory import RECORDS, memory_of_run
from ..safety.refusals.other_cluster import uid_of_cluster
from ..safety.run import this_run
from ..safety.wait.at_end import say
from ..schema.annotations import STAYS
from .helm import refuse_uninstalls
from .operators import data_behind, is_operated
from .run import GuardRun, New

__all__ = ["GUARD", "refuse_at_end", "starts_instead"]

# Type of the component that stands for the guard in the state.
GUARD = "statefast:index:Guard"

_SET = "kubernetes:apps/v1:StatefulSet"
_CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
_NAMESPACE = "kubernetes:core/v1:Namespace"


def refuse_at_end(run: GuardRun) -> None:
    """Ends the run with what is refused, before the engine deletes what the program dropped.

    Raises:
        StatefastError: the SDK does not say when the program is over.
    """
    monitor: Any = pulumi.runtime.settings.get_monitor()
    go_on = getattr(monitor, "SignalAndWaitForShutdown", None)
    if go_on is None:
        raise StatefastError(
            "guard",
            "pulumi",
            version("pulumi"),
            "but with this version nobody can stop a run at the end of its program",
            "use one that has SignalAndWaitForShutdown",
        )
    this_run().guarded = True
    # It is called in a thread that knows no program.
    engine: Any = pulumi.runtime.settings.get_engine()
    memory = memory_of_run()
    owner = owner_of_run()
    urn = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{GUARD}::guard"

    def stop_or_go_on(*args: object, **more: object) -> object:
        end = _End(run, owner, memory.resources)
        found = [*run.refusals, *end.refusals()]
        for arg, names in (("except_", run.excepted), ("only", run.only)):
            for name in names.missed:
                say(engine, f"{arg} names {name!r}, and the program registers no such object")
        if found:
            raise pulumi.RunError("\n".join(dict.fromkeys(str(refusal) for refusal in found)))
        said = resource_pb2.RegisterResourceOutputsRequest(urn=urn)
        said.outputs.update({RECORDS: run.records, VOLUMES: run.volumes})
        monitor.RegisterResourceOutputs(said)
        return go_on(*args, **more)

    monitor.SignalAndWaitForShutdown = stop_or_go_on


def starts_instead(run: GuardRun, new: New) -> StatefastError | None:
    """Why something may not start empty, as far as the program has got; None where it may.

    Args:
        run: The guard.
        new: What starts.
    """
    end = _End(run, owner_of_run(), memory_of_run().resources)
    return next((refusal for which, refusal in end.instead() if which is new), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """A set or a claim that lives and leaves the program.

    Attributes:
        templates: Names of its claim templates; empty for a claim.
        cluster: None where it may be in any.
    """

    namespace: str
    name: str
    uid: str
    templates: frozenset[str]
    cluster: Cluster | None


class _End:
    """What the program dropped."""

    def __init__(
        self,
        run: GuardRun,
        owner: str,
        resources: Any,  # noqa: ANN401  see Memory.resources
    ) -> None:
        self._run = run
        self._owner = owner
        self._resources = resources or ()
        self._clusters = run.clusters()
        self._seen: dict[tuple[str, str], list[Cluster | None]] = {}
        for kind, key, cluster in run.seen:
            self._seen.setdefault((kind, key), []).append(cluster)

    def refusals(self) -> Iterator[StatefastError]:
        """What would lose data by going, or leave it behind."""
        for live, _ in self._leaving_sets():
            yield from self._with_its_claims(live)
        yield from (refusal for _, refusal in self.instead())
        yield from refuse_uninstalls(self._run)
        if not self._run.keeps:
            return
        for outputs in self._dropped(_CLAIM):
            yield from self._dropped_claim(outputs)
        for outputs in self._dropped(_NAMESPACE):
            yield from self._dropped_namespace(outputs)
        for type_, outputs, lost in self._operated:
            if (outputs["metadata"].get("annotations") or {}).get(STAYS) != self._owner:
                what = f"and its operator {', '.join(lost)}, with the data"
                kind = type_.rpartition(":")[2]
                yield from self._deleted(f"{kind} {_key(outputs)}", outputs, what, DELETES_CLAIMS)

    def instead(self) -> Iterator[tuple[New, StatefastError]]:
        """What starts empty beside something with data that is not registered."""
        left = [*map(_of_set, self._leaving_sets()), *self._left_claims(), *self._left_operated()]
        for new, old in _pairs(self._run.new, left):
            for refusal in self._instead(new, old):
                yield new, refusal

    def _dropped(self, type_: str) -> Iterator[Mapping[str, Any]]:
        """Objects of the state that the program does not register any more."""
        for kind, outputs in self._resources:
            metadata = outputs.get("metadata") or {}
            if (
                kind == type_
                and metadata.get("name")
                and (kind, _key(outputs)) not in self._seen
                and not self._is_left_out(kind, metadata)
            ):
                yield outputs

    def _is_left_out(self, type_: str, metadata: Mapping[str, Any]) -> bool:
        return self._run.excepted.has(
            type_.rpartition(":")[2],
            str(metadata.get("namespace") or ""),
            str(metadata["name"]),
            "",
            metadata,
        )

    def _leaving_sets(self) -> Iterator[tuple[LiveWorkload, Cluster]]:
        """Sets of this stack that live and that the program does not register any more."""
        dropped = {_key(outputs) for outputs in self._dropped(_SET)}
        for cluster in self._clusters:
            for key, item in (_listed(cluster, "stateful sets") or {}).items():
                live = LiveWorkload.of(item)
                ours = live.owner == self._owner or key in dropped
                there = any(_may_be_one(it, cluster) for it in self._seen.get((_SET, key), ()))
                if ours and live.templates and not there:
                    yield live, cluster

    def _with_its_claims(self, live: LiveWorkload) -> Iterator[StatefastError]:
        if not live.takes_claims or not self._run.keeps:
            return
        change = Change(
            resource=f"StatefulSet {live.name}",
            field="registration",
            old=f"{live.namespace}/{live.name}",
            new="none",
            uid=live.uid,
            taking=DELETES_CLAIMS,
        )
        if not change.allowed(self._run.consents):
            yield StatefastError(
                change.resource,
                change.field,
                "dropped",
                "but it has whenDeleted 'Delete', so its claims are deleted with it",
                "write it back with 'Retain' and run up, then take it out, or consent to this one"
                f" change by adding {change.consent!r} to consent",
            )

    def _left_claims(self) -> Iterator[_Left]:
        for outputs in self._dropped(_CLAIM):
            if self._lives(outputs, "claims"):
                metadata = outputs["metadata"]
                yield _Left(
                    namespace=str(metadata.get("namespace") or ""),
                    name=str(metadata["name"]),
                    uid=str(metadata.get("uid") or ""),
                    templates=frozenset(),
                    cluster=None,
                )

    def _left_operated(self) -> Iterator[_Left]:
        for type_, outputs, _ in self._operated:
            metadata = outputs["metadata"]
            yield _Left(
                namespace=str(metadata.get("namespace") or ""),
                name=str(metadata["name"]),
                uid=str(metadata.get("uid") or ""),
                templates=frozenset({type_}),
                cluster=None,
            )

    @cached_property
    def _operated(self) -> Sequence[tuple[str, Mapping[str, Any], Sequence[str]]]:
        """Custom resources that leave the program: type, outputs, and the data behind them."""
        found = []
        for type_ in sorted({type_ for type_, _ in self._resources if is_operated(type_)}):
            for outputs in self._dropped(type_):
                metadata = outputs["metadata"]
                place = str(metadata.get("namespace") or ""), str(metadata["name"])
                lost = ["whatever it made of it"] if not self._clusters else []
                for cluster in self._clusters:
                    try:
                        lost += data_behind(cluster, type_, *place)
                    except Unreadable:
                        lost.append("whatever it made of it")
                if lost:
                    found.append((type_, outputs, list(dict.fromkeys(lost))))
        return found

    def _instead(self, new: New, old: _Left) -> Iterator[StatefastError]:
        """What starts empty while something with data leaves: that may be a rename."""
        moved = old.name == new.name
        was = old.namespace if moved else old.name
        if not moved and old.namespace != new.namespace:
            was = f"{old.namespace}/{old.name}"
        change = Change(
            resource=new.asks.resource,
            field="metadata.namespace" if moved else "metadata.name",
            old=was,
            new=new.namespace if moved else new.name,
            uid=old.uid,
        )
        if not change.allowed(self._run.consents):
            yield StatefastError(
                change.resource,
                change.field,
                change.new,
                f"but it would start new and empty, while {change.resource.partition(' ')[0]}"
                f" {old.name} of namespace {old.namespace} leaves the program and its data stays"
                " behind",
                f"write {was!r} back; or, where the two are not the same, consent to this one"
                f" change by adding {change.consent!r} to consent",
            )

    def _dropped_claim(self, outputs: Mapping[str, Any]) -> Iterator[StatefastError]:
        if self._is_kept(outputs) or not self._lives(outputs, "claims"):
            return
        yield from self._deleted(
            f"PersistentVolumeClaim {_key(outputs)}", outputs, "with its data", "deleting its data"
        )

    def _dropped_namespace(self, outputs: Mapping[str, Any]) -> Iterator[StatefastError]:
        name = str(outputs["metadata"]["name"])
        if self._is_kept(outputs) or not self._lives(outputs, "namespaces"):
            return
        listed = [_listed(cluster, "claims", name) for cluster in self._clusters]
        claims = sorted({claim for found in listed for claim in found or ()})
        if claims or None in listed:
            what = (
                f"the claims in it, {', '.join(claims)}" if claims else "whatever claims are in it"
            )
            yield from self._deleted(f"Namespace {name}", outputs, f"with {what}", DELETES_CLAIMS)

    def _deleted(
        self, resource: str, outputs: Mapping[str, Any], what: str, taking: str
    ) -> Iterator[StatefastError]:
        change = Change(
            resource=resource,
            field="registration",
            old=_key(outputs),
            new="none",
            uid=str(outputs["metadata"].get("uid") or ""),
            taking=taking,
        )
        if not change.allowed(self._run.consents):
            yield StatefastError(
                resource,
                change.field,
                "dropped",
                f"but the engine would delete it {what}: no up with the guard has kept it yet",
                "write it back and run up once, after which it stays when it leaves the program; or"
                f" consent to this one change by adding {change.consent!r} to consent",
            )

    def _is_kept(self, outputs: Mapping[str, Any]) -> bool:
        """Whether an earlier run with the guard told the engine to keep it."""
        said = outputs["metadata"].get("annotations") or {}
        kept = said.get(RETENTION, "retain") == "retain"
        return bool(kept and said.get(OWNER) == self._owner)

    def _lives(self, outputs: Mapping[str, Any], kind: str) -> bool:
        """Whether it is there; where that is not known, it may be."""
        metadata = outputs["metadata"]
        namespace = str(metadata.get("namespace") or "")
        answers = []
        for cluster in self._clusters:
            with suppress(Unreadable):
                answers.append(cluster.metadata(kind, metadata["name"], namespace))
        return not answers or any(found is not None for found in answers)


def _of_set(found: tuple[LiveWorkload, Cluster]) -> _Left:
    live, cluster = found
    return _Left(
        namespace=live.namespace,
        name=live.name,
        uid=live.uid,
        templates=frozenset(live.templates),
        cluster=cluster,
    )


def _pairs(new: Sequence[New], left: Sequence[_Left]) -> Iterator[tuple[New, _Left]]:
    """What may be the same under another name: what kept its name is, and nothing else then."""
    moved = [(one, old) for one in new for old in left if one.name == old.name and _alike(one, old)]
    yield from moved
    for one in new:
        for old in left:
            single = not any(one is it[0] or old is it[1] for it in moved)
            if single and _alike(one, old):
                yield one, old


def _alike(new: New, old: _Left) -> bool:
    if not _may_be_one(old.cluster, new.asks.cluster):
        return False
    return bool(new.templates & old.templates) or not (new.templates or old.templates)


def _may_be_one(one: Cluster | None, other: Cluster | None) -> bool:
    """Whether two are one cluster, under whatever names; one that is not known may be any."""
    if one is None or other is None or one is other:
        return True
    with suppress(Unreadable):
        return uid_of_cluster(one) == uid_of_cluster(other)
    return True


def _listed(cluster: Cluster, kind: str, namespace: str = "") -> Mapping[str, Object] | None:
    with suppress(Unreadable):
        return cluster.list(kind, namespace)
    return None


def _key(outputs: Mapping[str, Any]) -> str:
    metadata = outputs["metadata"]
    return key_of(str(metadata.get("namespace") or ""), str(metadata["name"]))
