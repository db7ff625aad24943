"""Reads what `pulumi preview --json` printed into typed values, or says in one sentence why not.

Whatever cannot be read is an error and never a gap: a gap would look like a harmless preview.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .errors import GateError
from .said import Said, said_by, unsaid
from .state import State, Word, dotted
from .urn import Urn

__all__ = ["COMMAND", "Preview", "Step", "read_preview"]

COMMAND = "pulumi preview --json --show-replacement-steps --show-sames"
_ROOT = "pulumi:pulumi:Stack"
# Counted by the engine and not shown by every version: none of them changes anything.
_MAY_BE_HIDDEN = frozenset({"discard", "read", "read-discard", "read-replacement", "refresh"})

# The escape of half a character, beside its other half or not.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
# How the kinds of difference end that an object is replaced for, e.g. `update-replace`.
_REPLACING = "-replace"

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step the engine would take.

    Attributes:
        op: As the engine writes it, e.g. `delete-replaced`.
        old, new: None where the step has none, or where it could not be written down.
        word: What the engine itself says of the difference.
    """

    op: str
    urn: Urn
    old: State | None
    new: State | None
    word: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One preview of one stack.

    Attributes:
        config: Stack config; the engine hides its secrets.
        said: What the program itself said.
    """

    stack: str
    steps: Sequence[Step]
    config: Mapping[str, str]
    said: Sequence[Said]


def read_preview(data: bytes, source: str, stack: str | None = None) -> Preview:
    """Reads one preview.

    Args:
        data: All that `pulumi preview --json` printed.
        source: Where it came from, for the error sentence.
        stack: Name of the stack; by default the one in its URNs.

    Raises:
        GateError: it is empty, cut off, something else, or of a preview that failed.
    """
    document = _decode(data, source)
    read = _Reader(source)
    if document.keys() & {"sequence", "resourcePreEvent", "preludeEvent"}:
        raise GateError(f"{source} is a stream of engine events; give the output of `{COMMAND}`.")
    summary = read.mapping(document, "changeSummary")
    read.whole_numbers(summary)
    steps = [read.step(item, n) for n, item in enumerate(read.items(document, "steps"))]
    config = read.mapping(document, "config")
    name = _stack_of(steps, source, stack)
    _require_success(read, document, source, name)
    if not summary:
        raise GateError(
            f"{source} has no changeSummary, so it is no preview or one that did not end; give the"
            f" output of `{COMMAND}`.",
            name,
        )
    _require_all_steps(summary, steps, source, name)
    return Preview(
        stack=name or source,
        steps=steps,
        config={key: value for key, value in config.items() if isinstance(value, str)},
        said=said_by(read.items(document, "diagnostics"), read.items(document, "steps")),
    )


def _stack_of(steps: Sequence[Step], source: str, given: str | None) -> str | None:
    names = sorted({step.urn.stack for step in steps})
    if len(names) > 1:
        raise GateError(f"{source} has steps of {len(names)} stacks; give one file for each stack.")
    # People write `organization/project/stack`; a URN has the last of these.
    if given and names and given.rpartition("/")[2] != names[0]:
        raise GateError(
            f"{source} is of stack {names[0]} and was given for {given}; name each file's own.",
            given,
        )
    return given or next(iter(names), None)


def _decode(data: bytes, source: str) -> Json:
    if not data.strip():
        raise GateError(f"{source} is empty; give it the output of `{COMMAND}`.")
    try:
        text = data.decode("utf-8-sig")
        document = json.loads(text)
        if _HALF.search(text):
            # A half of a character is none, and nothing that has one can be written or hashed.
            whole = json.dumps(document, ensure_ascii=False).encode("utf-8", "xmlcharrefreplace")
            document = json.loads(whole)
    except UnicodeDecodeError:
        raise GateError(f"{source} is not UTF-8 text; write the preview as UTF-8.") from None
    # A number of five thousand digits is a ValueError, a thousand brackets a RecursionError.
    except (ValueError, RecursionError):
        raise GateError(
            f"{source} is not JSON, or was cut off; give the whole output of `{COMMAND}`."
        ) from None
    if not isinstance(document, dict):
        raise GateError(f"{source} is not a preview; give it the output of `{COMMAND}`.")
    return document


def _require_success(read: "_Reader", document: Json, source: str, stack: str | None) -> None:
    # The message stays out: it may quote values of the object it is about.
    entries = [
        read.as_mapping(item, "a diagnostic") for item in read.items(document, "diagnostics")
    ]
    errors = [entry for entry in entries if entry.get("severity") == "error"]
    others = unsaid(errors)
    if others:
        raise GateError(
            f"{source} is of a preview that ended with an error{_about(others[0].get('urn'))}; read"
            " its log and make it pass first.",
            stack,
        )
    if errors:
        raise GateError(
            f"{source} is of an edit that the program refuses, so there is no verdict on it.",
            stack,
            refused=True,
        )
    if document.get("maybeCorrupt"):
        raise GateError(
            f"{source} is of a stack whose state may be corrupt; run `pulumi refresh` first.",
            stack,
        )


def _about(urn: object) -> str:
    try:
        read = Urn.parse(urn if isinstance(urn, str) else "")
    except ValueError:
        return ""
    kind = read.type.rpartition(":")[2]
    return "" if read.type == _ROOT else f" on {kind} {read.name}"


def _require_all_steps(
    summary: Json, steps: Sequence[Step], source: str, stack: str | None
) -> None:
    shown = Counter(step.op for step in steps)
    missing = [
        f"{op} {shown[op]} of {count}"
        for op, count in sorted(summary.items())
        if isinstance(count, int) and count > shown[op] and op not in _MAY_BE_HIDDEN
    ]
    if missing:
        raise GateError(
            f"{source} does not show all the steps it counts ({', '.join(missing)[:80]}); give the"
            f" whole output of `{COMMAND}`.",
            stack,
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes fields out of JSON, each of the type it has to have."""

    source: str

    def _wrong(self, what: str) -> GateError:
        return GateError(
            f"{self.source} is not a preview: {what}; give it the output of `{COMMAND}`."
        )

    def as_mapping(self, value: object, what: str) -> Json:
        if not isinstance(value, dict):
            raise self._wrong(f"{what} is not an object")
        return value

    def mapping(self, holder: Json, key: str) -> Json:
        value = holder.get(key)
        return {} if value is None else self.as_mapping(value, key)

    def items(self, holder: Json, key: str) -> Sequence[object]:
        value = holder.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self._wrong(f"{key} is not a list")
        return value

    def text(self, holder: Json, key: str) -> str:
        value = holder.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._wrong(f"{key} is not a text")
        return value

    def flag(self, holder: Json, key: str) -> bool:
        value = holder.get(key)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise self._wrong(f"{key} is not true or false")
        return value

    def whole_numbers(self, summary: Json) -> None:
        for count in summary.values():
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise self._wrong("changeSummary holds something that is not a count")

    def step(self, item: object, number: int) -> Step:
        entry = self.as_mapping(item, f"step {number}")
        op = self.text(entry, "op")
        if not op:
            raise self._wrong(f"step {number} has no op")
        try:
            urn = Urn.parse(self.text(entry, "urn"))
        except ValueError:
            raise self._wrong(f"step {number} has no URN") from None
        return Step(
            op=op,
            urn=urn,
            old=self.state(entry, "oldState"),
            new=self.state(entry, "newState"),
            word=self.word(entry),
        )

    def word(self, entry: Json) -> Word:
        reasons = frozenset(self.texts(entry, "replaceReasons"))
        if entry.get("detailedDiff") is None:
            # Of providers it says only which of their inputs differ.
            keys = [dotted(key) for key in self.texts(entry, "diffReasons")]
            return Word(reasons=reasons, differs=keys or None)
        details = self.mapping(entry, "detailedDiff")
        return Word(
            reasons=reasons,
            differs=[dotted(path) for path in details],
            replacing=[
                dotted(path)
                for path, its in details.items()
                if self.text(self.as_mapping(its, f"detailedDiff of {path[:40]}"), "kind").endswith(
                    _REPLACING
                )
            ],
        )

    def texts(self, holder: Json, key: str) -> Iterator[str]:
        for item in self.items(holder, key):
            if not isinstance(item, str):
                raise self._wrong(f"{key} holds something that is no text")
            yield item

    def state(self, entry: Json, key: str) -> State | None:
        if entry.get(key) is None:
            return None
        state = self.mapping(entry, key)
        hooks = self.mapping(state, "resourceHooks")
        dependencies = self.mapping(state, "propertyDependencies")
        return State(
            id=self.text(state, "id"),
            type=self.text(state, "type"),
            inputs=self.mapping(state, "inputs"),
            outputs=self.mapping(state, "outputs"),
            protect=self.flag(state, "protect"),
            retain_on_delete=self.flag(state, "retainOnDelete"),
            import_id=self.text(state, "importID"),
            provider=self.text(state, "provider").rpartition("::")[0],
            failed=bool(self.items(state, "initErrors")),
            pending_replacement=self.flag(state, "pendingReplacement"),
            hooks=frozenset(self.texts(hooks, "BeforeDelete")),
            sources=frozenset(self.texts(dependencies, "metadata")),
        )
