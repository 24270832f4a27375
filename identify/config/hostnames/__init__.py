"""Host names in a configuration: which are asked, what the answers add, and where answers come from.

``rules`` is what Asterisk asks and what it makes of the answers; ``dns`` asks name servers, ``hosts`` and ``lock``
answer from files.  Each is imported when one of its names is first asked for.
"""

from typing import TYPE_CHECKING

from identify.importing import lazy_names

if TYPE_CHECKING:
    from identify.config.hostnames.answers import Answer, Answers, Query
    from identify.config.hostnames.dns import SystemResolver
    from identify.config.hostnames.hosts import HostsFile
    from identify.config.hostnames.lock import LockFile, names_file
    from identify.config.hostnames.rules import (
        NotAskedError,
        OfflineResolver,
        ResolutionError,
        Resolver,
    )
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "identify.config.hostnames.answers": ("Answer", "Answers", "Query"),
            "identify.config.hostnames.dns": ("SystemResolver",),
            "identify.config.hostnames.hosts": ("HostsFile",),
            "identify.config.hostnames.lock": ("LockFile", "names_file"),
            "identify.config.hostnames.rules": (
                "NotAskedError",
                "OfflineResolver",
                "ResolutionError",
                "Resolver",
            ),
        },
    )

__all__ = [
    "Answer",
    "Answers",
    "HostsFile",
    "LockFile",
    "NotAskedError",
    "OfflineResolver",
    "Query",
    "ResolutionError",
    "Resolver",
    "SystemResolver",
    "names_file",
]
