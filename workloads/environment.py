"""The values of a workload file's environment, which may depend on replicas and volumes."""

import string
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from statefast.errors import StatefastError
from statefast.pod.member_env import MemberEnvArgs, member_value
from statefast.schema.nearest import nearest
from statefast.schema.read import read_args

__all__ = ["EnvValue", "read_env", "with_sources"]

_SOURCES_KEY = "envSources"
_PLACEHOLDERS = ("host", "number", "ordinal")
# A mapping with one of these says where a value is, and not what it is.
_SOURCES = ("secret", "configMap", "podField")


class _PerReplica(TypedDict):
    """A text that is repeated for each replica."""

    per_replica: str
    """What is repeated; `{host}`, `{ordinal}` and `{number}` (one more) are filled in."""
    separator: NotRequired[str]
    """What stands between. Default `,`."""


_OfVolume = TypedDict("_OfVolume", {"volume": str, "with": str, "without": str})


class _BySize(TypedDict):
    """A text for one replica, and one for several."""

    single: str
    """With one replica."""
    several: str
    """With more than one."""


# By the key that tells them apart.
_WAYS: Mapping[str, type] = {"perReplica": _PerReplica, "volume": _OfVolume}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvValue:
    """A value of the environment; it may depend on the replicas, or on a volume.

    Attributes:
        single: The value for one replica, or, if `per_replica`, a template for each.
        several: The value for more than one.
        per_replica: Whether `single` is repeated for each replica with `{host}`, `{ordinal}`
            (of the pod) and `{number}` (one more) filled in.
        separator: What stands between the repetitions.
        volume: An optional volume: with it the value is `several`, without it `single`.
    """

    single: str
    several: str
    per_replica: bool = False
    separator: str = ","
    volume: str = ""

    def render(
        self,
        hosts: Sequence[str],
        *,
        first: int = 0,
        volumes: Collection[str] = (),
        replicas: int | None = None,
    ) -> str:
        """The text for the replicas at `hosts`, of which the first has the ordinal `first`.

        Args:
            hosts: Where the replicas are reached.
            first: Ordinal of the first.
            volumes: The volumes that are there.
            replicas: How many there are, where several share a host. Default: as many as hosts.
        """
        if self.volume:
            return self.several if self.volume in volumes else self.single
        return member_value(self._of_members, hosts, first=first, count=replicas)

    @property
    def of_members(self) -> MemberEnvArgs | None:
        """How it depends on the replicas; None where it does not."""
        if self.volume or (not self.per_replica and self.single == self.several):
            return None
        return self._of_members

    @property
    def _of_members(self) -> MemberEnvArgs:
        if self.per_replica:
            return {"per_replica": self.single, "separator": self.separator}
        return {"single": self.single, "several": self.several}


def read_env(resource: str, given: Mapping[str, object], path: str = "env") -> dict[str, EnvValue]:
    """The values that are texts, or become texts.

    Raises:
        StatefastError: neither, or a template that cannot be filled in.
    """
    return {name: _value(resource, f"{path}.{name}", value) for name, value in given.items()}


def with_sources(resource: str, given: object, path: str = "") -> object:
    """What a file gives, with the variables that come from elsewhere under a key of their own.

    Files write both kinds under `env`; the args of a container have them apart. The containers
    beside the main one are divided alike.

    Raises:
        StatefastError: the second key is there already.
    """
    if not isinstance(given, Mapping):
        return given
    if _SOURCES_KEY in given:
        raise StatefastError(
            resource, path + _SOURCES_KEY, given[_SOURCES_KEY], "no key of a file", "use env"
        )
    divided = dict(given)
    env = given.get("env")
    if isinstance(env, Mapping):
        divided["env"] = {name: value for name, value in env.items() if not _is_source(value)}
        divided[_SOURCES_KEY] = {name: value for name, value in env.items() if _is_source(value)}
    for key in ("sidecars", "initContainers"):
        beside = given.get(key)
        if isinstance(beside, list):
            divided[key] = [
                with_sources(resource, item, f"{path}{key}[{n}].") for n, item in enumerate(beside)
            ]
    return divided


def _is_source(value: object) -> bool:
    return isinstance(value, Mapping) and any(key in value for key in _SOURCES)


def _value(resource: str, path: str, value: object) -> EnvValue:
    if isinstance(value, str):
        if name := next((name for name in _PLACEHOLDERS if f"{{{name}}}" in value), None):
            raise StatefastError(
                resource,
                path,
                value,
                f"but {{{name}}} is filled in for each replica only in a `perReplica`",
                "write {perReplica: <the text>}, or {single: <the text>, several: <the text>} where"
                " the braces are meant",
            )
        return EnvValue(single=value, several=value)
    if not isinstance(value, Mapping):
        raise StatefastError(resource, path, value, "not a text", "put it in quotes")
    shape = next((shape for key, shape in _WAYS.items() if key in value), _BySize)
    way = read_args(resource, value, shape, f"{path}.")
    if "per_replica" in way:
        template = way["per_replica"]
        for name in _placeholders(resource, f"{path}.perReplica", template):
            if name not in _PLACEHOLDERS:
                raise StatefastError(
                    resource,
                    f"{path}.perReplica",
                    template,
                    f"but {{{name}}} is not a placeholder",
                    nearest(name, _PLACEHOLDERS),
                )
        separator = way.get("separator", ",")
        return EnvValue(single=template, several=template, per_replica=True, separator=separator)
    if "volume" in way:
        return EnvValue(volume=way["volume"], several=way["with"], single=way["without"])
    return EnvValue(single=way["single"], several=way["several"])


def _placeholders(resource: str, field: str, template: str) -> list[str]:
    try:
        return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError:
        raise StatefastError(
            resource, field, template, "not a template", "close each brace, or double it"
        ) from None
