"""What the libraries load at import and the daemon never uses, left out: a restart is that much shorter.

Only `hedged run` starts this way. Nothing is missing for who does use it: numpy is loaded when first touched,
rich is hidden from structlog alone, whose tracebacks by rich would print local variables (secrets among them)
and are not wanted anyway.
"""

import gc
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from types import ModuleType

_NEVER_USED = "numpy"  # eventkit's operators on arrays
_NOT_FOR_STRUCTLOG = "rich"
_UNTIL_LOADED = "__path__"  # what an import of a submodule asks for first
_RUNS = "_runs_its_code"
_LOADING = RLock()


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import within the context without numpy, without rich for structlog, and without collecting garbage."""
    defer(_NEVER_USED)
    hidden = _NOT_FOR_STRUCTLOG not in sys.modules
    if hidden:
        # How Python spells "there is no such module"; its type does not know that.
        sys.modules[_NOT_FOR_STRUCTLOG] = None  # type: ignore[assignment]
    collecting = gc.isenabled()
    gc.disable()
    try:
        import structlog  # noqa: F401, PLC0415 - while rich is hidden

        yield
    finally:
        if hidden:
            del sys.modules[_NOT_FOR_STRUCTLOG]
        gc.freeze()  # what an import makes stays: to look through it again and again would find nothing
        if collecting:
            gc.enable()


def defer(name: str) -> None:
    """Have a package loaded when one of its attributes is first asked for; one that is loaded stays so.

    The standard library's `LazyLoader` cannot do it: on 3.11 the import statement itself touches the module.
    """
    spec = importlib.util.find_spec(name) if name not in sys.modules else None
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    module.__class__ = _Deferred
    vars(module).pop(_UNTIL_LOADED, None)
    sys.modules[name] = module


class _Deferred(ModuleType):
    """A package whose code has not run yet."""

    def __getattr__(self, name: str) -> object:
        """Run the package's code, then answer as the package."""
        with _LOADING:
            if type(self) is _Deferred:
                if _RUNS in vars(self):
                    raise AttributeError(name)  # its own code asks for what it has not made yet
                self._run()
        return getattr(self, name)

    def _run(self) -> None:
        spec = self.__spec__
        assert spec is not None, "made from a spec"
        assert spec.loader is not None, "as above"
        vars(self)[_RUNS] = True
        if spec.submodule_search_locations is not None:
            self.__path__ = spec.submodule_search_locations
        try:
            spec.loader.exec_module(self)
        finally:
            del vars(self)[_RUNS]
        self.__class__ = ModuleType  # type: ignore[assignment]
