"""The invariant of the random walk finds what it is there for: histories made by hand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from statefast.marks import Word, framed
from tests.engine.walk.history import Act, Finding
from tests.engine.walk.invariant import Ledger, has_traceback
from tests.engine.walk.said import Run, Way, ways
from tests.engine.walk.seen import Claim, Mount, Place, Pod, Seen, Volume, read
from tests.engine.walk.shrink import shortest
from tests.engine.walk.steps import Step, dump, load

PLACE = Place("redis", "8", "")
WALK = frozenset({"w1"})


def seen(*mounted: str, **given: Any) -> Seen:
    """Workload w1 with a pod for each `claim=volume`, or `claim=volume@place`."""
    pods, claims, volumes = [], {}, {}
    name = given.get("name", "w1")
    for ordinal, text in enumerate(mounted):
        claim, _, volume = text.partition("=")
        mount = Mount(role="vol", claim=claim, place=given.get("place", PLACE))
        if given.get("runs", True):
            pods.append(
                Pod(
                    namespace="n",
                    name=f"p{ordinal}",
                    workload=name,
                    ordinal=ordinal,
                    mounts=(mount,),
                )
            )
        claims["n", claim] = Claim(
            namespace="n", name=claim, uid=f"{claim}:{volume}", volume=volume
        )
        volumes[volume] = bound(volume, claim)
    for text in given.get("idle", ()):
        claim, _, volume = text.partition("=")
        claims["n", claim] = Claim(
            namespace="n", name=claim, uid=f"{claim}:{volume}", volume=volume
        )
        volumes[volume] = bound(volume, claim)
    volumes |= {it.name: it for it in given.get("beside", ())}
    return Seen(
        volumes=volumes,
        claims=claims,
        pods=tuple(pods),
        objects=given.get("objects", {}),
        passwords=given.get("passwords", {}),
    )


def bound(volume: str, claim: str, **changes: Any) -> Volume:
    given: Mapping[str, Any] = {
        "uid": f"uid-{volume}",
        "handle": f"handle-{volume}",
        "namespace": "n",
        "claim": claim,
        "claim_uid": f"{claim}:{volume}",
        **changes,
    }
    return Volume(name=volume, **given)


def run(verb: str = "up", *said: str, word: Word = Word.NOTES, **given: Any) -> Run:
    return Run(verb=verb, text="\n".join(framed(word, it) for it in said), **given)


def up(*said: str, **given: Any) -> Act:
    return Act(runs=(run("up", *said),), stack="a", wanted=WALK, **given)


HAND = Act()
FIRST = seen("c0=v0")


def ledger() -> Ledger:
    """One that knows volume v0 of w1."""
    made = Ledger({"w1": "w1", "w2": "w1"}, lambda workload: "a")
    assert made.observe(Seen(), FIRST, up()) == []
    return made


def kinds(found: list[Finding]) -> list[str]:
    return [finding.kind for finding in found]


def test_an_interpreter_that_was_interrupted_at_its_start_tells_no_fault() -> None:
    begun = 'Traceback (most recent call last):\n  File "<string>", line 0, in <module>\n'
    assert not has_traceback(f"{begun}KeyboardInterrupt")
    assert has_traceback(f'{begun}  File "/app/__main__.py", line 3\nKeyboardInterrupt')
    assert has_traceback("Traceback (most recent call last):\nKeyError")
    assert not has_traceback('error: File "values.yaml", line 3')


def test_what_stays_as_it_is_is_no_finding() -> None:
    its = ledger()
    assert its.observe(FIRST, FIRST, up()) == []
    assert its.observe(FIRST, FIRST, HAND) == []


def test_a_deleted_volume() -> None:
    its = ledger()
    found = its.observe(FIRST, Seen(), up())
    assert kinds(found) == ["lost"]
    assert "volume v0 of claim n/c0 (w1)" in found[0].text
    assert its.observe(Seen(), Seen(), up()) == []


def test_a_volume_that_is_another_one_now_or_is_being_deleted() -> None:
    for beside in (bound("v0", "c0", uid="new"), bound("v0", "c0", leaving=True)):
        assert kinds(ledger().observe(FIRST, Seen(volumes={"v0": beside}), up())) == ["lost"]


def test_a_hand_may_delete_and_what_it_began_goes_on() -> None:
    assert ledger().observe(FIRST, Seen(), HAND) == []
    its = ledger()
    claim = Claim(namespace="n", name="c0", uid="c0:v0", volume="v0", leaving=True)
    begun = Seen(volumes={"v0": bound("v0", "c0", keeps=False)}, claims={("n", "c0"): claim})
    assert its.observe(FIRST, begun, HAND) == []
    assert its.observe(begun, Seen(), up()) == []


def test_a_volume_that_is_kept_is_not_gone_with_its_claim() -> None:
    its = ledger()
    released = Seen(volumes={"v0": bound("v0", "c0")})
    assert its.observe(FIRST, released, HAND) == []
    assert kinds(its.observe(released, Seen(), up())) == ["lost"]


def test_a_claim_that_a_run_deleted_though_its_volume_is_kept() -> None:
    released = Seen(volumes={"v0": bound("v0", "c0")})
    assert kinds(ledger().observe(FIRST, released, up())) == ["claim deleted"]


def test_the_end_of_an_ephemeral_stack_may_delete_its_own() -> None:
    its = ledger()
    act = Act(runs=(run("destroy", program=False),), stack="a", disposed=frozenset("a"))
    assert its.observe(FIRST, Seen(), act) == []
    act = Act(runs=(run("destroy", program=False),), stack="b", disposed=frozenset("b"))
    assert kinds(ledger().observe(FIRST, Seen(), act)) == ["lost"]


@pytest.mark.parametrize(
    ("saved", "found"), [({"handle-v0"}, []), ({"handle-v1"}, ["lost"]), (set[str](), ["lost"])]
)
def test_what_goes_for_a_snapshot_goes_for_one_of_its_own(
    saved: set[str], found: list[str]
) -> None:
    runs = (run("destroy", program=False),)
    after = Seen(saved=frozenset(saved))
    act = Act(runs=runs, stack="a", exchanged=frozenset("a"))
    assert kinds(ledger().observe(FIRST, after, act)) == found
    # A snapshot of it is no word of its owner's.
    assert kinds(ledger().observe(FIRST, after, Act(runs=runs, stack="a"))) == ["lost"]


def test_a_snapshot_is_of_what_the_driver_knows_and_counts_once_it_is_ready() -> None:
    def content(name: str, *, ready: bool, **source: str) -> dict[str, Any]:
        spec = {"source": source, "volumeSnapshotRef": {"namespace": "n", "name": name}}
        return {
            "kind": "VolumeSnapshotContent",
            "metadata": {"name": name, "uid": name},
            "spec": spec,
            "status": {"readyToUse": ready},
        }

    items = [
        content("a", ready=True, volumeHandle="h0"),
        content("b", ready=False, volumeHandle="h1"),
        content("c", ready=True, snapshotHandle="s2"),
    ]
    assert read(items, ["n"]).saved - {""} == {"h0"}
    assert read(items, ["m"]).saved == frozenset()


def test_a_claim_made_again_empty_and_unnamed() -> None:
    its = ledger()
    again = seen("c0=v1", beside=[bound("v0", "c0")])
    assert its.observe(FIRST, again, HAND) == []
    # The name of the claim says nothing: it is that of the empty one as well.
    found = its.observe(again, again, up("claim n/c0 grows"))
    assert kinds(found) == ["empty"]
    assert "beside volume v0" in found[0].text
    assert its.observe(again, again, up()) == []


@pytest.mark.parametrize(
    "act",
    [
        up("volume v0 (1Gi, Released) is left"),
        Act(runs=(run("up", "volume v0 is left", word=Word.REFUSES, code=1),), stack="a"),
        # A failed run is no silence, and a run of another stack is about its own.
        Act(runs=(run("up", "something else", word=Word.REFUSES, code=1),), stack="a"),
        Act(runs=(run("up"),), stack="b"),
        Act(runs=(run("refresh", program=False),), stack="a"),
        up(read=False),
    ],
    ids=["warned", "refused", "failed", "other stack", "refresh", "preflight off"],
)
def test_a_claim_made_again_and_not_in_silence(act: Act) -> None:
    its = ledger()
    again = seen("c0=v1", beside=[bound("v0", "c0")])
    assert its.observe(FIRST, again, HAND) == []
    assert its.observe(again, again, act) == []


def test_a_name_within_another_name_or_in_the_table_of_steps_is_none() -> None:
    its = ledger()
    again = seen("c0=v1", beside=[bound("v0", "c0")])
    its.observe(FIRST, again, HAND)
    text = "PersistentVolumeClaimPatch v0 created\n" + run("up", "volume v0-1 is left").text
    act = Act(runs=(Run(verb="up", text=text),), stack="a")
    assert kinds(its.observe(again, again, act)) == ["empty"]


def test_a_workload_under_another_name_starts_empty() -> None:
    renamed = seen("c9=v9", name="w2", idle=["c0=v0"])
    assert kinds(ledger().observe(FIRST, renamed, up())) == ["empty"]
    assert ledger().observe(FIRST, renamed, up("claims are kept with their data: c0")) == []


def test_fewer_replicas_and_none_are_no_empty_start() -> None:
    two = seen("c0=v0", "c1=v1")
    its = Ledger({}, lambda workload: "a")
    its.observe(Seen(), two, up())
    one = Seen(volumes=two.volumes, claims=two.claims, pods=two.pods[:1])
    assert its.observe(two, one, up()) == []
    assert its.observe(one, Seen(volumes=two.volumes, claims=two.claims), up()) == []


def test_a_removed_workload_is_named() -> None:
    gone = seen("c0=v0", runs=False)
    act = Act(runs=(run("up"),), stack="a")
    assert kinds(ledger().observe(FIRST, gone, act)) == ["forgotten"]
    named = Act(runs=(run("up", "claims are kept with their data: c0"),), stack="a")
    assert ledger().observe(FIRST, gone, named) == []


def test_another_workload_on_the_volume() -> None:
    assert kinds(ledger().observe(FIRST, seen("c0=v0", name="w3"), up())) == ["foreign"]


@pytest.mark.parametrize(
    "place", [Place("redis", "8", "/other"), Place("redis", "8", None), Place("redis", "7", "")]
)
def test_data_that_is_looked_for_elsewhere_or_by_another_version(place: Place) -> None:
    moved = seen("c0=v0", place=place)
    assert kinds(ledger().observe(FIRST, moved, up())) == ["place"]
    assert ledger().observe(FIRST, moved, up("data of c0 would be looked for elsewhere")) == []
    # A run that was ended said nothing; the next one is held to account.
    its = ledger()
    assert its.observe(FIRST, moved, Act(runs=(run("up", code=None),), stack="a")) == []


MOVES = "StatefulSet w1: volumes.vol.mount_path /data -> /elsewhere [0a1b2c3d]"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (MOVES, []),
        ("StatefulSet w1: image redis:8 -> redis:7 [0a1b2c3d]", []),
        ("StatefulSet w1: volumes.vol.storage_class_name a -> b [0a1b2c3d]", ["place"]),
        ("StatefulSet w1: replicas 3 -> 1 [0a1b2c3d]", ["place"]),
        (MOVES.replace("w1", "w3"), ["place"]),
    ],
)
def test_the_owner_moves_the_data_by_a_consent_that_stands(given: str, found: list[str]) -> None:
    moved = seen("c0=v0", place=Place("redis", "8", None))
    its = ledger()
    its.consent(given)
    assert kinds(its.observe(FIRST, moved, up(consents=frozenset({given})))) == found
    # It was for this one change.
    back = kinds(its.observe(moved, FIRST, up(consents=frozenset({given}))))
    assert back == ["place"]
    its = ledger()
    its.consent(given)
    assert kinds(its.observe(FIRST, moved, up())) == ["place"]


def test_another_password_than_the_data_was_made_with() -> None:
    first, other = (seen("c0=v0", passwords={"w1": word}) for word in ("one", "two"))
    its = ledger()
    assert its.observe(FIRST, first, up()) == []
    assert kinds(its.observe(first, other, up())) == ["password"]
    assert its.observe(other, first, up("Secret w1-generated has another password")) == []
    # What goes with its deleted claim is not opened again, though it is still there.
    its = ledger()
    assert its.observe(FIRST, first, up()) == []
    gone = bound("v0", "c0", claim_uid="c0:v0", keeps=False)
    anew = seen("c0=v1", beside=[gone], passwords={"w1": "two"})
    assert "password" not in kinds(its.observe(first, anew, up()))
    # Without data there is nothing to open.
    fresh = Ledger({}, lambda workload: "a")
    for now in ("one", "two"):
        assert fresh.observe(Seen(), Seen(passwords={"w1": now}), up()) == []


CONSENTS = {
    "PersistentVolume v0: claim n/c0 -> none [0a1b2c3d]": True,
    "PersistentVolume v7: claim n/c0 -> none [0a1b2c3d]": False,
    "workload w2: claims c0 -> new and empty [0a1b2c3d]": True,
    "workload w2: claims c1 -> new and empty [0a1b2c3d]": False,
    "PersistentVolumeClaim n/c0: uid 1 -> none [0a1b2c3d]": True,
    "PersistentVolumeClaim n/c1: uid 1 -> none [0a1b2c3d]": False,
    "PersistentVolumeClaim c0: namespace n -> b [0a1b2c3d]": True,
    "PersistentVolumeClaim c0: namespace a -> b [0a1b2c3d]": False,
    "PersistentVolumeClaim c0: writer w1 -> w1 and w3 [0a1b2c3d]": False,
    "StatefulSet w1: namespace n -> b [0a1b2c3d]": True,
    # The claims of another namespace stay what they are.
    "StatefulSet w1: namespace a -> b [0a1b2c3d]": False,
    "Deployment w1: volumes c0 -> w1-vol [0a1b2c3d]": True,
    "StatefulSet w1: volumes c0, c2 -> none of them [0a1b2c3d]": True,
    "StatefulSet w1: volumes c2, c3 and 4 more -> c9 [0a1b2c3d]": True,
    "StatefulSet w1: volumes c2 -> c9 [0a1b2c3d]": False,
    "Deployment w1: pods of StatefulSet w1 -> beside StatefulSet w1 [0a1b2c3d]": True,
    "StatefulSet w1: pod_management_policy Parallel -> OrderedReady [0a1b2c3d]": False,
    "StatefulSet w1: volumes w1-vol, w1-log -> w1-log [0a1b2c3d]": True,
    "StatefulSet w1: volumes w1-vol, w1-log -> w1-vol [0a1b2c3d]": False,
    "StatefulSet w1: volumes.vol.storage_class_name a -> b [0a1b2c3d]": False,
    "StatefulSet w3: namespace n -> b [0a1b2c3d]": False,
    "no consent at all": False,
}


@pytest.mark.parametrize("consent", CONSENTS)
def test_a_consent_gives_up_what_it_names_and_nothing_else(consent: str) -> None:
    its = ledger()
    its.consent(consent)
    again = seen("c0=v1", beside=[bound("v0", "c0")])
    its.observe(FIRST, again, HAND)
    assert kinds(its.observe(again, again, up())) == ([] if CONSENTS[consent] else ["empty"])
    # Left is not gone.
    assert kinds(its.observe(again, seen("c0=v1"), up())) == ["lost"]


def test_a_consent_that_says_so_lets_data_go() -> None:
    its = ledger()
    its.consent("StatefulSet w1: namespace a -> b, deleting its claims [0a1b2c3d]")
    assert its.observe(FIRST, Seen(), up()) == []


def test_what_was_given_up_and_is_mounted_again_is_given_up_no_more() -> None:
    its = ledger()
    its.consent("PersistentVolume v0: claim n/c0 -> none [0a1b2c3d]")
    assert its.observe(FIRST, FIRST, up()) == []
    again = seen("c0=v1", beside=[bound("v0", "c0")])
    its.observe(FIRST, again, HAND)
    assert kinds(its.observe(again, again, up())) == ["empty"]


MOVE = "StatefulSet w1: namespace n -> b [0a1b2c3d]"
MOVED = seen("c9=v9", idle=["c0=v0"])


def test_a_consent_stands_until_a_run_has_used_it() -> None:
    its, stands = ledger(), frozenset({MOVE})
    its.consent(MOVE)
    # Its owner has written it, and nothing has run yet; or what ran did not get so far.
    assert its.observe(FIRST, FIRST, Act(consents=stands)) == []
    ended = Act(runs=(run("up", code=None),), stack="a", consents=stands)
    assert its.observe(FIRST, FIRST, ended) == []
    assert its.observe(FIRST, MOVED, up(consents=stands)) == []
    # It came back: the next move is another one, whatever stands in the config.
    assert its.observe(MOVED, FIRST, HAND) == []
    assert kinds(its.observe(FIRST, MOVED, up(consents=stands))) == ["empty"]


def test_a_consent_that_was_taken_back_is_none() -> None:
    its = ledger()
    its.consent(MOVE)
    assert its.observe(FIRST, FIRST, Act(consents=frozenset({MOVE}))) == []
    assert its.observe(FIRST, FIRST, HAND) == []
    assert kinds(its.observe(FIRST, MOVED, up())) == ["empty"]


def test_pods_that_stop_for_a_while_use_no_consent() -> None:
    its, stands = ledger(), frozenset({MOVE})
    its.consent(MOVE)
    stopped = seen(idle=["c0=v0"])
    assert its.observe(FIRST, stopped, Act(consents=stands)) == []
    looked = Act(runs=(run("preview"),), stack="a", wanted=WALK, consents=stands)
    assert its.observe(stopped, stopped, looked) == []
    assert its.observe(stopped, FIRST, Act(consents=stands)) == []
    assert its.observe(FIRST, MOVED, up(consents=stands)) == []


def test_a_second_writer_and_a_new_password_have_their_consents() -> None:
    its = ledger()
    its.consent("PersistentVolumeClaim c0: writer w1 -> w1 and w3 [0a1b2c3d]")
    assert its.observe(FIRST, seen("c0=v0", name="w3"), up()) == []
    first, other = (seen("c0=v0", passwords={"w1": word}) for word in ("one", "two"))
    its = ledger()
    assert its.observe(FIRST, first, up()) == []
    its.consent("Secret w1-generated: POSTGRES_PASSWORD lost -> a new password [0a1b2c3d]")
    assert its.observe(first, other, up()) == []
    assert kinds(its.observe(other, first, up())) == ["password"]


def test_what_runs_themselves_are_held_to() -> None:
    objects = {"Service n/w1": ("uid", "before")}
    before, after = seen("c0=v0", objects=objects), seen("c0=v0")
    no = run("preview", "no", word=Word.REFUSES, code=1)
    refused = Act(runs=(no, run("up", "no", word=Word.REFUSES, code=1)), stack="a")
    assert kinds(ledger().observe(before, after, refused)) == ["half done"]
    assert ledger().observe(before, before, refused) == []
    failed = Act(runs=(run("preview"), Run(verb="up", text="error: boom", code=255)), stack="a")
    assert kinds(ledger().observe(before, before, failed)) == ["green preview"]
    assert kinds(ledger().observe(before, before, replace(failed, read=False))) == []
    trace = Run(verb="up", text="Traceback (most recent call last):\n  File", code=1)
    late = Run(verb="up", text="", code=None, late=True)
    assert kinds(ledger().observe(before, before, Act(runs=(trace,)))) == ["traceback"]
    assert kinds(ledger().observe(before, before, Act(runs=(late,)))) == ["late"]


def test_ways_on_are_read_out_of_refusals() -> None:
    first, second = (f"PersistentVolume v{n}: claim n/c -> none [0a1b2c3{n}]" for n in (1, 2))
    said = (
        "StatefulSet w: volumes is c, but claim n/c was made again; to go on with v2, add"
        f" '{first}' to consent; to go back to v1, add '{second}' to consent, and run: kubectl"
        " scale statefulset/w -n n --replicas=0 && kubectl delete pvc c -n n && pulumi up"
        " --refresh."
    )
    command = "kubectl scale statefulset/w -n n --replicas=0 && kubectl delete pvc c -n n"
    assert ways(run("up", said, word=Word.REFUSES, code=1)) == [
        Way((first,), (), True),
        Way((second,), (command,), True),
    ]


def test_a_history_is_made_as_short_as_it_gets() -> None:
    steps = [Step("edit", {"path": [str(n)], "value": n, "stack": "a"}) for n in range(20)]
    needed = {steps[3].text, steps[11].text, steps[19].text}
    short, left = shortest(steps, lambda its: needed <= {it.text for it in its}, 60)
    assert {it.text for it in short} == needed
    assert left > 0
    assert load(dump(short)) == short


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        (Place("mysql", "8", ""), Place("mysql", "9", ""), []),
        (Place("mysql", "9", ""), Place("mysql", "8", ""), ["place"]),
        (Place("mysql", "8", ""), Place("mysql", "9", "/other"), ["place"]),
        (Place("postgresql", "17", ""), Place("postgresql", "18", ""), ["place"]),
    ],
)
def test_an_upgrade_that_an_application_is_made_for(
    was: Place, now: Place, found: list[str]
) -> None:
    its, first = ledger(), seen("c0=v9", place=was)
    its.observe(Seen(), first, up())
    after = its.observe(first, seen("c0=v9", place=now), up())
    assert [it for it in kinds(after) if it == "place"] == found


def test_a_claim_whose_marks_a_hand_took_off_is_named_by_nobody() -> None:
    its = ledger()
    idle = seen(idle=["c0=v0"])
    its.strip("n", "c0")
    gone = Act(runs=(run("up"),), stack="a", wanted=frozenset())
    assert kinds(ledger().observe(FIRST, idle, gone)) == ["forgotten"]
    assert its.observe(FIRST, idle, gone) == []
    # While it is mounted it is whose pod mounts it.
    its = ledger()
    its.strip("n", "c0")
    its.observe(FIRST, FIRST, HAND)
    assert kinds(its.observe(FIRST, Seen(), up())) == ["lost"]


def test_a_stack_of_another_name_and_namespace_knows_nothing_of_its_claims() -> None:
    def found(untied: bool, namespace: str) -> list[str]:
        its = ledger()
        if untied:
            its.untie("a")
        after = seen("c9=v9", idle=["c0=v0"])
        return kinds(its.observe(seen(idle=["c0=v0"]), after, up(namespace=namespace)))

    assert found(untied=True, namespace="m") == []
    # One of the three is enough to know it by.
    for untied, namespace in ((False, "m"), (True, "n"), (True, "")):
        assert found(untied, namespace) == ["empty"]


def test_a_claim_that_a_hand_let_go_with_its_set() -> None:
    with_set = {key: replace(it, of_set=True) for key, it in FIRST.claims.items()}
    before = replace(FIRST, claims=with_set)
    plain = Act(runs=(run("destroy", program=False),), stack="a")
    # Nobody said so, or somebody took it back, or a program ran that had to say something.
    assert kinds(ledger().observe(before, Seen(), plain)) == ["lost"]
    for seen_before, act in ((FIRST, plain), (before, Act(runs=(run("destroy"),), stack="a"))):
        its = ledger()
        its.part("n", "w1")
        assert "lost" in kinds(its.observe(seen_before, Seen(), act))
    its = ledger()
    its.part("n", "w1")
    assert its.observe(before, Seen(), plain) == []
    # What it had is not looked for any more.
    assert its.observe(Seen(), seen("c0=v9"), up()) == []


def test_what_cannot_shrink_is_written_as_it_is() -> None:
    said = (
        "StatefulSet w1: storage.size is '1Gi', but the volume of claim w1-vol-w1-0 has 3Gi and no"
        " volume can shrink; write '3Gi' or more, or move the data to a smaller volume of another"
        " name."
    )
    assert ways(run("up", said, word=Word.REFUSES, code=1)) == [Way(size=("w1", "3Gi"))]
