"""Wrong config, through the real CLI: one sentence, an exit code, and nothing touched."""

from pathlib import Path

import pytest

from localcluster.errors import LocalClusterError
from localcluster.layout import PROJECT, Workspace
from localcluster.stacks import LocalStack
from tests.wrong_config import CLASS, NAME, WRONG

from .conftest import Deployment

# One of the wrong config, the components and the driver catalogue each; tests/program has them all.
SHOWN = ("unknown key of a class", "two writers of one claim", "secret of nobody")


@pytest.fixture(scope="module")
def stack(workspace: Workspace) -> Deployment:
    """One stack for all of them: none may leave anything in it."""
    return Deployment(workspace, NAME)


@pytest.mark.parametrize("case", SHOWN)
def test_is_refused_in_one_sentence_and_touches_nothing(stack: Deployment, case: str) -> None:
    change, fragments = WRONG[case]
    stack.config = {"statefast:namespace": NAME, "statefast:storageClass": CLASS, **change}

    result = stack.up(ok=False)

    assert len(result.errors) == 1, result.text
    sentence = result.errors[0].removeprefix("error: ")
    for fragment in fragments:
        assert fragment in sentence
    assert sentence.endswith(".")
    assert "hunter2" not in result.text
    assert "Traceback" not in result.text
    assert "kubernetes:" not in stack.state()
    assert NAME not in stack.kubectl("get", "namespaces,storageclasses", "-o", "name")


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("statefast:ephemeral", "maybe", "ephemeral"),
        ("statefast:workloads", "zookeeper", "workloads"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_the_declared_config(
    stack: Deployment, key: str, value: str, expected: str
) -> None:
    stack.config = {"statefast:namespace": NAME, key: value}

    result = stack.up(ok=False)

    assert expected in result.text
    assert "Traceback" not in result.text
    assert "kubernetes:" not in stack.state()


def test_broken_yaml_is_named_with_its_line(workspace: Workspace, tmp_path: Path) -> None:
    for file in ("Pulumi.yaml", "__main__.py"):
        (tmp_path / file).write_bytes((PROJECT / file).read_bytes())
    (tmp_path / "Pulumi.broken.yaml").write_text("config:\n  statefast:namespace: [a\n")

    with pytest.raises(LocalClusterError, match=r"Pulumi\.broken\.yaml is not valid YAML at line"):
        LocalStack(workspace, "broken", project=tmp_path).prepare()
