"""Asks the policies about resources that are at hand, without the engine and its run."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import (
    UNKNOWN_STRING_VALUE,
    UnknownValueError,
    unknown_checking_proxy,
)

from .catalogue import POLICIES

__all__ = ["Answer", "answers", "resource"]

# What the engine writes for a value that is secret, and the key of the envelope around one.
_MASKED = "[secret]"
_ENVELOPE = "4dabf18193072939515e22adb298388d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One thing that a policy says.

    Attributes:
        rule: Name of the policy.
        must: Whether it has to hold.
        text: The sentence.
        urn: Of the resource that is to blame; empty where it is the stack.
        unknown: Path of the value that is not known yet, for which there is no more to say.
    """

    rule: str
    must: bool
    text: str
    urn: str = ""
    unknown: str = ""


class _Options(PolicyResourceOptions):
    """What the SDK knows, and whether no edit deletes the object: that a preview shows."""

    def __init__(self, *, protect: bool, retain_on_delete: bool) -> None:
        super().__init__(protect, [], None, [], PolicyCustomTimeouts(0, 0, 0), [], None)
        self.retain_on_delete = retain_on_delete


def resource(urn: str, state: Mapping[str, Any]) -> PolicyResource:
    """A resource as the policies know it, without its dependencies.

    Args:
        urn: Its URN.
        state: As in the step of a preview: `inputs`, `protect`, `retainOnDelete`.

    Raises:
        ValueError: The first is no URN.
        TypeError: The inputs are no object.
    """
    _, _, kinds, name = urn.split("::", 3)
    inputs = _hide(state.get("inputs") or {})
    if not isinstance(inputs, dict):
        raise TypeError(urn)
    options = _Options(
        protect=state.get("protect") is True, retain_on_delete=state.get("retainOnDelete") is True
    )
    return PolicyResource(
        # The types of its parents stand before its own.
        kinds.rpartition("$")[2],
        unknown_checking_proxy(inputs),
        urn,
        name,
        options,
        None,
        None,
        [],
        {},
    )


def _hide(value: object) -> object:
    """The value with what nobody may see as what nobody knows: neither can be judged."""
    if value == _MASKED:
        return UNKNOWN_STRING_VALUE
    if isinstance(value, dict):
        if _ENVELOPE in value:
            return UNKNOWN_STRING_VALUE
        return {str(key): _hide(item) for key, item in value.items()}
    return [_hide(item) for item in value] if isinstance(value, list) else value


def answers(
    resources: Sequence[PolicyResource],
    config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    policies: Iterable[Policy] = POLICIES,
) -> Iterator[Answer]:
    """What the policies say of the resources of a stack, those that are disabled left out.

    Args:
        resources: All of them.
        config: As `--policy-pack-config` takes it.
        tags: Those of the stack; a preview does not show them.
        policies: Which are asked.
    """
    for policy in policies:
        given = (config or {}).get(policy.name, (config or {}).get("all"))
        level = _level(policy, given)
        if level is EnforcementLevel.DISABLED:
            continue
        settings = given if isinstance(given, dict) else {}
        settings = {key: value for key, value in settings.items() if key != "enforcementLevel"}
        must = level is not EnforcementLevel.ADVISORY
        for asked, question in _questions(policy, resources, settings, tags or {}):
            yield from _said(question, partial(Answer, rule=policy.name, must=must), asked)


def _said(
    question: Callable[[ReportViolation], object], answer: Callable[..., Answer], asked: str
) -> list[Answer]:
    said: list[Answer] = []

    def report(message: str, urn: str | None = None) -> None:
        said.append(answer(text=message, urn=urn or asked))

    try:
        question(report)
    except UnknownValueError as error:
        unknown = ".".join(map(str, error.props))
        said.append(answer(text=error.message, urn=asked, unknown=unknown))
    return said


def _questions(
    policy: Policy,
    resources: Sequence[PolicyResource],
    settings: Mapping[str, Any],
    tags: Mapping[str, str],
) -> Iterator[tuple[str, Callable[[ReportViolation], object]]]:
    if isinstance(policy, StackValidationPolicy):
        yield "", partial(policy.validate, StackValidationArgs(list(resources), settings, tags))
    elif isinstance(policy, ResourceValidationPolicy):
        for it in resources:
            args = ResourceValidationArgs(
                it.resource_type, it.props, it.urn, it.name, it.opts, None, settings, tags
            )
            yield it.urn, partial(policy.validate, args)


def _level(policy: Policy, given: object) -> EnforcementLevel | None:
    if isinstance(given, dict):
        given = given.get("enforcementLevel")
    return EnforcementLevel(given) if isinstance(given, str) else policy.enforcement_level
