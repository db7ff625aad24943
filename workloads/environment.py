"""The values of a workload file's environment, which may depend on replicas and volumes."""

import string
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from statefast.errors import StatefastError
from statefast.pod.environment import EnvFromArgs, EnvSourceArgs
from statefast.schema.fields import Fields, nearest

__all__ = ["EnvValue", "read_env", "read_env_from", "read_env_sources"]

_PLACEHOLDERS = ("host", "number", "ordinal")
# A mapping with one of these says where a value is, and not what it is.
_SOURCES = ("secret", "configMap", "podField")


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
        if not self.per_replica:
            return (
                self.single if (len(hosts) if replicas is None else replicas) <= 1 else self.several
            )
        return self.separator.join(
            self.single.format(host=host, ordinal=ordinal, number=ordinal + 1)
            for ordinal, host in enumerate(hosts, first)
        )


def read_env(fields: Fields, given: Mapping[str, object]) -> dict[str, EnvValue]:
    """The values that are texts, or become texts.

    Raises:
        StatefastError: neither, or a template that cannot be filled in.
    """
    return {
        name: _value(fields.resource, f"{fields.name_of('env')}.{name}", value)
        for name, value in given.items()
        if not _is_source(value)
    }


def read_env_sources(fields: Fields, given: Mapping[str, object]) -> dict[str, EnvSourceArgs]:
    """Those of the entries that are in a Secret, a ConfigMap or a field of the pod.

    Raises:
        StatefastError: an unknown key beside them.
    """
    sources: dict[str, EnvSourceArgs] = {}
    for name, value in given.items():
        if not _is_source(value):
            continue
        entry = Fields(fields.resource, value, f"{fields.name_of('env')}.{name}")
        source: EnvSourceArgs = {}
        if secret := entry.text("secret", optional=True):
            source["secret"] = secret
        if config_map := entry.text("configMap", optional=True):
            source["config_map"] = config_map
        if key := entry.text("key", optional=True):
            source["key"] = key
        if of_pod := entry.text("podField", optional=True):
            source["pod_field"] = of_pod
        entry.done()
        sources[name] = source
    return sources


def read_env_from(fields: Fields) -> list[EnvFromArgs]:
    """Secrets and ConfigMaps that are taken whole."""
    entries: list[EnvFromArgs] = []
    for group in fields.groups("envFrom"):
        entry: EnvFromArgs = {}
        if secret := group.text("secret", optional=True):
            entry["secret"] = secret
        if config_map := group.text("configMap", optional=True):
            entry["config_map"] = config_map
        if prefix := group.text("prefix", optional=True):
            entry["prefix"] = prefix
        group.done()
        entries.append(entry)
    return entries


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
    fields = Fields(resource, value, path)
    if "perReplica" in fields:
        template = fields.text("perReplica")
        separator = fields.text("separator", ",")
        fields.done()
        for name in _placeholders(fields, template):
            if name not in _PLACEHOLDERS:
                raise fields.fail(
                    "perReplica",
                    template,
                    f"but {{{name}}} is not a placeholder",
                    nearest(name, _PLACEHOLDERS),
                )
        return EnvValue(single=template, several=template, per_replica=True, separator=separator)
    if "volume" in fields:
        value_of = EnvValue(
            volume=fields.text("volume"), several=fields.text("with"), single=fields.text("without")
        )
    else:
        value_of = EnvValue(single=fields.text("single"), several=fields.text("several"))
    fields.done()
    return value_of


def _placeholders(fields: Fields, template: str) -> list[str]:
    try:
        return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError:
        raise fields.fail(
            "perReplica", template, "not a template", "close each brace, or double it"
        ) from None
