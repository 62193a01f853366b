"""Say what to do when cells were run out of order, instead of a bare ``NameError``."""

import sys
from types import TracebackType

ADVICE = (
    "\nThis name is made in a cell above that has not been run since the kernel started. Choose "
    "Run > Run All Above Selected Cell, then run this cell again.\n"
)


def _explain(shell, kind: type, fault: NameError, trace: TracebackType, tb_offset=None) -> None:
    shell.showtraceback((kind, fault, trace), tb_offset=tb_offset)
    sys.stderr.write(ADVICE)


if "IPython" in sys.modules and (shell := sys.modules["IPython"].get_ipython()) is not None:
    shell.set_custom_exc((NameError,), _explain)
