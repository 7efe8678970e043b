"""Python loads this at the start of each process that a test starts: see `tests.sent`."""

import os
import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[3]
ENGINE = "fittrack.db.engine"


class _OnceThereAreEngines:
    """Listens from the moment on at which the product can make engines; others pay nothing for it."""

    def find_spec(self, name: str, _path: object, _target: object = None) -> ModuleSpec | None:
        if name != ENGINE:
            return None
        sys.meta_path.remove(self)  # type: ignore[arg-type]
        spec = find_spec(name)
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_and_listen(module: ModuleType) -> None:
            load(module)
            sys.path.append(str(ROOT))
            from tests.sent.process import begin

            begin(Path(os.environ["FITTRACK_TEST_STATEMENTS"]))

        spec.loader.exec_module = load_and_listen  # type: ignore[method-assign]
        return spec


if "FITTRACK_TEST_STATEMENTS" in os.environ:
    sys.meta_path.insert(0, _OnceThereAreEngines())  # type: ignore[arg-type]
