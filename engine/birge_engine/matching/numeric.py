"""numpy, if it is there. It only makes things faster: without it every result is the same."""

from __future__ import annotations

from typing import Any

np: Any = None
try:
    import numpy

    np = numpy
except ImportError:  # the engine needs nothing but Python
    pass

LARGEST = 2**62  # sums in 64-bit columns stay below this
