"""What holds for every input, not only for the ones somebody thought of."""

import json
import re
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from settings import Settings
from statefast import PersistentStatefulSet, PersistentStatefulSetArgs, StatefastError
from statefast.schema.quantity import binary_text, parse_quantity, storage_bytes
from statefast.workload.read import read_workload
from tests.recording import run
from tests.unit.samples import stateful_set_args, volume

UNITS = {
    "": Fraction(1),
    "k": Fraction(10**3),
    "M": Fraction(10**6),
    "G": Fraction(10**9),
    "T": Fraction(10**12),
    "Ki": Fraction(2**10),
    "Mi": Fraction(2**20),
    "Gi": Fraction(2**30),
    "Ti": Fraction(2**40),
    "m": Fraction(1, 1000),
}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
KEYS = ["workload", "pattern", "replicas", "image", "storage", "resources", "env", "labels"]


@given(whole=st.integers(0, 10**6), part=st.integers(0, 999), unit=st.sampled_from(sorted(UNITS)))
@settings(deadline=None)
def test_a_quantity_is_its_number_times_its_unit(whole: int, part: int, unit: str) -> None:
    expected = (whole + Fraction(part, 1000)) * UNITS[unit]
    assert parse_quantity(f"{whole}.{part:03}{unit}") == expected


@given(size=st.integers(1, 2**62))
@settings(deadline=None)
def test_a_size_written_back_is_the_same_size_and_stays_as_it_is(size: int) -> None:
    text = binary_text(size)
    assert storage_bytes("claim", "size", text) == size
    assert binary_text(storage_bytes("claim", "size", text)) == text


@given(name=st.text(alphabet="abzAZ09-._ é", max_size=70))
@settings(deadline=None)
def test_every_name_that_is_accepted_is_a_dns_label_with_room_for_ordinals(name: str) -> None:
    plain = bool(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?", name))
    try:
        workload = read_workload(
            "StatefulSet", name, stateful_set_args(), PersistentStatefulSetArgs
        )
    except StatefastError:
        assert not plain or len(f"{name}-headless") > 63
        return
    assert plain
    assert workload.name == name


@given(
    replicas=st.integers(-2, 6),
    size=st.sampled_from(["8Gi", "1.5Gi", "8192Mi", "10G", "8 GB", "0", "-1Gi", ""]),
    mode=st.sampled_from(["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany", "RWO"]),
    retention=st.sampled_from(["retain", "delete", "keep"]),
    suffix=st.sampled_from(["server", "Server", "x" * 60]),
)
@settings(deadline=None, max_examples=60)
def test_args_are_refused_or_make_a_sound_set(
    replicas: int, size: str, mode: str, retention: str, suffix: str
) -> None:
    args = stateful_set_args(
        replicas=replicas,
        volumes=volume(size=size, access_modes=[mode]),
        retention=retention,
        headless_suffix=suffix,
    )
    try:
        PersistentStatefulSet.check("zk", args)
    except StatefastError as error:
        assert error.sentence.startswith("StatefulSet zk: ")
        assert error.sentence.endswith(".")
        return
    recording = run(lambda: PersistentStatefulSet("zk", args))
    made = recording.one("StatefulSet", "zk")
    selector = made.spec["selector"]["matchLabels"]
    assert selector.items() <= made.spec["template"]["metadata"]["labels"].items()
    assert recording.one("Service", made.spec["serviceName"]).spec["clusterIP"] == "None"
    patches = [item for item in recording.objects() if item.kind == "PersistentVolumeClaimPatch"]
    # What does not wait for each other is registered in any order.
    assert {patch.name for patch in patches} == {f"zk-vol-zk-{n}" for n in range(replicas)}
    assert len(patches) == replicas
    assert all(patch.retain_on_delete for patch in patches)


@given(key=st.sampled_from(KEYS), junk=JUNK)
@settings(deadline=None, max_examples=300)
def test_junk_in_a_workload_is_answered_in_one_sentence(key: str, junk: Any) -> None:
    entry = {"storage": {"size": "8Gi"}, key: junk}
    config = {
        "statefast:namespace": "data",
        "statefast:environment": "test",
        "statefast:workloads": json.dumps({"zookeeper": entry}),
    }
    try:
        Settings.parse(config)
    except StatefastError as error:
        # One line for each key that is wrong.
        for line in str(error).splitlines():
            assert line.startswith("statefast refuses: ")
            assert line.endswith(". [statefast]")
