"""What a call costs."""

import statistics
import time
from collections.abc import Callable

RUNS = 5


def microseconds(call: Callable[[], object], calls: int) -> float:
    """CPU time of one call of `calls`, the median of some runs."""
    return statistics.median(_once(call, calls) for _ in range(RUNS))


def _once(call: Callable[[], object], calls: int) -> float:
    begun = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - begun) / calls * 1e6
