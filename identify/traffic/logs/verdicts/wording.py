"""What Asterisk's log lines say about the identification of a request.

Knows the wording of each line (with debug 3 for the identifiers, and the NOTICE of the distributor); nothing of which
request a line belongs to.

*Facts*: `ip`, `header` and `request_uri` share the line of a hit.  `username` and `auth_username` name what they
looked for, not the endpoint that they found.  `line` says nothing, `anonymous` nothing when it finds none.  A From
user or a header's value stands in a line as it is, so a name may hold quotes; what follows it is matched from the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from identify.strings import decoded
from identify.traffic.logs.headlines import COLOUR, LEVEL, PROMPT, STAMP
from identify.traffic.logs.records import Gap

__all__ = ["Kind", "Statement", "parse_statement", "statements_in"]


class Kind:
    """Kinds of lines; the first five are steps of an identifier."""

    SOURCE = "source"
    HEADER = "header"
    REQUEST_URI = "request_uri"
    USERNAME = "username"
    AUTH_USERNAME = "auth_username"
    #: Hits.
    MATCHED = "matched"
    IDENTIFIED = "identified"
    ANONYMOUS = "anonymous"
    #: What comes after.
    FAILED = "failed"
    REFUSED = "refused"
    CREDENTIALS = "credentials"
    #: What comes before.
    GOES_ON = "goes on"
    IN_DIALOG = "in dialog"


STEPS = frozenset({Kind.SOURCE, Kind.HEADER, Kind.REQUEST_URI, Kind.USERNAME, Kind.AUTH_USERNAME})
HITS = frozenset({Kind.MATCHED, Kind.IDENTIFIED, Kind.ANONYMOUS})


@attrs.frozen
class Statement:
    """One line: its kind, the thread that wrote it, and the values in it in the order of the line."""

    kind: str
    line: int
    thread: bytes
    values: tuple[str, ...]


_LINE = re.compile(
    rb"^" + PROMPT + STAMP + LEVEL + COLOUR + rb"((?:res_pjsip/)?(?:res_pjsip_endpoint_identifier_\w{1,32}"
    rb"|pjsip_distributor|res_pjsip_authenticator_digest)\.c)" + COLOUR
    + rb"(?::" + COLOUR + rb"\d{1,6}" + COLOUR + rb" " + COLOUR + rb"\w{1,64}" + COLOUR + rb")?: ([^\n]*?)\r*$",
    re.MULTILINE,
)  # fmt: skip

_IP = (
    (Kind.SOURCE, r"Source address (.+):(\d+) (matches|does not match) identify '(.*)'"),
    (Kind.MATCHED, r"Identify '(.*)' SIP message matched to endpoint (.*)"),
    (Kind.HEADER, r"Identify '(.*?)': SIP message (?:has '.*|does not have '.*)"),
    (Kind.REQUEST_URI, r"Identify '(.*?)': request URI not match '.*"),
)
_USER = (
    (Kind.USERNAME, r"Attempting identify by From username '(.*)' domain '(.*)'"),
    (Kind.IDENTIFIED, r"Identified by (From) username '(.*)' domain '(.*)'"),
    (Kind.AUTH_USERNAME, r"Attempting identify by Authorization username '(.*)' realm '(.*)'"),
    (Kind.IDENTIFIED, r"Identified by (Authorization) username '(.*)' realm '(.*)'"),
)
_ANONYMOUS = ((Kind.ANONYMOUS, r"Retrieved anonymous endpoint '(.*)'"),)
_DISTRIBUTOR = (
    (
        Kind.FAILED,
        r"Request '([^']*)' from '.*' failed for '([^']*):(\d+)' \(callid: (.*)\) - "
        r"(No matching endpoint found|Not match Endpoint ACL|Not match Endpoint Contact ACL)(?: after .*)?",
    ),
    (Kind.REFUSED, r"Endpoint '(.*)' not allowed by ACL"),
    (Kind.GOES_ON, r"Calculated serializer \S+ to use for (?:message )?Request msg (\S+)/cseq=(\d+) \(.*"),
    (
        Kind.IN_DIALOG,
        r"Searching for serializer associated with dialog \S+ for Request msg (\S+)/cseq=(\d+) \(.*",
    ),
)
_DIGEST = ((Kind.CREDENTIALS, r" ?(.*): Using (endpoint|artificial endpoint) for authentication"),)
_WORDINGS = {
    file: tuple((kind, re.compile(wording, re.DOTALL)) for kind, wording in wordings)
    for file, wordings in {
        b"res_pjsip_endpoint_identifier_ip.c": _IP,
        b"res_pjsip_endpoint_identifier_user.c": _USER,
        b"res_pjsip_endpoint_identifier_anonymous.c": _ANONYMOUS,
        b"pjsip_distributor.c": _DISTRIBUTOR,
        b"res_pjsip_authenticator_digest.c": _DIGEST,
    }.items()
}


def parse_statement(file: bytes, thread: bytes, text: bytes, line: int) -> Statement | None:
    """Return what a line of a file of Asterisk's says, None where it isn't about identification."""
    words = decoded(text)
    for kind, wording in _WORDINGS.get(file.rpartition(b"/")[2], ()):
        if found := wording.fullmatch(words):
            return Statement(kind, line, thread, found.groups())
    return None


def statements_in(gap: Gap) -> Iterator[Statement]:
    """Yield what the lines between two messages say."""
    at, line = 0, gap.line
    for found in _LINE.finditer(gap.text):
        line += gap.text.count(b"\n", at, found.start())
        at = found.start()
        if one := parse_statement(found[4], found[3], found[5], line):
            yield one
