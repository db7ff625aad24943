"""A StatefulSet has the headless Service that gives its pods their names."""

from collections.abc import Iterator
from functools import lru_cache

from statefast.errors import MISSING, StatefastError

from .facts import UNKNOWN, Facts
from .rule import Stack
from .things import Thing
from .where import Where

__all__ = ["headless_service"]

# There are Services of other groups, which give no pod a name.
_GROUP = "core"
_PROBLEM = "but the pods of {set} find each other by it before they are ready"


def headless_service(stack: Stack, where: Where) -> Iterator[tuple[StatefastError, Facts]]:
    """The Service is there, is headless, and publishes pods that are not ready yet."""
    told: set[tuple[str, str]] = set()
    for stateful_set in stack.of("StatefulSet"):
        for error, facts in _judge(stack, where, stateful_set):
            if (error.sentence, facts.urn) not in told:
                told.add((error.sentence, facts.urn))
                yield error, facts


def _judge(
    stack: Stack, where: Where, stateful_set: Thing
) -> Iterator[tuple[StatefastError, Facts]]:
    said = stateful_set.said("spec", "serviceName")
    if not said and stateful_set.whole:
        yield _missing(stateful_set), stateful_set.first
    place = stateful_set.namespace
    for name, part in said:
        if name is UNKNOWN or where.listed("existing", f"{place or '*'}/{name}"):
            continue
        services = _services(stack, name, place)
        if not name:
            yield _missing(stateful_set), part
        elif not services and not _one_is_unknown(stack):
            yield _absent(part, name), part
        for service in services:
            yield from _early(service, _PROBLEM.format(set=stateful_set.title))


def _services(stack: Stack, name: object, namespace: str | None) -> list[Thing]:
    found = stack.named(name, namespace, "Service") if isinstance(name, str) else []
    return [service for service in found if service.first.group == _GROUP]


@lru_cache(maxsize=1)
def _one_is_unknown(stack: Stack) -> bool:
    """Whether a Service has a name that is not known yet: it may turn out to be the one."""
    return UNKNOWN in [
        name
        for service in stack.of("Service")
        if service.first.group == _GROUP
        for name, _ in service.said("metadata", "name")
    ]


def _missing(stateful_set: Thing) -> StatefastError:
    return StatefastError(
        stateful_set.title,
        "spec.serviceName",
        MISSING,
        "",
        "name its headless Service, without which its pods have no names",
    )


def _absent(stateful_set: Facts, name: object) -> StatefastError:
    return StatefastError(
        stateful_set.title,
        "spec.serviceName",
        name,
        "but this stack has no such Service",
        "make it, headless and with publishNotReadyAddresses; one made elsewhere belongs in this"
        " rule's setting existing, as namespace/name",
    )


def _early(service: Thing, problem: str) -> Iterator[tuple[StatefastError, Facts]]:
    wanted = (
        ("clusterIP", "None", "write None"),
        ("publishNotReadyAddresses", True, "write true"),
    )
    for field, good, remedy in wanted:
        for value, part in service.said("spec", field) or [(MISSING, service.first)]:
            if value not in (good, UNKNOWN):
                yield StatefastError(part.title, f"spec.{field}", value, problem, remedy), part
