"""Python runs this first in every process of a chaos: limits are shortened, and a mutant may be let loose."""

import os
import sys

_words = [word for word in sys.orig_argv[1:] if word != "-P"]
if _words[:2] == ["-m", "buurtbel"]:
    if "serve" in _words:
        # A line that dies often is started at once each time: there is no evening to wait for it.
        from buurtbel.serve import supervisor

        supervisor.SETTLED_AFTER = 0.0
    if "line" in _words and os.environ["CHAOS_MUTANT"]:
        import importlib.util
        from pathlib import Path

        _spec = importlib.util.spec_from_file_location("mutants", Path(__file__).parents[1] / "mutants.py")
        assert _spec is not None
        assert _spec.loader is not None
        _mutants = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(_mutants)
        _mutants.MUTANTS[os.environ["CHAOS_MUTANT"]]()
