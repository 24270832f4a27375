"""Which configured endpoint does this SIP request belong to?  Answered as Asterisk's PJSIP answers it.

This module only gathers the public names; each can be imported from its own module too, which is also the
way around another distribution that installs a package of this name (see the README).  A module is imported when one of
its names is first asked for.  Nothing here or below it reads the command line or prints; that is ``identify.commands``.
"""

from typing import TYPE_CHECKING

from identify.importing import lazy_names
from identify.version import __version__

if TYPE_CHECKING:
    from identify.config.hostnames.dns import SystemResolver
    from identify.config.hostnames.hosts import HostsFile
    from identify.config.hostnames.lock import LockFile
    from identify.config.releases import NEWEST, Release
    from identify.configuration import (
        Configuration,
        NotAskedError,
        OfflineResolver,
        ResolutionError,
        Resolver,
    )
    from identify.engine import DROPPED, NO_MATCH, Engine, Indices
    from identify.errors import (
        ConfigError,
        EngineFileError,
        IdentifyError,
        LimitError,
        MessageError,
        OutputError,
        ResponseError,
    )
    from identify.explain import Explanation, Possibility, Reason, Step
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
        Unknown,
        UnresolvedName,
    )
    from identify.request import Authorization, Request, Uri
    from identify.simulation.comparison import Comparison, compare
    from identify.simulation.outcomes import Outcome
    from identify.simulation.simulation import Simulation, simulate
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "identify.config.hostnames.dns": ("SystemResolver",),
            "identify.config.hostnames.hosts": ("HostsFile",),
            "identify.config.hostnames.lock": ("LockFile",),
            "identify.config.releases": ("NEWEST", "Release"),
            "identify.configuration": (
                "Configuration",
                "NotAskedError",
                "OfflineResolver",
                "ResolutionError",
                "Resolver",
            ),
            "identify.engine": ("DROPPED", "NO_MATCH", "Engine", "Indices"),
            "identify.errors": (
                "ConfigError",
                "EngineFileError",
                "IdentifyError",
                "LimitError",
                "MessageError",
                "OutputError",
                "ResponseError",
            ),
            "identify.explain": ("Explanation", "Possibility", "Reason", "Step"),
            "identify.model": (
                "AccessList",
                "AccessRule",
                "AccessRules",
                "AddressRule",
                "Aor",
                "Auth",
                "DomainAlias",
                "Endpoint",
                "HeaderRule",
                "Identify",
                "Match",
                "Origin",
                "Problem",
                "Registration",
                "RequestUriRule",
                "Settings",
                "TextPattern",
                "Transport",
                "Unknown",
                "UnresolvedName",
            ),
            "identify.request": ("Authorization", "Request", "Uri"),
            "identify.simulation.comparison": ("Comparison", "compare"),
            "identify.simulation.outcomes": ("Outcome",),
            "identify.simulation.simulation": ("Simulation", "simulate"),
        },
    )

__all__ = [
    "DROPPED",
    "NEWEST",
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
    "HostsFile",
    "Identify",
    "IdentifyError",
    "Indices",
    "LimitError",
    "LockFile",
    "Match",
    "MessageError",
    "NotAskedError",
    "OfflineResolver",
    "OutputError",
    "Origin",
    "Outcome",
    "Possibility",
    "Problem",
    "Reason",
    "Registration",
    "Release",
    "Request",
    "RequestUriRule",
    "ResolutionError",
    "Resolver",
    "ResponseError",
    "Settings",
    "Simulation",
    "Step",
    "SystemResolver",
    "TextPattern",
    "Transport",
    "Unknown",
    "UnresolvedName",
    "Uri",
    "__version__",
    "compare",
    "simulate",
]
