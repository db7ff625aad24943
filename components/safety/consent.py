"""Consent: the owner names one change of one object, and that change alone is let through."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["DELETES_CLAIMS", "Change"]

# What a change takes along that is not in its field: it has to be in the owner's words as well.
DELETES_CLAIMS = "deleting its claims"

_MARK_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One dangerous change of one object.

    Attributes:
        resource: Kind and name of the object, e.g. `StatefulSet zookeeper`.
        field: What changes, in the words of whoever wrote it, e.g. `storage_class_name`.
        old: What it is now.
        new: What it would be.
        uid: `metadata.uid` of the object that lives now. An object that is made again has another
            one, so a consent that was used is of no use for the next change, not even for the
            same one.
        taking: What goes with it, e.g. DELETES_CLAIMS; empty where nothing does. A consent to
            the change alone is none to that.
    """

    resource: str
    field: str
    old: str
    new: str
    uid: str
    taking: str = ""

    @property
    def consent(self) -> str:
        """What the owner writes into `statefast:consent` to have this change, word for word.

        Like `StatefulSet zookeeper: storage_class_name rbd -> fast [5d0c1f9e]`.
        """
        said = f"{self.resource}: {self.field} {self.old} -> {self.new}"
        if self.taking:
            said += f", {self.taking}"
        mark = hashlib.sha256(f"{self.uid} {said}".encode()).hexdigest()[:_MARK_LENGTH]
        return f"{said} [{mark}]"

    @staticmethod
    def uids_of(claims: Mapping[str, str]) -> str:
        """What stands for the uid of several claims, given by their names."""
        return " ".join(f"{name}={uid}" for name, uid in sorted(claims.items()))

    def allowed(self, consents: Iterable[str]) -> bool:
        """Whether one of the consents is for this change; white space does not count."""
        return " ".join(self.consent.split()) in {" ".join(given.split()) for given in consents}
