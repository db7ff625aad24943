"""The report as JSON, for other programs; gate/schema.json describes it."""

import json
from typing import Any

from .finding import Finding, Judged
from .judge import Verdict
from .markdown import clean
from .report import Failure, Report
from .said import Said

__all__ = ["VERSION", "document", "dump"]

# Raised when a field goes or changes its meaning; a field more does not raise it.
VERSION = 1


def document(report: Report) -> dict[str, Any]:
    """Everything that was found, nothing left out."""
    return {
        "version": VERSION,
        "passed": report.passed,
        "verdict": None if report.failures else report.severity.label,
        "failOn": report.fail_on.label,
        "stacks": [
            *(_failure(failure) for failure in report.failures),
            *(_stack(verdict) for verdict in report.verdicts),
        ],
    }


def dump(report: Report) -> str:
    """The document as text."""
    return json.dumps(document(report), indent=2, ensure_ascii=True) + "\n"


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "stack": failure.stack,
        "verdict": None,
        "error": clean(failure.said),
        "refused": failure.refused,
        "said": [_said(its) for its in failure.sentences],
    }


def _said(said: Said) -> dict[str, Any]:
    return {
        "word": said.word.value,
        "severity": said.severity.label,
        "about": said.about,
        "text": clean(said.text),
        "consents": list(said.consents),
    }


def _stack(verdict: Verdict) -> dict[str, Any]:
    return {
        "stack": verdict.stack,
        "verdict": verdict.severity.label,
        "untouched": verdict.untouched,
        "notes": list(verdict.notes),
        "said": [_said(its) for its in verdict.said],
        "objects": [_object(its) for its in verdict.judged],
    }


def _object(its: Judged) -> dict[str, Any]:
    return {
        "urn": its.edit.urn.text,
        "kind": its.edit.kind.name,
        "namespace": its.edit.namespace,
        "name": its.edit.name,
        "action": its.edit.action.value,
        "verdict": its.severity.label,
        "size": {"old": its.old_size, "new": its.new_size},
        "findings": [_finding(its, found) for found in its.findings],
    }


def _finding(its: Judged, found: Finding) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity.label,
        "said": clean(found.said),
        "consented": its.consented(found),
        "changes": [
            {
                "field": change.field,
                "old": change.old,
                "new": change.new,
                "consent": change.consent if its.consentable(found) else None,
            }
            for change in found.changes
        ],
    }
