"""Serves the guard and the components to programs in any language."""

import sys
from pathlib import Path

# The engine runs this folder as a program; it imports the package beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from plugin.host import serve

serve(sys.argv[1:])
