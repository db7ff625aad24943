"""The one error a user of Statefast meets."""

import re

import pulumi

from .marks import Word, framed

__all__ = ["MISSING", "StatefastError", "Words", "from_within"]

# Sentences are shown in comments: a variable that sounds like a secret is not quoted, wherever it
# was written.
_VARIABLE = re.compile(r"(?:^|\.)(?P<kind>env|secret_env|secrets)\.(?P<name>.+)")
_SECRET = re.compile(
    "passw|pwd|secret|token|credential|private|api_?key|access_?key", re.IGNORECASE
)


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
    way as an update, and no object of the cluster has been touched. As a text it stands in its
    frame (marks.py), by which it is found among all that an engine says.

    Attributes:
        sentence: The sentence without its frame.
        resource: What is refused, e.g. `StatefulSet zookeeper`.
        field: The field in the words of whoever wrote it, e.g. `storage.size`.
        value: The value given, or `MISSING`.
        problem: What is wrong with it; empty where it is missing.
        remedy: What to write instead.
    """

    def __init__(self, resource: str, field: str, value: object, problem: str, remedy: str) -> None:
        self.resource = resource
        self.field = field
        self.value = value
        self.problem = problem
        self.remedy = remedy
        said = f"{field} is missing" if value is MISSING else f"{field} is {_shown(field, value)}"
        if problem:
            said = f"{said}, {problem}"
        self.sentence = " ".join(f"{resource}: {said}; {remedy}.".splitlines())
        super().__init__(framed(Word.REFUSES, self.sentence))


class Words:
    """How whoever wrote the args spells them: as code does, unless a program says otherwise."""

    def error(self, refusal: StatefastError) -> StatefastError:
        """The refusal, in their words."""
        return refusal

    def text(self, sentence: str) -> str:
        """A sentence about args, in their words."""
        return sentence


def from_within(refusal: StatefastError) -> pulumi.RunError:
    """The refusal as it is raised where a value becomes known (`Output.apply`).

    It is a ValueError, which the SDK wraps in words of its own, with a traceback, where it is in
    the way of another resource's input (docs/engine.md 31).
    """
    return pulumi.RunError(str(refusal))


def _shown(field: str, value: object) -> str:
    """The value as a person would quote it, cut so that one sentence stays one."""
    variable = _VARIABLE.search(field)
    if variable and (variable["kind"] != "env" or _SECRET.search(variable["name"])):
        return "(hidden)"
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
