"""What the program said is read out of previews, and nothing that anybody else said is."""

import json

import pytest

from gate.library import Word
from gate.reading import read_preview
from gate.said import Said, said_by, said_in
from statefast.errors import StatefastError
from statefast.marks import Word as Mark
from statefast.marks import framed

from .handmade import Json, preview, recorded, state, step, urn

SECRET = "hunter2"
ERROR = StatefastError(
    "StatefulSet zk",
    "pod_management_policy",
    "OrderedReady",
    "but it has 'Parallel', which is immutable, and would be replaced (all stop; the claims stay)",
    "write 'Parallel' back, or consent to this one change by adding"
    " 'StatefulSet zk: pod_management_policy Parallel -> OrderedReady [9f2be8d2]' to consent",
)
COMPONENT = "urn:pulumi:dev::shop::statefast:index:PersistentStatefulSet::zk"
STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"


def diagnostic(message: str, severity: str = "error", **more: str) -> Json:
    return {"message": f"{severity}: {message}\n", "severity": severity, **more}


def one(document: Json) -> Said:
    (said,) = said_in(json.dumps(document).encode())
    return said


def test_a_refusal_is_taken_apart_for_people() -> None:
    said = one(recorded("own-refused"))
    assert said.word is Word.REFUSES
    assert said.subject == "StatefulSet zookeeper"
    wrong, remedy = said.parts
    assert wrong == (
        "pod_management_policy is 'OrderedReady', but it has 'Parallel', which is immutable,"
        " and would be replaced"
        " (all pods would stop at once; the claims stay)"
    )
    assert remedy == (
        "write 'Parallel' back, or consent to this one change by adding the line below to consent"
    )
    (consent,) = said.consents
    assert consent.startswith(
        "StatefulSet zookeeper: pod_management_policy Parallel -> OrderedReady ["
    )


def test_the_sentence_itself_is_kept_word_for_word() -> None:
    assert one(preview(diagnostics=[diagnostic(str(ERROR))])).text == ERROR.sentence


@pytest.mark.parametrize(
    "name",
    ["it's one", 'it is "one"', 'it\'s "one"', "a\\b", "[x] -> y", "a 'quoted' one"],
)
def test_a_consent_is_read_however_it_is_quoted(name: str) -> None:
    consent = f"StatefulSet zk: selector {name} -> b [9f2be8d2]"
    error = StatefastError("zk", "app", "b's", "isn't a", f"adding {consent!r} to it's consent")
    assert said_by([diagnostic(str(error))])[0].consents == (consent,)


def test_of_several_consents_the_sentence_says_which_is_meant() -> None:
    error = StatefastError(
        "a", "b", 1, "no", "add 'x: a b -> c [00000001]' or 'x: a d -> e [00000002]'"
    )
    (said,) = said_by([diagnostic(str(error))])
    assert said.consents == ("x: a b -> c [00000001]", "x: a d -> e [00000002]")
    assert said.parts[1] == error.remedy


def test_a_consent_that_the_engine_masked_is_not_offered() -> None:
    masked = str(ERROR).replace("Parallel", "[secret]")
    (said,) = said_by([diagnostic(masked)])
    assert said.consents == ()


def test_a_sentence_knows_the_component_it_was_said_at_and_what_is_in_it() -> None:
    claim = step(
        "same",
        "PersistentVolumeClaim",
        None,
        {**state("PersistentVolumeClaim"), "parent": COMPONENT},
    )
    other = step("same", "PersistentVolumeClaim", None, state("PersistentVolumeClaim"), "other")
    note = framed(Mark.NOTES, "the driver rounds up")
    document = preview(
        claim,
        other,
        diagnostics=[
            diagnostic(note, "warning", urn=COMPONENT),
            # The engine says it at the stack as well.
            diagnostic(note, "warning", urn=STACK),
            diagnostic(note, "warning"),
        ],
    )
    (said,) = read_preview(json.dumps(document).encode(), "x").said
    assert (said.about, said.text, said.word) == ("zk", "the driver rounds up", Word.NOTES)
    assert said.is_near(urn("PersistentVolumeClaim"))
    assert not said.is_near(urn("PersistentVolumeClaim", "other"))


def test_the_same_note_of_two_components_is_two() -> None:
    note = framed(Mark.NOTES, "cannot be read")
    urns = [COMPONENT, COMPONENT.replace("::zk", "::db")]
    found = said_by([diagnostic(note, "warning", urn=its) for its in urns])
    assert [said.about for said in found] == ["db", "zk"]


@pytest.mark.parametrize(
    ("text", "name", "names"),
    [
        ("claim data-zk-0 grows", "data-zk-0", True),
        ("claims left: data-zk-0.", "data-zk-0", True),
        ("claims left: a, data-zk-0; b", "data-zk-0", True),
        ("claim data-zk-01 grows", "data-zk-0", False),
        ("claim my-data-zk-0 grows", "data-zk-0", False),
        ("claim data.zk grows", "data", False),
        ("namespace/data-zk-0", "data-zk-0", True),
    ],
)
def test_a_note_names_whole_names(text: str, name: str, names: bool) -> None:
    assert Said(word=Word.NOTES, text=text).names(name) is names


def whole(document: Json) -> str:
    return json.dumps(document, indent=4)


@pytest.mark.parametrize("cut", [0.5, 0.9, 0.99])
def test_half_a_preview_still_has_its_sentence(cut: float) -> None:
    document = {
        "diagnostics": [diagnostic(f"{SECRET} {ERROR}"), diagnostic(SECRET)],
        "steps": [step("same", "StatefulSet", None, state("StatefulSet")) for _ in range(20)],
        "changeSummary": {"same": 20},
    }
    text = whole(document)
    (said,) = said_in(text[: int(len(text) * cut)].encode())
    assert said.text == ERROR.sentence
    assert said.consents


def test_a_stream_of_events_has_its_sentence() -> None:
    events = [
        {"sequence": 1, "diagnosticEvent": {"message": SECRET, "severity": "debug"}},
        {"sequence": 2, "diagnosticEvent": {"message": f"{ERROR}\n{SECRET}", "severity": "error"}},
        {"sequence": 3, "cancelEvent": {}},
    ]
    (said,) = said_in("\n".join(json.dumps(event) for event in events).encode())
    assert said.text == ERROR.sentence


def test_the_log_of_a_preview_has_its_sentence() -> None:
    (said,) = said_in(f"Previewing update (dev):\n {SECRET}\n  error: {ERROR}\n\n".encode())
    assert said.text == ERROR.sentence


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"{" * 5000,
        b"[1, 2]",
        b"null",
        b'{"diagnostics": 3}',
        b'{"diagnostics": [3, {"message": 4}, {"message": null}]}',
        b'{"diagnostics": [{"message": "x", "urn": 3}]}',
        json.dumps({"diagnostics": [diagnostic(f"Exception: {SECRET}")]}).encode(),
        json.dumps({"diagnostics": [diagnostic(ERROR.sentence)]}).encode(),
        json.dumps({"config": {"x": f"statefast refuses: {SECRET}"}}).encode(),
    ],
)
def test_what_holds_no_sentence_has_none(data: bytes) -> None:
    assert said_in(data) == ()


def test_only_the_diagnostics_of_a_preview_are_read() -> None:
    """A value of the stack that looks like a sentence was not said."""
    metadata = {"name": str(ERROR), "namespace": "data"}
    its = step("same", "StatefulSet", None, state("StatefulSet", {"metadata": metadata}))
    assert said_in(json.dumps(preview(its, config={"a:b": str(ERROR)})).encode()) == ()
