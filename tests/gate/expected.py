"""The expected verdict of every recorded preview, and the rule that makes it."""

from gate.severity import Severity

__all__ = ["BY_OUR_GUARD", "ENDS_WITH_AN_ERROR", "EXPECTED", "REFUSED"]

_SAFE, _ROLLS, _DOWN = Severity.SAFE, Severity.ROLLS_PODS, Severity.DOWNTIME
_RISK, _LOST = Severity.AT_RISK, Severity.LOST

# An empty rule: nothing is said at all.
EXPECTED: dict[str, tuple[Severity, str]] = {
    "nothing-changes": (_SAFE, ""),
    "claim-grows": (_SAFE, "claim-grows"),
    "claim-grows-in-other-words": (_SAFE, ""),
    "claim-grows-on-fixed-class": (_RISK, "class-cannot-grow"),
    "claim-gets-a-label": (_SAFE, ""),
    "claim-created": (_SAFE, ""),
    "claim-removed": (_LOST, "claim-deleted"),
    "claim-removed-from-retain-class": (_RISK, "claim-deleted"),
    "claim-removed-of-unknown-class": (_LOST, "claim-deleted"),
    "claim-removed-with-its-retain-class": (_RISK, "claim-deleted"),
    "claim-removed-retained": (_SAFE, "claim-retained"),
    "claim-class-changes": (_LOST, "claim-replaced"),
    "claim-mode-changes": (_LOST, "claim-replaced"),
    "claim-class-not-known-yet": (_LOST, "claim-replaced"),
    "claim-renamed": (_LOST, "claim-replaced"),
    "claim-renamed-in-the-stack": (_LOST, "renamed-in-the-stack"),
    "claim-renamed-in-both": (_LOST, "renamed"),
    "claim-renamed-in-both-retained": (_RISK, "renamed"),
    "claim-autonamed-class-changes": (_LOST, "claim-replaced"),
    "claim-moves-under-a-parent": (_SAFE, ""),
    "claim-unprotected": (_RISK, "protect-dropped"),
    "claim-unprotected-and-replaced": (_LOST, "protect-dropped"),
    "claim-retain-dropped": (_RISK, "retain-dropped"),
    "claim-retain-dropped-after-a-refresh": (_RISK, "retain-dropped"),
    "claim-retained-and-replaced": (_DOWN, "claim-wedged"),
    "claim-retain-dropped-and-replaced": (_RISK, "retain-dropped"),
    "claim-import-dropped": (_SAFE, "import-dropped"),
    "patch-grows": (_SAFE, "claim-grows"),
    "patch-removed-retained": (_SAFE, "claim-patch-deleted"),
    "patch-removed": (_DOWN, "claim-patch-lets-go"),
    "patch-renamed": (_RISK, "claim-left-behind"),
    "patch-renamed-in-the-stack": (_SAFE, "renamed-in-the-stack"),
    "set-created": (_SAFE, ""),
    "set-image": (_ROLLS, "set-rolls"),
    "set-scales-out": (_SAFE, ""),
    "set-scales-in": (_ROLLS, "set-scaled-in"),
    "set-scales-in-with-claims": (_LOST, "set-scaled-in-with-claims"),
    "set-removed": (_DOWN, "set-deleted"),
    "set-removed-with-claims": (_LOST, "set-deleted-with-claims"),
    "set-removed-with-claims-orphan": (_SAFE, "set-retained"),
    "set-removed-with-claims-on-retain-class": (_RISK, "set-deleted-with-claims"),
    "set-claims-go-from-now-on": (_RISK, "claims-go-from-now-on"),
    "set-claims-go-with-replicas-from-now-on": (_RISK, "claims-go-from-now-on"),
    "set-claims-stay-from-now-on": (_SAFE, ""),
    "set-size-grows": (_DOWN, "set-replaced"),
    "set-size-ignored": (_SAFE, ""),
    "set-service-changes": (_DOWN, "set-replaced"),
    "set-replaced": (_DOWN, "set-replaced"),
    "set-replaced-with-claims": (_LOST, "set-replaced-with-claims"),
    "set-replaced-orphan": (_ROLLS, "set-replaced-under-its-pods"),
    "set-replaced-with-claims-orphan": (_ROLLS, "set-replaced-under-its-pods"),
    "set-renamed": (_RISK, "set-starts-empty"),
    "set-renamed-in-both": (_RISK, "renamed"),
    "set-unprotected": (_RISK, "protect-dropped"),
    "class-parameters": (_SAFE, "class-remade"),
    "class-reclaim-policy": (_SAFE, "class-deletes-from-now-on"),
    "class-expansion-off": (_SAFE, ""),
    "class-removed": (_SAFE, "class-removed"),
    "namespace-removed": (_LOST, "namespace-deleted"),
    "namespace-removed-empty": (_RISK, "namespace-deleted"),
    "namespace-removed-retained": (_SAFE, "namespace-retained"),
    "volume-removed": (_RISK, "volume-unbound"),
    "volume-removed-delete": (_LOST, "volume-deleted"),
    "volume-goes-from-now-on": (_RISK, "volume-goes-from-now-on"),
    "volume-stays-from-now-on": (_SAFE, ""),
    "snapshot-taken": (_SAFE, ""),
    "snapshot-removed": (_LOST, "snapshot-deleted"),
    "snapshot-removed-from-retain-class": (_RISK, "snapshot-unbound"),
    "provider-replaced": (_LOST, "set-starts-empty"),
    "provider-not-known-yet": (_RISK, "goes-elsewhere"),
    "deployment-image": (_ROLLS, "pods-roll"),
    "deployment-mounts-another-claim": (_RISK, "mounts-other-data"),
    "deployment-mounts-by-output-and-claim-grows": (_SAFE, "claim-grows"),
    "secret-changes": (_SAFE, ""),
    "own-nothing-changes": (_SAFE, ""),
    "own-set-grows": (_SAFE, "claim-grows"),
    "own-set-scales-in": (_ROLLS, "set-scaled-in"),
    "own-workload-removed": (_DOWN, "pods-stop"),
    "own-pattern-switched": (_RISK, "renamed"),
    "own-image": (_ROLLS, "pods-roll"),
    "own-class-remade": (_SAFE, "class-remade"),
    "own-grows-on-fixed-class": (_RISK, "class-cannot-grow"),
    "own-renamed": (_RISK, "pods-stop"),
    "own-destroyed": (_DOWN, "pods-stop"),
    "own-ephemeral-destroyed": (_RISK, "set-deleted-with-claims"),
}

# With the provider served here these previews end with an error, which stops them whatever they
# do. Newer providers show the same steps without it: for those the verdict is in EXPECTED, and is
# tested on the recorded steps with the error taken out.
ENDS_WITH_AN_ERROR = frozenset(
    {
        "claim-class-changes",
        "claim-mode-changes",
        "claim-retain-dropped-and-replaced",
        "claim-retained-and-replaced",
        "claim-unprotected-and-replaced",
        "set-replaced",
        "set-replaced-orphan",
        "set-replaced-with-claims",
        "set-replaced-with-claims-orphan",
        "set-service-changes",
        "set-size-grows",
    }
)
# What no provider lets through: there is no verdict to give.
REFUSED = frozenset({"claim-protected-and-replaced", "claim-shrinks"})
# What the guard of the program refuses: there is none either, and its sentence is shown instead.
BY_OUR_GUARD = frozenset({"own-refused", "own-refused-in-the-end"})
