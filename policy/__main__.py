"""Serves the pack to the engine. Importing this module never returns: the rules are elsewhere."""

import sys
from pathlib import Path

from pulumi_policy import PolicyPack

# The engine runs this folder as a program; the rules know it as a package, beside the components.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from policy.catalogue import POLICIES

PolicyPack("statefast", POLICIES)
