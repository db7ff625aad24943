"""Passwords that were made once: a volume was written with one, and no other opens it.

A Secret that is deleted, or a key that is taken out of it, is made again with the same value, where
the stack still has it in its state. Where it has not, a new password would lock an application
out of its own data, which is refused until its owner says so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...errors import StatefastError
from ..consent import Change
from ..preflight import Reader, owner_of_run
from ..read.cluster import Object
from ..read.last_run import LastRun, key_of
from ..read.live import LiveClaim

__all__ = ["PasswordPlan", "plan_passwords"]

_KINDS = {"stateful sets": "statefulset", "deployments": "deployment"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPlan:
    """The generated passwords of one workload, as this run finds them.

    Attributes:
        known: By key, what the stack had last, in base64.
        read: Whether the Secret was looked for.
        missing: Keys that the Secret is known not to have.
        gone: Whether the Secret is known not to be there.
        patched: Whether the engine takes the Secret for there, as its state says.
        attempt: Number of the patch that writes what is missing: one that the state has already
            would be taken for done.
    """

    known: Mapping[str, str] = field(default_factory=dict, repr=False)
    read: bool = False
    missing: frozenset[str] = frozenset()
    gone: bool = False
    patched: bool = False
    attempt: int = 1

    @property
    def again(self) -> frozenset[str]:
        """Keys that the engine would not write, since it takes them for there."""
        return self.missing if self.patched else frozenset()


def plan_passwords(
    reader: Reader,
    *,
    namespace: str,
    workload: str,
    secret: str,
    keys: Sequence[str],
    is_its_claim: Callable[[str], bool],
    last: LastRun,
    consents: Sequence[str],
    disposable: bool = False,
) -> PasswordPlan:
    """What becomes of the generated passwords of a workload.

    Args:
        reader: Of the component.
        namespace: Of the workload.
        workload: Its name.
        secret: Name of the Secret.
        keys: The variables.
        is_its_claim: Whether a claim of this name is the workload's.
        last: What the stack knew of this cluster.
        consents: What the owner agreed to.
        disposable: Whether the owner said that the data may go: then a lost one is a note.

    Raises:
        StatefastError: one is lost, with which the data was written.
    """
    key = key_of(namespace, secret)
    plan = PasswordPlan(
        known=last.secrets.get(key, {}),
        patched=key in last.patched,
        attempt=last.again.get(key, 0) + 1,
    )
    if not keys or reader.cluster is None:
        return plan
    readable, found = reader.secret_keys(secret, namespace, "whether a password was lost")
    if not readable:
        return plan
    missing = frozenset(keys) - (found or frozenset())
    lost = sorted(missing - set(plan.known))
    if lost and (data := _data(reader, namespace, is_its_claim)):
        live = list(_live(reader, namespace, workload))
        for name in lost:
            # A variable that pods which live do not have is new.
            if not live or any(name in _variables(item) for _, item in live):
                _refuse(reader, namespace, secret, name, data, live, consents, disposable)
    restored = sorted(missing & set(plan.known))
    if restored:
        reader.note(
            f"Secret {key} has no {', '.join(restored)} any more and gets it again as it was, out"
            " of the state of this stack"
        )
    known, home = reader.metadata("namespaces", namespace, "", "whether the namespace is there")
    return replace(
        plan,
        read=True,
        missing=missing,
        gone=found is None,
        # Where the namespace is gone, too, nothing can be made in it before a refresh.
        patched=plan.patched and not (known and home is None),
    )


def _data(
    reader: Reader, namespace: str, is_its_claim: Callable[[str], bool]
) -> tuple[str, str] | None:
    """What has data of the workload, a claim or a volume that remembers one, and its uid."""
    unchecked = "whether there is data that a password opens"
    claims = reader.read("claims", namespace, unchecked) or {}
    for name, item in sorted(claims.items()):
        # What is in another's claim was written with no password of this stack.
        if is_its_claim(name) and LiveClaim.of(item).owner == owner_of_run():
            return f"claim {namespace}/{name}", item["metadata"]["uid"]
    for name, item in sorted((reader.read("volumes", "", unchecked) or {}).items()):
        of = item["spec"].get("claimRef") or {}
        claim = of.get("name") or ""
        if of.get("namespace") == namespace and claim not in claims and is_its_claim(claim):
            return f"volume {name}", item["metadata"]["uid"]
    return None


def _live(reader: Reader, namespace: str, workload: str) -> Iterator[tuple[str, Object]]:
    """The workloads of that name which live, of either kind: the pattern may be switched."""
    for kind, word in _KINDS.items():
        cluster = reader.readable(kind, namespace)
        found = cluster.list(kind, namespace) if cluster is not None else {}
        if workload in found:
            yield f"{word}/{workload}", found[workload]


def _variables(item: Object) -> frozenset[str]:
    """Names of the environment of its containers."""
    pod: Mapping[str, Any] = (item["spec"].get("template") or {}).get("spec") or {}
    return frozenset(
        str(variable["name"])
        for container in (*(pod.get("containers") or ()), *(pod.get("initContainers") or ()))
        for variable in container.get("env") or ()
    )


def _refuse(
    reader: Reader,
    namespace: str,
    secret: str,
    name: str,
    data: tuple[str, str],
    live: Sequence[tuple[str, Object]],
    consents: Sequence[str],
    disposable: bool,
) -> None:
    where, uid = data
    change = Change(
        resource=f"Secret {secret}",
        field=name,
        old="lost",
        new="a new password",
        uid=uid,
    )
    if change.allowed(consents):
        return
    if disposable:
        reader.note(
            f"Secret {namespace}/{secret} gets a new {name}, which does not open what is in {where}"
        )
        return
    value = (
        f'"$(kubectl exec {live[0][0]} -n {namespace} -- printenv {name})"'
        if live
        else "'the old one'"
    )
    source = "from a pod that runs" if live else "from a backup"
    raise StatefastError(
        reader.resource,
        "generated_secret_env",
        name,
        f"but Secret {namespace}/{secret} has no such key, nor has the state of this stack, and the"
        f" data in {where} was written with it: a new password does not open it",
        f"put it back {source}: kubectl create secret generic {secret} -n {namespace}"
        f" --from-literal={name}={value} --dry-run=client -o yaml | kubectl apply --server-side"
        f" --field-manager=by-hand -f -; or, where the data may stay closed, add"
        f" {change.consent!r} to consent",
    )
