"""Which configured endpoint does this SIP request belong to?  Answered as Asterisk's PJSIP answers it.

This module only gathers the public names; each can be imported from its own module too, which is also the
way around another distribution that installs a package of this name (see the README).  Nothing here or
below it reads the command line or prints; that is ``identify.commands``, which isn't imported.
"""

import importlib
import typing

from identify.version import __version__

if typing.TYPE_CHECKING:
    from identify.simulation import Comparison, Outcome, Simulation, compare, simulate

try:
    from identify.configuration import Configuration, OfflineResolver, ResolutionError, Resolver
    from identify.engine import DROPPED, NO_MATCH, Engine, Indices
    from identify.errors import ConfigError, EngineFileError, IdentifyError, LimitError, MessageError
    from identify.explain import Explanation, Reason, Step
    from identify.model import (
        AccessList,
        AccessRule,
        AccessRules,
        AddressRule,
        Aor,
        Auth,
        DomainAlias,
        Endpoint,
        HeaderRule,
        Identify,
        Match,
        Origin,
        Problem,
        Registration,
        RequestUriRule,
        Settings,
        TextPattern,
        Transport,
    )
    from identify.request import Authorization, Request, Uri
except ImportError as error:
    raise importlib.import_module("identify.missing_build").with_build_hint(error) from error

#: Names of the simulation, which is imported when one is first asked for: its readers of traffic take as long to
#: import as all the rest.
_SIMULATION = frozenset({"Comparison", "Outcome", "Simulation", "compare", "simulate"})


def __getattr__(name: str) -> object:
    """Return a name of the simulation."""
    if name not in _SIMULATION:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module("identify.simulation"), name)
    globals()[name] = value
    return value


__all__ = [
    "DROPPED",
    "NO_MATCH",
    "AccessList",
    "AccessRule",
    "AccessRules",
    "AddressRule",
    "Aor",
    "Auth",
    "Authorization",
    "Comparison",
    "ConfigError",
    "Configuration",
    "DomainAlias",
    "Endpoint",
    "Engine",
    "EngineFileError",
    "Explanation",
    "HeaderRule",
    "Identify",
    "IdentifyError",
    "Indices",
    "LimitError",
    "Match",
    "MessageError",
    "OfflineResolver",
    "Origin",
    "Outcome",
    "Problem",
    "Reason",
    "Registration",
    "Request",
    "RequestUriRule",
    "ResolutionError",
    "Resolver",
    "Settings",
    "Simulation",
    "Step",
    "TextPattern",
    "Transport",
    "Uri",
    "__version__",
    "compare",
    "simulate",
]
