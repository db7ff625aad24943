"""A refused edit: every report says what was refused, why, and what to write, and no secret."""

import io
import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from gate.command import report_on
from gate.comment import comment
from gate.document import document, dump
from gate.github import annotations
from gate.report import Report
from gate.severity import Severity
from gate.terminal import print_report
from statefast.errors import StatefastError
from statefast.marks import Word, framed
from statefast.safety.preflight import Warns

from .handmade import Json, claim_spec, preview, recorded, state, step
from .test_said import COMPONENT, ERROR, SECRET, diagnostic

CONSENT = "StatefulSet zk: pod_management_policy Parallel -> OrderedReady [9f2be8d2]"
SHRINK = StatefastError("VolumeClaim db", "size", "4Gi", "but it has 8Gi", "write '8Gi' or more")
CRASH = diagnostic(f"Program failed with an unhandled exception:\n  password = '{SECRET}'\n")
BY_PROVIDER = diagnostic(f"update failed: Secret data {SECRET} is invalid", urn=COMPONENT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def report(folder: Path, **stacks: Json | bytes) -> Report:
    sources: list[tuple[str | None, str]] = []
    for name, its in stacks.items():
        file = folder / f"{name}.json"
        file.write_bytes(its if isinstance(its, bytes) else json.dumps(its).encode())
        sources.append((name, str(file)))
    return report_on(sources, Severity.AT_RISK)


def table(its: Report, width: int = 100) -> str:
    screen = io.StringIO()
    print_report(its, Console(file=screen, width=width))
    return screen.getvalue()


def all_of(its: Report) -> str:
    return "\n".join([comment(its), dump(its), table(its), *annotations(its)])


def refused(*diagnostics: Json, stack: str = "dev") -> Json:
    made = preview(diagnostics=list(diagnostics))
    made["steps"] = [
        {"op": "same", "urn": f"urn:pulumi:{stack}::shop::pulumi:pulumi:Stack::shop-{stack}"}
    ]
    return made


def test_the_comment_says_it_first_with_the_consent_to_copy(folder: Path) -> None:
    its = report(folder, dev=refused(diagnostic(str(ERROR))))
    text = comment(its)
    assert its.exit_code == 2
    assert text.splitlines()[:6] == [
        "<!-- statefast-gate: dev -->",
        "## ⛔ Refused: `StatefulSet zk` in `dev`",
        "",
        "**Stopped**: the program refuses this edit before anything is touched.",
        "",
        r"- **Refused:** pod\_management\_policy is 'OrderedReady', but it has 'Parallel',"
        " which is immutable, and would be replaced (all stop; the claims stay).",
    ]
    assert "- **Instead:** write 'Parallel' back, or consent to this one change by" in text
    (fence,) = [token for token in MarkdownIt().parse(text) if token.type == "fence"]
    assert (fence.info, fence.content) == (
        "yaml",
        f'config:\n  statefast:consent:\n    - "{CONSENT}"\n',
    )
    assert "`Pulumi.dev.yaml`, for this one change:" in text
    assert "read its log" not in text


def test_the_table_says_it_with_the_consent_to_copy(folder: Path) -> None:
    text = table(report(folder, dev=refused(diagnostic(str(ERROR)))), width=60)
    assert "refused in dev" in text
    assert "│ instead: write 'Parallel' back" in text
    assert f'\n    - "{CONSENT}"\n' in text
    assert text.endswith("stopped: refused by the program in dev\n")


def test_the_json_says_it_word_for_word(folder: Path) -> None:
    (stack,) = document(report(folder, dev=refused(diagnostic(str(ERROR)))))["stacks"]
    assert (stack["verdict"], stack["refused"]) == (None, True)
    assert stack["said"] == [
        {
            "word": "refuses",
            "severity": "data at risk",
            "about": "",
            "text": ERROR.sentence,
            "consents": [CONSENT],
        }
    ]


def test_the_job_says_it_word_for_word(folder: Path) -> None:
    lines = list(annotations(report(folder, dev=refused(diagnostic(str(ERROR))))))
    assert lines == [f"::error title=Refused in dev::{ERROR.sentence}"]


def test_without_a_consent_none_is_offered(folder: Path) -> None:
    its = report(folder, dev=refused(diagnostic(str(SHRINK))))
    assert "- **Instead:** write '8Gi' or more." in comment(its)
    assert "consent" not in comment(its)
    assert "consent" not in table(its)


@pytest.mark.parametrize("name", ["own-refused", "own-refused-in-the-end"])
def test_what_the_engine_printed_is_shown(folder: Path, name: str) -> None:
    its = report(folder, **{name: recorded(name)})
    assert comment(its).splitlines()[1] == f"## ⛔ Refused: `StatefulSet zookeeper` in `{name}`"
    assert "but it has 'Parallel'" in comment(its)
    assert its.exit_code == 2


def test_two_refusals_at_once_are_both_shown(folder: Path) -> None:
    its = report(folder, dev=refused(diagnostic(str(ERROR)), diagnostic(str(SHRINK))))
    text = comment(its)
    assert "## ⛔ Refused: `StatefulSet zk` and 1 more in `dev`" in text
    assert "⛔ **`StatefulSet zk`** in `dev`" in text
    assert "⛔ **`VolumeClaim db`** in `dev`" in text
    assert text.count("**Instead:**") == 2
    assert text.count(CONSENT) == 1
    assert len(list(annotations(its))) == 2


def test_of_two_ways_to_go_on_the_sentence_says_which_line_is_for_which(folder: Path) -> None:
    ways = [f"to go {way}, add 'volume {way}: left no -> yes [0000000{way}]'" for way in "12"]
    error = StatefastError("claim a", "volumes", "a", "but it was made again", "; ".join(ways))
    its = report(folder, dev=refused(diagnostic(str(error))))
    assert r"add 'volume 1: left no -\> yes" in comment(its)
    assert "for the way chosen above, and no other:" in comment(its)
    assert "for the way chosen above, and no other:" in " ".join(table(its).split())


def test_a_sentence_that_the_engine_repeats_is_shown_once(folder: Path) -> None:
    its = report(folder, dev=refused(diagnostic(str(ERROR), urn=COMPONENT), diagnostic(str(ERROR))))
    assert comment(its).count("**Refused:**") == 1


def test_a_refusal_beside_a_verdict_stands_first_and_hides_nothing(folder: Path) -> None:
    its = report(
        folder,
        prod=refused(diagnostic(str(ERROR)), stack="prod"),
        **{"claim-removed": recorded("claim-removed")},
    )
    text = comment(its)
    assert text.index("⛔ **`StatefulSet zk`** in `prod`") < text.index("### `claim-removed`: 🔴")
    assert "the volume is destroyed" in table(its)


@pytest.mark.parametrize("other", [CRASH, BY_PROVIDER])
def test_an_error_of_another_kind_is_named_and_not_shown(folder: Path, other: Json) -> None:
    its = report(folder, dev=refused(other))
    said = all_of(its)
    assert SECRET not in said
    assert "## ❌ No verdict for `dev`" in comment(its)
    assert "read its log" in comment(its)
    assert its.exit_code == 2


@pytest.mark.parametrize("other", [CRASH, BY_PROVIDER])
def test_beside_a_refusal_it_is_named_as_well(folder: Path, other: Json) -> None:
    its = report(folder, dev=refused(other, diagnostic(f"{SECRET} {ERROR} {SECRET}")))
    said = all_of(its)
    assert SECRET not in said
    assert ERROR.sentence in said.replace("%25", "%")
    assert "read its log" in comment(its)
    assert len(list(annotations(its))) == 2


def test_a_failed_preview_shows_its_notes_as_well(folder: Path) -> None:
    note = diagnostic(framed(Word.NOTES, "2 claims are left behind"), "warning")
    its = report(folder, dev=refused(note, diagnostic(str(SHRINK))))
    assert "2 claims are left behind" in comment(its)
    assert "note: 2 claims are left behind" in table(its)


def test_half_a_preview_shows_its_refusal_and_says_that_it_is_half(folder: Path) -> None:
    made = {**refused(diagnostic(str(ERROR))), "changeSummary": {"same": 1}}
    data = json.dumps(dict(sorted(made.items(), reverse=True))).encode()
    its = report(folder, dev=data[:-40])
    text = comment(its)
    assert "## ⛔ Refused: `StatefulSet zk` in `dev`" in text
    assert "is not JSON, or was cut off" in text
    assert "is not JSON, or was cut off" in table(its).replace("\n", " ")


def claim(name: str, size: str = "12Gi", parent: str = COMPONENT) -> Json:
    metadata = {"name": name, "namespace": "data"}
    old = state("PersistentVolumeClaim", {"metadata": metadata, **claim_spec()})
    new = state("PersistentVolumeClaim", {"metadata": metadata, **claim_spec(size)}, parent=parent)
    return step("update", "PersistentVolumeClaim", old, new, name)


def row(text: str, name: str) -> str:
    (found,) = [line for line in text.splitlines() if line.startswith("|") and f"`{name}`" in line]
    return found


def test_a_note_stands_beside_the_volumes_it_is_about(folder: Path) -> None:
    document = preview(
        *(claim(f"vol-zk-{n}") for n in range(3)),
        claim("db-vol", parent="urn:pulumi:dev::shop::statefast:index:VolumeClaim::db-vol"),
        diagnostics=[
            diagnostic(framed(Word.NOTES, "driver x rounds up"), "warning", urn=COMPONENT),
            diagnostic(framed(Word.NOTES, "claim db-vol grows later"), "warning"),
            diagnostic(framed(Word.NOTES, "the cluster is old"), "warning"),
            diagnostic(SECRET, "warning"),
        ],
    )
    its = report(folder, dev=document)
    text = comment(its)
    assert its.passed
    assert row(text, "vol-zk-{0..2}").endswith("<br><sub>driver x rounds up</sub> |")
    assert "3 PersistentVolumeClaims in data" in row(text, "vol-zk-{0..2}")
    assert row(text, "db-vol").endswith("<br><sub>claim db-vol grows later</sub> |")
    assert text.count("rounds up") == text.count("grows later") == 1
    assert "\n- the cluster is old\n" in text
    assert SECRET not in all_of(its)
    assert "note: the cluster is old" in table(its)
    assert table(its).count("rounds up") == 1


def test_a_note_of_our_own_program_stands_beside_its_volumes(folder: Path) -> None:
    text = comment(report(folder, **{"own-renamed": recorded("own-renamed")}))
    assert "rounds 8200Mi up to 9Gi" in row(text, "zookeeper-vol-zookeeper-{0..1}")
    assert "are kept with their data" in row(text, "mysql-vol")
    assert re.search(r"^- `redis`: driver ceph-rbd rounds 1500Mi up to 2Gi", text, re.MULTILINE)


def warned(**more: str) -> Json:
    text = Warns(
        "workload db starts empty; write the old name back, or consent by adding"
        " 'workload db: claims a -> new [00000001]' to consent"
    )
    return preview(
        claim("vol-zk-0"), diagnostics=[diagnostic(framed(Word.WARNS, text), "warning", **more)]
    )


def test_a_warning_stops_the_change_and_says_how_to_go_on(folder: Path) -> None:
    its = report(folder, dev=warned())
    text = comment(its)
    assert its.exit_code == 1
    assert "## 🟠 Data at risk: workload db starts empty in `dev`" in text
    assert "**Stopped**: 1 data at risk." in text
    assert "- **🟠 Data at risk:** workload db starts empty.\n- **Instead:** write the old" in text
    assert "│ instead: write the old name back" in table(its)
    assert '    - "workload db: claims a -> new [00000001]"' in text
    assert '    - "workload db: claims a -> new [00000001]"' in table(its)
    assert next(iter(annotations(its))).startswith("::error title=data at risk in dev::work")


def test_a_refusal_that_ended_nothing_is_no_less_than_a_warning(folder: Path) -> None:
    its = report(folder, dev=preview(claim("a"), diagnostics=[diagnostic(str(SHRINK), "warning")]))
    assert its.exit_code == 1
    assert its.severity is Severity.AT_RISK


def test_a_note_stops_nothing(folder: Path) -> None:
    note = diagnostic(framed(Word.NOTES, "the cluster is old"), "warning")
    its = report(folder, dev=preview(claim("a"), diagnostics=[note]))
    assert its.exit_code == 0
