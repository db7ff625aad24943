"""What a rule finds, and what all rules together find of one object."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from .edits import Edit
from .library import Change
from .severity import Severity
from .values import Hidden

__all__ = ["Finding", "Judged", "spaced"]

_HIDDEN = tuple(Hidden(is_secret=its).said for its in (True, False))


def spaced(consent: str) -> str:
    """A consent as it is compared: white space does not count."""
    return " ".join(consent.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that one rule says about one object.

    Attributes:
        rule: Name of the rule.
        severity: How bad it is.
        said: What happens to the data, in a sentence without its full stop.
        changes: What the owner has to consent to, all of it, to have this. Without any there is
            nothing to consent to.
    """

    rule: str
    severity: Severity
    said: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Judged:
    """One object with all that was found.

    Attributes:
        edit: What would be done to it.
        findings: What the rules say, the worst first.
        old_size, new_size: Of its volume or volumes; empty where it has none.
        consents: What the owner consented to in this stack, each `spaced`.
    """

    edit: Edit
    findings: tuple[Finding, ...]
    old_size: str = ""
    new_size: str = ""
    consents: Collection[str] = field(default=(), repr=False)

    def consentable(self, finding: Finding) -> bool:
        """Whether the owner can consent: to known values, of an object of known identity."""
        return (
            bool(finding.changes)
            and bool(self.edit.uid)
            and not any(
                mark in text
                for change in finding.changes
                for text in (change.old, change.new)
                for mark in _HIDDEN
            )
        )

    def consented(self, finding: Finding) -> bool:
        """Whether the owner consented to every change this finding is about."""
        return (
            bool(self.consents)
            and self.consentable(finding)
            and all(spaced(change.consent) in self.consents for change in finding.changes)
        )

    def missing_consents(self, fail_on: Severity) -> list[str]:
        """What the owner has to write to have this pass, each text once."""
        changes = [
            change
            for found in self.findings
            if found.severity >= fail_on and self.consentable(found)
            for change in found.changes
            if spaced(change.consent) not in self.consents
        ]
        return list(dict.fromkeys(change.consent for change in changes))

    @property
    def worst(self) -> Finding:
        """The finding that says most: the worst of those without consent."""
        open_ones = [found for found in self.findings if not self.consented(found)]
        return (open_ones or self.findings)[0]

    @property
    def grows(self) -> bool:
        """Whether its volume grows."""
        return any(found.rule == "claim-grows" for found in self.findings)

    @cached_property
    def severity(self) -> Severity:
        """The worst of what remains after consent."""
        return max(
            (found.severity for found in self.findings if not self.consented(found)),
            default=Severity.SAFE,
        )

    @cached_property
    def found_severity(self) -> Severity:
        """The worst of what was found, consent or not."""
        return max((found.severity for found in self.findings), default=Severity.SAFE)
