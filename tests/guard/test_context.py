"""A context that the kubeconfig does not have is known before anything is asked of a cluster."""

from pathlib import Path

import pytest
import yaml

from statefast import PersistentStatefulSet, StatefastError
from tests.recording import Recording, run
from tests.unit.samples import stateful_set_args


def stateful_set(context: str, mode: str) -> Recording:
    args = stateful_set_args(preflight={"context": context, "mode": mode})
    return run(lambda: PersistentStatefulSet("zk", args))


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two contexts of a cluster where nobody listens."""
    file = tmp_path / "kubeconfig"
    place = {"cluster": "here", "user": "me"}
    content = {
        "clusters": [{"name": "here", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "me", "user": {"token": "hunter2"}}],
        "contexts": [{"name": name, "context": place} for name in ("prod", "staging")],
        "current-context": "prod",
    }
    file.write_text(yaml.safe_dump(content))
    monkeypatch.setenv("KUBECONFIG", str(file))
    return file


@pytest.mark.parametrize("mode", ["warn", "strict", "off"])
@pytest.mark.usefixtures("kubeconfig")
def test_it_is_refused_with_those_there_are(mode: str) -> None:
    with pytest.raises(StatefastError) as caught:
        stateful_set("prd", mode)
    assert caught.value.sentence == (
        "StatefulSet zk: context is 'prd', but the kubeconfig has no such context; did you mean"
        " 'prod'? Known are prod, staging."
    )


@pytest.mark.usefixtures("kubeconfig")
def test_one_that_is_there_is_asked() -> None:
    assert stateful_set("staging", "warn").one("StatefulSet", "zk")


def test_where_nobody_can_say_the_provider_does(kubeconfig: Path) -> None:
    for content in ("", "{}", "a: [", None):
        if content is None:
            kubeconfig.unlink()
        else:
            kubeconfig.write_text(content)
        assert stateful_set("prd", "warn").one("StatefulSet", "zk")
