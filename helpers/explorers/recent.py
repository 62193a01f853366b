"""A bounded memory of what is slow to compute."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any


class Recent:
    """Results under their keys; the one that was not asked for longest is forgotten first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._results: OrderedDict[tuple[Hashable, ...], Any] = OrderedDict()

    def get(self, key: tuple[Hashable, ...], compute: Callable[[], Any]) -> Any:
        """Return the result of ``compute``, called only if it is not remembered.

        >>> squares = Recent(2)
        >>> [squares.get((n,), lambda n=n: print(n) or n * n) for n in (3, 3, 4)]
        3
        4
        [9, 9, 16]
        """
        if key not in self._results:
            self._results[key] = compute()
            while len(self._results) > self.most:
                self._results.popitem(last=False)
        self._results.move_to_end(key)
        return self._results[key]

    def __contains__(self, key: tuple[Hashable, ...]) -> bool:
        return key in self._results

    def forget(self, *beginning: Hashable) -> None:
        """Forget all results whose keys begin like this."""
        for key in [key for key in self._results if key[: len(beginning)] == beginning]:
            del self._results[key]
