"""How long a test waits before it says that something hangs.

A busy machine may take a minute for what takes a second, and no test fails for that.
"""

from typing import Final

PATIENCE: Final = 300.0
