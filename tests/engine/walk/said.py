"""What a run said: its refusals and warnings, the consents they offer, and what those give up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from statefast.marks import Word, sentences

__all__ = ["Consent", "Run", "Way", "ways"]

_CONSENT = re.compile(r"'([^']*? \[[0-9a-f]{8}\])'")
_COMMANDS = re.compile(r"(kubectl .*?)(?: && pulumi up --refresh|; or |;|$)")
_DELETING = "deleting "
# Of many claims only the first are shown.
_MORE = re.compile(r",? and \d+ more$")
# By a consent to these fields claims may go unmounted; `volumes` and `claims` say which.
_LEAVE_CLAIMS = ("namespace", "pods", "ordinals", "name")
# These move no data to another place, and nor do those above.
_MOVE_NOTHING = (
    *_LEAVE_CLAIMS,
    "volumes",
    "claims",
    "retention",
    "owner",
    "replicas",
    "headless_suffix",
    "pod_management_policy",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the CLI.

    Attributes:
        code: Its exit code; None where it was ended before its time.
        program: Whether the program ran: a plain refresh or destroy does without.
        late: Whether it did not end by itself in the time that it had.
    """

    verb: str
    text: str
    code: int | None = 0
    program: bool = True
    late: bool = False

    @property
    def sentences(self) -> Sequence[tuple[Word, str]]:
        """What this project said, out of its frames."""
        return sentences(self.text)

    @property
    def refusals(self) -> list[str]:
        """What was refused."""
        return [said for word, said in self.sentences if word is Word.REFUSES]

    @property
    def errors(self) -> list[str]:
        """What failed, in whose words so ever."""
        lines = [line.strip() for line in self.text.splitlines()]
        return list(dict.fromkeys(line for line in lines if line.startswith("error:")))

    def names(self, name: str) -> bool:
        """Whether an owner reads this name in a warning or a refusal; a table of steps is none."""
        word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
        said = [text for _, text in self.sentences] + self.errors
        return any(word.search(text) for text in said)


@dataclass(frozen=True, slots=True)
class Way:
    """One way on that a refusal offers: what to consent to or to write, what to run, and how."""

    consents: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    refresh: bool = False
    former: str = ""
    # Of a volume that cannot shrink: who has it, and what to write.
    size: tuple[str, str] | None = None


def ways(run: Run) -> list[Way]:
    """The ways on that a run offers, in their order.

    Refusals come first; a warning has a consent as well.
    """
    found = []
    said = run.refusals + [text for word, text in run.sentences if word is not Word.REFUSES]
    for sentence in said:
        refresh = "--refresh" in sentence
        former = re.search(r"write statefast:formerStack: (\S+) into", sentence)
        if former is not None:
            found.append(Way(former=former[1]))
        grown = re.match(r"\w+ (\S+): storage\.size is .*; write '(\S+)' or more", sentence)
        if grown is not None:
            found.append(Way(size=(grown[1], grown[2])))
        parts = re.split(r"; (?=to |or )|, or (?=start|consent)|; or ", sentence)
        for part in parts:
            consents = tuple(_CONSENT.findall(part))
            commands = tuple(it.rstrip(" .)") for it in _COMMANDS.findall(part))
            if consents or commands:
                found.append(Way(consents, commands, refresh))
        if refresh and not any(way.refresh for way in found):
            found.append(Way(refresh=True))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What an owner gave up by a consent, as far as its words say.

    Attributes:
        resource: Name of the object it is for: a workload or a volume.
        kind: Of that object.
        old: What its field had.
        new: What it will have.
        deletes: Whether data is deleted by it, and not only left behind.
    """

    kind: str
    resource: str
    field: str
    old: str
    new: str
    deletes: bool

    @classmethod
    def read(cls, text: str) -> "Consent | None":
        """Reads one; None where it is none."""
        found = re.fullmatch(r"(\S+) (\S+): (\S+) (.*) -> (.*) \[[0-9a-f]{8}\]", text)
        if found is None:
            return None
        kind, resource, field_, old, new = found.groups()
        return cls(
            kind=kind, resource=resource, field=field_, old=old, new=new, deletes=_DELETING in new
        )

    def leaves(self, *, workload: str, namespace: str, volume: str, claim: str, role: str) -> bool:
        """Whether a volume may go unmounted by it.

        Args:
            workload: The workload it belongs to, under any of its names.
            namespace: Of its claim.
            volume: Its name.
            claim: Name of its claim.
            role: Name of the volume in the workload.
        """
        if self.kind == "PersistentVolume":
            return self.resource == volume
        if self.kind == "PersistentVolumeClaim":
            of = self.resource in (claim, f"{namespace}/{claim}")
            return of and self.field != "writer" and self._from(namespace)
        if self.field == "claims":
            return claim in _names(self.old)
        if self.resource != workload:
            return False
        if self.field == "volumes":
            # Of claims, or of the templates of a set.
            gone = _names(self.old) - _names(self.new)
            unseen = _MORE.search(self.old) is not None and claim not in _names(self.new)
            return unseen or not gone.isdisjoint((claim, f"{workload}-{role}"))
        return self.field in _LEAVE_CLAIMS and self._from(namespace)

    def moves(self, workload: str) -> bool:
        """Whether a workload may read its data elsewhere, or with another version, by it.

        Args:
            workload: Its name in the cluster.
        """
        mine = self.resource == workload and self.kind in ("StatefulSet", "Deployment")
        _, _, of_volume = self.field.partition("volumes.")
        if of_volume and not of_volume.endswith(".mount_path"):
            return False
        return mine and self.field not in _MOVE_NOTHING

    def shares(self, *, namespace: str, claim: str) -> bool:
        """Whether another workload may mount a claim by it."""
        of = self.resource in (claim, f"{namespace}/{claim}")
        return self.kind == "PersistentVolumeClaim" and of and self.field == "writer"

    def _from(self, namespace: str) -> bool:
        """A move gives up what is in the namespace that is left."""
        return self.field != "namespace" or self.old == namespace


def _names(text: str) -> set[str]:
    return set(_MORE.sub("", text).split(", "))
