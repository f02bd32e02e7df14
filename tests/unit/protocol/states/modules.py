"""The modules of the state tables, for what must be true of each."""

import importlib
import pkgutil
from typing import Final

from sekisho.protocol import states

MODULES: Final = tuple(
    importlib.import_module(found.name)
    for found in pkgutil.iter_modules(states.__path__, f"{states.__name__}.")
)
