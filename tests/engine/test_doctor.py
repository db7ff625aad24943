"""A stack that plain Pulumi wedged, told from a sound one, and healed by what the doctor says."""

import re
import shlex
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from cli.doctor import find_wedged
from cli.main import app
from localcluster.layout import Workspace

from .conftest import Deployment, fresh_name
from .test_unguarded import CLAIM, CLASSES, PROGRAM, make_classes, objects

# From this version on a create is no upsert, and a replacement that is retained cannot succeed.
CREATES_ONLY = (4, 29)


@pytest.fixture
def plain(workspace: Workspace, request: pytest.FixtureRequest) -> Iterator[Deployment]:
    place = Deployment(workspace, fresh_name(request), project=PROGRAM)
    make_classes(place)
    yield place
    place.kubectl("delete", "namespace", place.name, "--ignore-not-found", "--wait=false")


def test_a_wedged_stack_is_healed_and_the_volume_is_the_same(plain: Deployment) -> None:
    claim = {**CLAIM, "retain": True}
    plain.config = objects(plain, {"claim": claim})
    older = re.search(r"but has (\d+)\.(\d+)\.", plain.up().text)
    if older is not None and (int(older[1]), int(older[2])) < CREATES_ONLY:
        pytest.skip(
            "needs the Kubernetes provider 4.29: before it a create took over what is there"
        )
    data = plain.data()
    export = ("stack", "export")
    assert find_wedged(plain.pulumi(*export).text) == []

    plain.config = objects(plain, {"claim": {**claim, "class": CLASSES[1]}})
    plain.up(ok=False)
    plain.config = objects(plain, {"claim": claim})
    plain.up(ok=False)

    (wedged,) = find_wedged(plain.pulumi(*export).text)
    done = CliRunner().invoke(app, ["doctor", "-"], input=plain.pulumi(*export).text)
    assert done.exit_code == 1
    steps = done.output
    assert f"pulumi state delete {shlex.quote(wedged.urn)}" in steps
    assert plain.pulumi("state", "delete", wedged.urn, "--yes").code == 0
    ignored = steps.partition("ignore_changes=[")[2].partition("]")[0]
    healed = {
        **claim,
        "import": wedged.id,
        "ignore": [path.strip().strip('"') for path in ignored.split(",")],
    }
    plain.config = objects(plain, {"claim": healed})
    plain.up()

    assert plain.data() == data
    assert find_wedged(plain.pulumi(*export).text) == []
    assert set(plain.up().changes) == {"unchanged"}
