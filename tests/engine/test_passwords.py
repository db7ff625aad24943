"""The password that a volume was written with: whatever becomes of its Secret, it is the one."""

import base64
import json
import re

import pytest

from .advice import up_with_refresh
from .conftest import Config, Deployment
from .test_interrupted import begin, eventually, killed_between_writes, made

MYSQL: Config = {"pattern": "deployment", "storage": {"size": "1Gi"}}
SECRET, KEY = "mysql-generated", "MYSQL_ROOT_PASSWORD"


def password(deployment: Deployment) -> str:
    return str(deployment.get("secret", SECRET)["data"][KEY])


def test_a_lost_secret_comes_back_with_the_password_of_the_volume(deployment: Deployment) -> None:
    deployment.workloads(mysql=MYSQL).up()
    before, data = password(deployment), deployment.data()
    labels = deployment.get("secret", SECRET)["metadata"]["labels"]

    # Twice in a row, the second time where the state no longer has the Secret.
    for refreshed in (False, False, True):
        deployment.kubectl("delete", "secret", SECRET)
        said = deployment.preview().text
        assert f"Secret {deployment.name}/{SECRET} has no {KEY} any more" in said
        if refreshed:
            up_with_refresh(deployment)
        else:
            deployment.up()
        assert password(deployment) == before
        assert deployment.get("secret", SECRET)["metadata"]["labels"] == labels
    deployment.up()
    assert set(deployment.up().changes) == {"unchanged"}

    # Also where only the key is gone.
    gone = json.dumps([{"op": "remove", "path": f"/data/{KEY}"}])
    deployment.kubectl("patch", "secret", SECRET, "--type=json", "-p", gone)
    deployment.up()
    assert password(deployment) == before

    # What somebody changed stays, is said once, and is what comes back from then on.
    changed = base64.b64encode(b"changed by hand").decode()
    patch = json.dumps({"data": {KEY: changed}})
    deployment.kubectl("patch", "secret", SECRET, "--type=merge", "-p", patch)
    assert f"{KEY} of Secret {deployment.name}/{SECRET} was changed" in deployment.up().text
    assert "was changed" not in deployment.up().text
    assert password(deployment) == changed
    deployment.kubectl("delete", "secret", SECRET)
    up_with_refresh(deployment)
    assert password(deployment) == changed
    assert deployment.data() == data
    for value in (before, changed, "changed by hand"):
        assert value not in deployment.state()


def test_a_password_that_nobody_knows_any_more_is_refused(deployment: Deployment) -> None:
    deployment.workloads(mysql=MYSQL).up()
    before, data = password(deployment), deployment.data()
    deployment.destroy()
    deployment.kubectl("delete", "secret", SECRET)

    sentence = deployment.refused(KEY, f"the data in claim {deployment.name}/mysql-vol", up=True)
    found = re.search(r"add '(Secret [^']*\])' to consent", sentence)
    assert found is not None, sentence
    deployment.config["statefast:consent"] = [found[1]]
    deployment.up()

    assert password(deployment) != before
    assert deployment.data() == data
    del deployment.config["statefast:consent"]
    assert set(deployment.up().changes) == {"unchanged"}


@pytest.mark.parametrize("gone", ["deployment", "service"])
def test_the_password_of_a_volume_outlives_a_destroy_that_was_killed(
    deployment: Deployment, gone: str
) -> None:
    deployment.workloads(mysql=MYSQL).up()
    before, data = password(deployment), deployment.data()
    with begin(deployment, "destroy") as child:
        eventually(lambda: not made(deployment, gone, "mysql"))
        eventually(lambda: killed_between_writes(deployment, child))
    deployment.pulumi("cancel", "--yes")

    up_with_refresh(deployment)

    assert password(deployment) == before
    assert deployment.data() == data
    assert set(deployment.up().changes) == {"unchanged"}
