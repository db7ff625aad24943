"""The policies asked about a preview that lies in a file, which may be meant to do harm."""

import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from policy.preview import NotAPreview, Said, app, ask, read

PREVIEWS = Path(__file__).parents[1] / "gate/previews"
HEAD = "urn:pulumi:prod::shop"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ENVELOPE = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": 1}


def step(kind: str, name: str, /, op: str = "same", state: Any = None, **inputs: Any) -> Any:
    group = "apps/v1" if kind in ("Deployment", "StatefulSet") else "core/v1"
    token = f"kubernetes:{group}:{kind}"
    inputs = {"metadata": {"name": name, "namespace": "data"}, **inputs}
    return {
        "op": op,
        "urn": f"{HEAD}::{token}::{name}",
        "newState": {"type": token, "inputs": inputs, **(state or {})},
    }


def preview(*steps: Any, **more: Any) -> bytes:
    stack = {
        "op": "same",
        "urn": f"{HEAD}::pulumi:pulumi:Stack::shop-prod",
        "newState": {"type": "x"},
    }
    every = [stack, *steps]
    summary: dict[str, int] = {}
    for item in every:
        summary[item["op"]] = summary.get(item["op"], 0) + 1
    return json.dumps({"steps": every, "changeSummary": summary, **more}).encode()


def asked(*steps: Any, config: Any = None) -> Said:
    return ask(read(preview(*steps)), config)


def claim(**state: Any) -> Any:
    spec = {"accessModes": ["ReadWriteOnce"]}
    return step("PersistentVolumeClaim", "vol", state=state, spec=spec)


def web(name: str = UNKNOWN, **state: Any) -> Any:
    volumes = [{"persistentVolumeClaim": {"claimName": name}}]
    spec = {"template": {"spec": {"volumes": volumes}}}
    return step("Deployment", "web", state=state, spec=spec)


def rules(lines: list[str]) -> set[str]:
    return {line.partition("  ")[0] for line in lines}


def test_a_preview_is_judged_as_the_engine_would_have_it_judged() -> None:
    said = asked(claim(), web("vol"))
    assert rules(said.broken) == {"production-claims-are-kept", "one-writer"}
    assert rules(said.advice) == {"claims-are-kept"}
    assert said.unseen == []


@pytest.mark.parametrize("kept", [{"protect": True}, {"retainOnDelete": True}])
def test_a_preview_shows_what_no_policy_sees(kept: dict[str, bool]) -> None:
    assert asked(claim(**kept)).broken == []
    assert asked(claim(**dict.fromkeys(kept, "true"))).broken != []


@pytest.mark.parametrize("hidden", [UNKNOWN, "[secret]", ENVELOPE])
def test_what_is_secret_or_not_known_yet_is_said_to_be_unseen(hidden: Any) -> None:
    said = asked(step("StatefulSet", "zk", spec={"persistentVolumeClaimRetentionPolicy": hidden}))
    assert "claims-outlive-their-set" in rules(said.unseen)
    assert any(line.startswith("  - [unknown]") for line in said.lines)


def test_a_claim_that_is_not_known_may_be_any_that_is_needed() -> None:
    needs = [claim()["urn"], "urn:pulumi:prod::shop::kubernetes:core/v1:Secret::gone"]
    assert "one-writer" in rules(asked(claim(), web(dependencies=needs)).broken)
    assert "one-writer" in rules(asked(claim(), web()).unseen)


def test_what_is_on_its_way_out_is_no_part_of_the_stack() -> None:
    gone = claim()
    gone["op"] = "delete"
    assert asked(gone).broken == []
    replaced = claim()
    replaced["op"] = "delete-replaced"
    assert asked(claim(protect=True), replaced).broken == []


def test_a_child_is_of_its_own_type() -> None:
    child = claim()
    child["urn"] = f"{HEAD}::my:Thing$kubernetes:core/v1:PersistentVolumeClaim::vol"
    assert "production-claims-are-kept" in rules(asked(child).broken)


