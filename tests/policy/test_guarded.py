"""What a guard has not seen is found by its missing mark."""

from typing import Any

import pytest

from statefast.safety.read.live import OWNER

from .asking import UNKNOWN, Made, ask, made

RULE = "seen-by-the-guard"
SEEN = {"annotations": {OWNER: "test/dev"}}


def guard(**args: Any) -> Made:
    return Made("statefast:index:Guard", args, name="guard")


def deployment(*claims: str) -> Made:
    volumes = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in claims]
    return made("Deployment", "app", spec={"template": {"spec": {"volumes": volumes}}})


@pytest.mark.parametrize("kind", ["StatefulSet", "PersistentVolumeClaim"])
def test_what_passed_the_guard_has_its_mark(kind: str) -> None:
    assert ask(RULE, guard(), made(kind, "web", metadata=SEEN)).said == []
    (said,) = ask(RULE, guard(), made(kind, "web")).said
    assert f"{kind} web: metadata.annotations[{OWNER}] is None" in said
    assert "the guard of this stack has not seen it" in said


def test_a_deployment_counts_if_it_mounts_a_claim() -> None:
    assert ask(RULE, guard(), deployment()).said == []
    assert len(ask(RULE, guard(), deployment("data")).said) == 1


def test_a_stack_without_a_guard_is_none_of_its_business() -> None:
    assert ask(RULE, made("StatefulSet", "web")).said == []


@pytest.mark.parametrize("name", ["web", "data/web", "StatefulSet web", "data/*", "tier=db"])
def test_what_the_guard_was_told_to_leave_out_is_left_out(name: str) -> None:
    one = {"metadata": {"labels": {"tier": "db"}}}
    assert ask(RULE, guard(**{"except": [name]}), made("StatefulSet", "web", **one)).said == []
    assert len(ask(RULE, guard(only=[name]), made("StatefulSet", "web", **one)).said) == 1
    assert ask(RULE, guard(only=["other"]), made("StatefulSet", "web", **one)).said == []


def test_a_patch_is_part_of_what_somebody_else_made() -> None:
    assert ask(RULE, guard(), made("StatefulSetPatch", "web")).said == []


def test_what_is_not_known_yet_is_said() -> None:
    metadata = {"annotations": UNKNOWN}
    assert ask(RULE, guard(), made("StatefulSet", "web", metadata=metadata)).said == []
