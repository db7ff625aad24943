"""Keys with a former name: refused, with the name they have now."""

import pytest

from statefast import PersistentStatefulSetArgs, StatefastError, StorageClassArgs
from statefast.schema.nearest import nearest
from statefast.schema.read import check_args
from statefast.schema.renamed import RENAMED


@pytest.mark.parametrize(
    ("shape", "old", "new"),
    [
        (StorageClassArgs, "expandable", "allow_volume_expansion"),
        (StorageClassArgs, "binding_mode", "volume_binding_mode"),
        (PersistentStatefulSetArgs, "arguments", "args"),
        (PersistentStatefulSetArgs, "scratch", "empty_dirs"),
        (PersistentStatefulSetArgs, "pod_management", "pod_management_policy"),
        (PersistentStatefulSetArgs, "read_only_root", "read_only_root_filesystem"),
        (
            PersistentStatefulSetArgs,
            "termination_grace_seconds",
            "termination_grace_period_seconds",
        ),
    ],
)
def test_a_component_names_the_new_key(shape: type, old: str, new: str) -> None:
    with pytest.raises(StatefastError, match=f"it is called '{new}' now"):
        check_args("it", {old: None}, shape)


@pytest.mark.parametrize(("old", "new"), [(old, new) for old, (new, _) in RENAMED.items()])
def test_a_file_names_the_new_key(old: str, new: str) -> None:
    assert nearest(old, ["size", new]) == f"it is called {new!r} now"


def test_an_old_name_where_the_new_one_does_not_belong_is_an_unknown_key() -> None:
    assert nearest("scratch", ["size"]) == "known are size"
