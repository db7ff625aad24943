"""What a refusal says to do, done as it stands: an advice that does not work is worse than none."""

import re
import subprocess

from localcluster.toolchain import environment

from .conftest import Deployment

__all__ = ["commands", "consents", "shell", "up_with_refresh"]


def consents(sentence: str, way: str) -> list[str]:
    """What a refusal says to add to consent for one of its ways."""
    _, _, rest = sentence.partition(way)
    return re.findall(r"'(PersistentVolume [^']*\])'", rest.partition(";")[0])


def commands(sentence: str, way: str) -> str:
    """The commands of one of its ways, up to those of pulumi, which the tests run themselves."""
    _, _, rest = sentence.partition(way)
    found = re.search(r"(?:run|volume): (kubectl .*?) && pulumi up --refresh", rest)
    assert found is not None, sentence
    return found[1]


def shell(deployment: Deployment, command: str) -> None:
    """Runs the commands of a refusal as an owner would, from anywhere."""
    subprocess.run(
        ["bash", "-ceu", command], env=environment(deployment.workspace), check=True, timeout=120
    )


def up_with_refresh(deployment: Deployment) -> str:
    result = deployment.pulumi("up", "--yes", "--refresh", "--suppress-progress")
    assert result.code == 0, result.text
    return result.text
