"""The one error a user of Statefast meets."""

import pulumi

__all__ = ["MISSING", "StatefastError"]


class _Missing:
    """Marks a value that the user did not give; `None` is a value somebody can write."""

    def __repr__(self) -> str:
        return "missing"


MISSING = _Missing()


class StatefastError(pulumi.RunError, ValueError):
    """A refusal, said in one sentence: which resource, which field, which value, what to do.

    It is a `pulumi.RunError`, so the engine prints the sentence and no traceback, and a
    `ValueError`, so that a program can catch it without knowing Pulumi. It is raised while the
    program runs, before a resource of the component is registered: a preview fails in the same
    way as an update, and no object of the cluster has been touched.

    Attributes:
        resource: What is refused, e.g. `StatefulSet zookeeper`.
        field: The field in the words of whoever wrote it, e.g. `storage.size`.
        value: The value given, or `MISSING`.
        remedy: What to write instead.
    """

    def __init__(self, resource: str, field: str, value: object, problem: str, remedy: str) -> None:
        self.resource = resource
        self.field = field
        self.value = value
        self.remedy = remedy
        said = f"{field} is missing" if value is MISSING else f"{field} is {_shown(value)}"
        if problem:
            said = f"{said}, {problem}"
        super().__init__(" ".join(f"{resource}: {said}; {remedy}.".splitlines()))


def _shown(value: object) -> str:
    """The value as a person would quote it, cut so that one sentence stays one."""
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
