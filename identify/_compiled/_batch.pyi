from typing import Any, Final

from identify._compiled._indices import Indices
from identify._compiled._matcher import Matcher

NO_MATCH: Final = -1
DROPPED: Final = -2

def identify_sources(matcher: Matcher, addresses: Any, ports: Any, threads: int) -> Indices: ...
def identify_messages(
    matcher: Matcher,
    messages: Any,
    sources: Any,
    ports: Any,
    transport: str,
    local: str | None,
    transport_section: str | None,
    threads: int,
) -> Indices: ...
