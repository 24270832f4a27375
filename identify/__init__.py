"""Which configured endpoint does this SIP request belong to?  Answered as Asterisk's PJSIP answers it.

This module only gathers the public names; each can be imported from its own module too, which is also the
way around another distribution that installs a package of this name (see the README).  Nothing here or
below it reads the command line or prints; that is ``identify.commands``, which isn't imported.
"""

from identify.version import __version__

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
    from identify.simulation import Comparison, Outcome, Simulation, compare, simulate
except ImportError as error:
    if not (error.name or "").startswith("identify._"):
        raise
    # There is no matcher in Python to fall back to, and a silent one would only be found by its slowness.
    raise ImportError(
        f"the compiled module {error.name} of sip-identify is missing or can't be loaded ({error}); "
        "build it with 'python -m pip install .' or, in a checkout, with 'make'",
        name=error.name,
        path=error.path,
    ) from error

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
