"""One resource as the engine is about to register it, whoever made it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pulumi
from pulumi.output import Unknown
from pulumi.runtime.rpc import is_rpc_secret, unwrap_rpc_secret

from ..safety.preflight import owner_of_run
from ..safety.read.last_run import key_of
from ..safety.read.live import OWNER
from ..safety.read.memory import held, memory_of_run
from ..safety.refusals.left_out import refuse_left_out
from ..schema.kubernetes import OF_CLUSTER

__all__ = ["Made", "has_unknowns", "plain"]


# The immutable fields of a workload, and how many claims it has.
_DECIDES = (
    "ordinals",
    "persistentVolumeClaimRetentionPolicy",
    "podManagementPolicy",
    "replicas",
    "selector",
    "serviceName",
    "volumeClaimTemplates",
)
# Types of the components of this package.
_OURS = "statefast:"
# What the guard says of an object, whatever the program wrote down of it.
_SAID_HERE = "statefast/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One Kubernetes object of the program.

    Attributes:
        kind: E.g. `StatefulSet`.
        logical: Its name in the program.
        namespace: Empty where it is not known yet, or has none.
        name: Empty where it is not known yet, or Pulumi makes it.
        is_named: Whether the program gives it a name.
        content: The whole object, secrets open; what is not known yet is `Unknown`.
        args: As the engine handed it over; changed in place.
        provider: Logical name of its provider; empty for the default one.
        urn: What the engine calls it.
    """

    kind: str
    logical: str
    namespace: str
    name: str
    is_named: bool
    content: Mapping[str, Any]
    args: pulumi.ResourceTransformArgs
    provider: str
    urn: str

    @classmethod
    def of(
        cls, args: pulumi.ResourceTransformArgs, provider: str, namespace: str, parent: str
    ) -> "Made":
        """Reads what a transform is given.

        Args:
            args: Of the transform.
            provider: Logical name of the provider.
            namespace: Where it goes if it does not say so.
            parent: URN of its parent; empty where it has none.
        """
        content = plain(args.props)
        metadata = content.get("metadata") or {}
        metadata = metadata if isinstance(metadata, Mapping) else {}
        kind = args.type_.rpartition(":")[2]
        home = "" if kind in OF_CLUSTER else metadata.get("namespace") or namespace
        name = metadata.get("name")
        return cls(
            kind=kind,
            logical=args.name,
            namespace=home if isinstance(home, str) else "",
            name=name if isinstance(name, str) else "",
            is_named=bool(name),
            content=content,
            args=args,
            provider=provider,
            urn=_urn(args, parent),
        )

    @property
    def resource(self) -> str:
        """Kind and name, for sentences."""
        return f"{self.kind} {self.name or self.logical}"

    @property
    def key(self) -> str:
        """`<namespace>/<name>`."""
        return key_of(self.namespace, self.name)

    @property
    def spec(self) -> Mapping[str, Any]:
        """Its spec; empty where it has none or it is not known yet."""
        found = self.content.get("spec")
        return found if isinstance(found, Mapping) else {}

    @property
    def is_known(self) -> bool:
        """Whether it is known which object it is, and all of it that decides about data."""
        placed = bool(self.namespace) or self.kind in OF_CLUSTER
        spec = self.content.get("spec")
        decides = {key: self.spec.get(key) for key in _DECIDES}
        if self.kind == "PersistentVolumeClaim":
            decides = dict(self.spec)
        open_ = spec is not None and not isinstance(spec, Mapping)
        return bool(self.name) and placed and not open_ and not has_unknowns(decides)

    def as_in_state(self) -> "Made":
        """With the name that it has in the state, where the program does not say one."""
        for (kind, key), urns in memory_of_run().urns.items():
            if kind == self.args.type_ and self.urn in urns:
                namespace, _, name = key.rpartition("/")
                return replace(self, name=self.name or name, namespace=self.namespace or namespace)
        return self

    @property
    def is_ours(self) -> bool:
        """Whether a component of this package makes it, which guards it by itself.

        Its annotations do not tell: whoever writes down what lives has them as well.
        """
        return _OURS in self.urn.split("::")[2]

    def is_taken_back(self, live: Mapping[str, Any] | None) -> bool:
        """Whether it is this stack's, and its state does not have it any more.

        Args:
            live: The metadata that the cluster has; None where it has none.

        Raises:
            StatefastError: this run leaves out what is above it.
        """
        said = (live or {}).get("annotations") or {}
        if said.get(OWNER) != owner_of_run() or held(self.args.type_, self.key):
            return False
        refuse_left_out(self.resource, self.name)
        return True

    def annotate(self, said: Mapping[str, str]) -> None:
        """Adds annotations; the program's own come before those that are not the guard's."""
        metadata = self.content.get("metadata") or {}
        if isinstance(metadata, Mapping) and isinstance(metadata.get("annotations") or {}, Mapping):
            annotations = _within(_within(self.args.props, "metadata"), "annotations")
            for key, value in said.items():
                if key.startswith(_SAID_HERE):
                    annotations[key] = value
                annotations.setdefault(key, value)

    def write(self, path: tuple[str, ...], value: object) -> None:
        """Sets one field."""
        place: Any = self.args.props
        for key in path[:-1]:
            place = _within(place, key)
        place[path[-1]] = value

    def result(self, opts: pulumi.ResourceOptions) -> pulumi.ResourceTransformResult:
        """The resource as it goes on, with more options."""
        mine = self.args.opts
        mine.ignore_changes = [*(mine.ignore_changes or ()), *(opts.ignore_changes or ())]
        if opts.import_ and not mine.import_:
            mine.import_ = opts.import_
        # Another parent, or the release of a chart under another name: else the engine makes it a
        # second time, and deletes the first.
        known = memory_of_run().urns.get((self.args.type_, self.key), ())
        if len(known) == 1 and self.urn not in known:
            mine.aliases = [*(mine.aliases or ()), *known]
        if opts.retain_on_delete:
            mine.retain_on_delete = True
        if opts.depends_on:
            mine.depends_on = [*_listed(mine.depends_on), *_listed(opts.depends_on)]
        return pulumi.ResourceTransformResult(self.args.props, mine)


def _urn(args: pulumi.ResourceTransformArgs, parent: str) -> str:
    types = parent.split("::")[2] if parent else ""
    of_stack = types in ("", "pulumi:pulumi:Stack")
    place = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}"
    return f"{place}::{args.type_ if of_stack else f'{types}${args.type_}'}::{args.name}"


def _listed(given: Any) -> list[Any]:  # noqa: ANN401  one or several of whatever
    return list(given) if isinstance(given, list | tuple) else [given] if given else []


def _within(place: Any, key: str) -> Any:  # noqa: ANN401  any JSON
    """The mapping at a key, made where there is none; of a secret, what is in it."""
    found = place.get(key)
    if not isinstance(found, dict):
        found = place[key] = {}
    return found["value"] if is_rpc_secret(found) else found


def plain(value: Any) -> Any:  # noqa: ANN401  any JSON
    """A value without the seals of secrets, and with whole numbers whole."""
    if is_rpc_secret(value):
        return plain(unwrap_rpc_secret(value))
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def has_unknowns(value: object) -> bool:
    """Whether any of it is not known yet."""
    if isinstance(value, Mapping):
        return any(has_unknowns(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknowns(item) for item in value)
    return isinstance(value, Unknown | pulumi.Output)
