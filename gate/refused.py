"""Stacks without a verdict, in Markdown: what was refused, why, and what to write."""

from collections.abc import Iterable, Iterator

from .judge import CONSENT
from .looks import REFUSED
from .markdown import code, fenced, prose, quoted
from .report import Failure
from .said import Said

__all__ = ["consent_block", "failed", "offers_choice", "spelled_out"]

_LONGEST_SENTENCE = 1_500
_LONGEST_CONSENT = 2_000


def failed(failure: Failure, most: int, *, alone: bool) -> Iterator[str]:
    """One stack.

    Args:
        failure: Its failure.
        alone: Whether the headline says already what was refused.
        most: Of its sentences.
    """
    refusals = failure.refusals
    if not refusals:
        yield f"❌ {code(failure.stack)}: {prose(failure.said)}"
        yield ""
    for its in refusals[:most]:
        if not alone:
            yield f"{REFUSED} **{code(its.subject or 'the stack')}** in {code(failure.stack)}"
            yield ""
        yield from spelled_out(its, "Refused")
    if refusals:
        texts = [text for its in refusals[:most] for text in its.consents]
        yield from consent_block(texts, failure.stack, choice=offers_choice(refusals[:most]))
        if not failure.refused:
            yield f"❌ {prose(failure.said)}"
            yield ""
    notes = [its for its in failure.sentences if its not in refusals]
    for its in notes[:most]:
        about = f"{code(its.about)}: " if its.about else ""
        yield f"> {about}{prose(its.text, _LONGEST_SENTENCE)}"
        yield ""
    left = max(0, len(refusals) - most) + max(0, len(notes) - most)
    if left:
        yield f"_{left} more sentences are left out here; the JSON report has them all._"
        yield ""


def spelled_out(said: Said, label: str, about: str = "") -> Iterator[str]:
    """What is wrong and what to write, one below the other."""
    wrong, remedy = said.parts
    where = f" {code(about)}:" if about else ""
    yield f"- **{label}:**{where} {prose(wrong, _LONGEST_SENTENCE)}."
    if remedy:
        yield f"- **Instead:** {prose(remedy, _LONGEST_SENTENCE)}."
    yield ""


def offers_choice(said: Iterable[Said]) -> bool:
    """Whether one of the sentences has several consents, for several ways to go on."""
    return any(len(its.consents) > 1 for its in said)


def consent_block(texts: Iterable[str], stack: str, *, choice: bool = False) -> Iterator[str]:
    """The lines of config with which their owner has these changes.

    Args:
        texts: What to consent to.
        stack: Whose config it is.
        choice: Whether not all of them are meant at once.
    """
    lines = [f"    - {quoted(text)}" for text in dict.fromkeys(texts)]
    lines = [line for line in lines if len(line) < _LONGEST_CONSENT]
    if not lines:
        return
    name = stack.rpartition("/")[2]
    changes = "this one change" if len(lines) == 1 else "these changes alone"
    if choice:
        changes = "the way chosen above, and no other"
    yield (
        f"Whoever owns the data and wants this all the same adds to {code(f'Pulumi.{name}.yaml')},"
        f" for {changes}:"
    )
    yield ""
    yield from fenced(["config:", f"  {CONSENT}:", *lines], "yaml")
    yield ""