def test_levels_and_settings_are_those_of_the_pack() -> None:
    config = {
        "all": "advisory",
        "claims-are-kept": "disabled",
        "one-writer": {"shared": ["data/vol"], "enforcementLevel": "mandatory"},
    }
    said = asked(claim(), web("vol"), config=config)
    assert said.broken == []
    assert rules(said.advice) == {"production-claims-are-kept"}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "or was cut off"),
        (b"[" * 100_000, "or was cut off"),
        (b"{}", "or was cut off"),
        (b"[]", "or was cut off"),
        (b'{"steps": {}}', "does not show every resource"),
        (b'{"steps": [1]}', "or was cut off"),
        (preview(claim())[:-9], "or was cut off"),
        (preview(claim(), changeSummary={"same": 3}), "does not show every resource"),
        (preview(claim(), changeSummary={}), "does not show every resource"),
        (preview(claim(), diagnostics=[{"severity": "error"}]), "ended with an error"),
        (preview({**claim(), "newState": {"inputs": [1]}}), "or was cut off"),
    ],
)
def test_what_is_no_whole_preview_is_no_pass(data: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(NotAPreview, match=says):
        read(data)
    (tmp_path / "prod.json").write_bytes(data)
    done = run(f"prod={tmp_path / 'prod.json'}")
    assert done.exit_code == 2
    assert says in done.output


def run(*named: str) -> Any:
    return CliRunner().invoke(app, [word for name in named for word in ("--stack", name)])


def test_the_worst_of_all_stacks_counts(tmp_path: Path) -> None:
    for name, data in (("good", preview(claim(protect=True))), ("bad", preview(claim()))):
        (tmp_path / name).write_bytes(data)
    good, bad, none = (f"prod={tmp_path / name}" for name in ("good", "bad", "none"))

    assert run(good).exit_code == 0
    assert "prod: kept" in run(good).output
    done = run(good, bad)
    assert done.exit_code == 1
    assert "prod: broken\n  - [mandatory] production-claims-are-kept  Persistent" in done.output
    assert run(bad, none).exit_code == 2
    (tmp_path / "link").symlink_to(tmp_path / "good")
    assert run(f"prod={tmp_path / 'link'}").exit_code == 2


def test_a_preview_does_not_choose_the_stack_it_is_judged_as(tmp_path: Path) -> None:
    """The name says what is production, and which rules hold there."""
    as_dev = preview(claim()).replace(b"urn:pulumi:prod::", b"urn:pulumi:dev::")
    mixed = preview(claim()).replace(b"urn:pulumi:prod::", b"urn:pulumi:dev::", 1)
    for data in (as_dev, mixed):
        with pytest.raises(NotAPreview, match="of another stack"):
            read(data, "prod")
        (tmp_path / "file").write_bytes(data)
        assert run(f"prod={tmp_path / 'file'}").exit_code == 2
    assert read(as_dev, "organization/shop/dev")


def test_a_comment_has_what_is_broken_and_no_more_than_there_is_room_for(tmp_path: Path) -> None:
    evil = "~~~~\n# gone 😀 @all <!-- \ud800"
    things = [step("PersistentVolumeClaim", f"{evil}{n}") for n in range(50)]
    (tmp_path / "prod.json").write_bytes(preview(*things))
    file = tmp_path / "policies.md"

    done = CliRunner().invoke(
        app, ["--stack", f"prod={tmp_path / 'prod.json'}", "--comment", str(file)]
    )

    assert done.exit_code == 1, done.exception
    text = file.read_text()
    # With the gate's 64,000 and the marker it is a comment that GitHub takes.
    assert len(text.encode("utf-16-le")) // 2 < 1_500
    lines = text.splitlines()
    assert lines[:5] == ["", "### Policies are broken", "", "~~~~text", "prod: broken"]
    assert [n for n, line in enumerate(lines) if line.startswith("~~~~")] == [3, len(lines) - 1]
    assert "more lines, in the log of the job" in lines[-2]
    assert "production-claims-are-kept" in lines[5]


def test_no_name_is_a_command_to_the_runner_of_a_job(tmp_path: Path) -> None:
    evil = "x\n::error::gone\r##[set-output name=a]b\u2028::warning::"
    thing = step("PersistentVolumeClaim", evil)
    (tmp_path / "prod.json").write_bytes(preview(thing))

    done = run(f"prod={tmp_path / 'prod.json'}")

    assert done.exit_code == 1
    for line in done.output.splitlines():
        assert "::" not in line
        assert "##[" not in line


def test_a_large_stack_is_no_reason_to_wait() -> None:
    """Time grows with the number of objects, and not with its square: the judge has minutes."""
    every = []
    for number in range(2_000):
        volumes = [{"persistentVolumeClaim": {"claimName": f"vol{number}"}}]
        spec = {"strategy": {"type": "Recreate"}, "template": {"spec": {"volumes": volumes}}}
        modes = {"accessModes": ["ReadWriteOnce"]}
        protected = {"protect": True}
        every.append(step("PersistentVolumeClaim", f"vol{number}", state=protected, spec=modes))
        every.append(step("Deployment", f"web{number}", spec=spec))
    data = preview(*every)
    began = process_time()

    said = ask(read(data))

    assert (said.broken, said.unseen) == ([], [])
    # Three seconds; it was two minutes and a half.
    assert process_time() - began < 30


@pytest.mark.parametrize("file", sorted(PREVIEWS.glob("*.json")), ids=lambda file: file.stem)
def test_every_recorded_preview_is_read_or_failed(file: Path) -> None:
    data = file.read_bytes()
    if any(it["severity"] == "error" for it in json.loads(data).get("diagnostics", [])):
        with pytest.raises(NotAPreview, match="ended with an error"):
            read(data)
    else:
        list(ask(read(data)).lines)


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=4) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "steps",
                        "op",
                        "urn",
                        "newState",
                        "inputs",
                        "changeSummary",
                        "same",
                        "diagnostics",
                        "dependencies",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_no_document_is_a_traceback(document: Any) -> None:
    try:
        list(ask(read(json.dumps(document).encode())).lines)
    except NotAPreview as error:
        assert str(error)
