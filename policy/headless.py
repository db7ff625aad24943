"""A StatefulSet has the headless Service that gives its pods their names."""

from collections.abc import Iterator

from components.errors import MISSING, StatefastError

from .facts import UNKNOWN, Facts
from .rule import Stack
from .where import Where

__all__ = ["headless_service"]

_PROBLEM = "but the pods of {set} find each other by it before they are ready"


def headless_service(stack: Stack, where: Where) -> Iterator[tuple[StatefastError, Facts]]:
    """The Service is there, is headless, and publishes pods that are not ready yet."""
    for stateful_set in stack.of("StatefulSet"):
        name = stateful_set.get("spec", "serviceName")
        if name is UNKNOWN or where.listed("existing", f"{stateful_set.namespace or '*'}/{name}"):
            continue
        services = stack.named(name, stateful_set, "Service") if isinstance(name, str) else []
        if not services and not _may_be_there(stack, name):
            yield _absent(stateful_set, name), stateful_set
        for service in services:
            for error in _judge(service, _PROBLEM.format(set=stateful_set.title)):
                yield error, service


def _may_be_there(stack: Stack, name: object) -> bool:
    """Whether a Service whose name is not known yet may turn out to be the one."""
    names = [service.get("metadata", "name") for service in stack.of("Service")]
    return bool(name) and UNKNOWN in names


def _absent(stateful_set: Facts, name: object) -> StatefastError:
    if not name:
        return StatefastError(
            stateful_set.title,
            "spec.serviceName",
            MISSING,
            "",
            "name its headless Service, without which its pods have no names",
        )
    return StatefastError(
        stateful_set.title,
        "spec.serviceName",
        name,
        "but this stack has no such Service",
        "make it, headless and with publishNotReadyAddresses; one made elsewhere belongs in this"
        " rule's setting existing, as namespace/name",
    )


def _judge(service: Facts, problem: str) -> Iterator[StatefastError]:
    wanted = (
        ("clusterIP", "None", "write None"),
        ("publishNotReadyAddresses", True, "write true"),
    )
    for field, good, remedy in wanted:
        value = service.get("spec", field)
        if value not in (good, UNKNOWN):
            yield StatefastError(
                service.title,
                f"spec.{field}",
                MISSING if value is None else value,
                problem,
                remedy,
            )
