"""Makes policies of rules: plain functions that look at facts and yield refusals."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from statefast.errors import StatefastError

from .facts import Facts, objects_in
from .things import Thing, may_be_one, things_of
from .where import Where

__all__ = ["Stack", "resource_policy", "stack_policy"]

_GUARD = "statefast:index:Guard"
ResourceRule = Callable[[Facts, Where], Iterable[StatefastError]]
# What is wrong, and the object that is to blame.
StackRule = Callable[["Stack", Where], Iterable[tuple[StatefastError, Facts]]]
Schema = Mapping[str, Mapping[str, Any]]


class Stack:
    """All objects of a stack.

    Attributes:
        objects: What says something of an object of Kubernetes, in the order of registration.
        things: The same, with all that is said of one object together.
        guards: What guards the stack.
    """

    def __init__(self, args: StackValidationArgs) -> None:
        made = {item.urn: list(objects_in(_facts(item))) for item in args.resources}
        self.guards = [_facts(item) for item in args.resources if item.resource_type == _GUARD]
        self.objects = [facts for held in made.values() for facts in held]
        self.things = things_of(self.objects)
        self._of_kind: dict[str, list[Thing]] = {}
        for thing in self.things:
            self._of_kind.setdefault(thing.kind, []).append(thing)
        self._named: dict[tuple[str, str | None], list[Thing]] = {}
        for thing in self.things:
            self._named.setdefault((thing.kind, thing.name), []).append(thing)
        self._needs = {
            item.urn: {other.urn for other in item.dependencies} for item in args.resources
        }

    def of(self, kind: str) -> list[Thing]:
        """The objects of a kind."""
        return self._of_kind.get(kind, [])

    def named(self, name: str, namespace: str | None, kind: str) -> list[Thing]:
        """The objects of a kind that a name means in a namespace.

        A namespace that is not known yet may be the same: better one refusal too many.
        """
        return [
            thing
            for thing in self._named.get((kind, name), ())
            if may_be_one(thing.namespace, namespace)
        ]

    def needs(self, facts: Facts, thing: Thing) -> bool:
        """Whether a resource depends on an object."""
        return any(part.urn in self._needs[facts.urn] for part in thing.parts)


def resource_policy(
    name: str,
    description: str,
    rule: ResourceRule,
    level: EnforcementLevel,
    **settings: Mapping[str, Any],
) -> ResourceValidationPolicy:
    """A policy that looks at one object at a time, before it is touched.

    Args:
        name: What the pack's config calls it.
        description: Opens each message.
        rule: Yields what is wrong.
        level: The default; the pack's config may say otherwise.
        settings: JSON schema of each setting, with its default.
    """

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        objects = list(objects_in(_facts(args)))
        for facts in objects:
            for error in rule(facts, _where(settings, args, args.urn)):
                report(error.sentence, None)
        _admit(objects)

    return ResourceValidationPolicy(name, description, validate, level, _schema(settings))


def stack_policy(
    name: str,
    description: str,
    rule: StackRule,
    level: EnforcementLevel,
    **settings: Mapping[str, Any],
) -> StackValidationPolicy:
    """A policy that looks at all objects together; arguments as for `resource_policy`."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        stack = Stack(args)
        urn = args.resources[0].urn if args.resources else ""
        for error, facts in rule(stack, _where(settings, args, urn)):
            report(error.sentence, facts.urn)
        _admit(stack.objects)

    return StackValidationPolicy(name, description, validate, level, _schema(settings))


def _facts(item: ResourceValidationArgs | PolicyResource) -> Facts:
    # Only a preview that is read as data knows the second: the engine keeps it from policies.
    kept = item.opts.protect or getattr(item.opts, "retain_on_delete", False)
    return Facts(item.resource_type, item.name, item.urn, item.props, protect=kept)


def _where(schema: Schema, args: ResourceValidationArgs | StackValidationArgs, urn: str) -> Where:
    defaults = {key: value["default"] for key, value in schema.items()}
    return Where(
        # Not every language host tells the SDK which stack it serves; a URN does.
        stack=urn.partition("::")[0].removeprefix("urn:pulumi:"),
        tags=args.stack_tags,
        settings={**defaults, **(args.get_config() or {})},
    )


def _schema(settings: Schema) -> PolicyConfigSchema:
    return PolicyConfigSchema({key: dict(value) for key, value in settings.items()})


def _admit(asked: Iterable[Facts]) -> None:
    """Says that a value was missing, which the SDK turns into a warning of its own.

    Only after everything that is known to be wrong was reported.
    """
    for facts in asked:
        if facts.unknown is not None:
            raise facts.unknown
