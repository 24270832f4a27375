"""What Asterisk's log lines say about the identification of a request.

Knows the wording of each line (with debug 3 for the identifiers, and the NOTICE of the distributor); not which
request a line belongs to.

Facts

- `ip`, `header` and `request_uri` share the line of a hit.
- `username` and `auth_username` name what they looked for, not the endpoint that they found.
- An object of type=acl that denies a request logs the address that it denies, the source or the host of a Contact.
- `line` logs nothing, and `anonymous` logs nothing if it finds no endpoint.
- A From user or a header's value is logged unescaped, so it may contain quotes; the text after it is matched from the
  end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from identify.strings import decoded
from identify.traffic.logs.headlines import COLOUR, LEVEL, PROMPT, STAMP
from identify.traffic.logs.records import Gap

__all__ = ["Statement", "StatementKind", "parse_statement", "statements_in"]


class StatementKind:
    """The kinds of lines; the first five are steps of an identifier."""

    SOURCE = "source"
    HEADER = "header"
    REQUEST_URI = "request_uri"
    USERNAME = "username"
    AUTH_USERNAME = "auth_username"
    #: Hits.
    MATCHED = "matched"
    IDENTIFIED = "identified"
    ANONYMOUS = "anonymous"
    #: Lines after identification.
    FAILED = "failed"
    REFUSED = "refused"
    CREDENTIALS = "credentials"
    #: Lines before identification.
    SCREENED = "screened"
    GOES_ON = "goes on"
    IN_DIALOG = "in dialog"


STEPS = frozenset(
    {
        StatementKind.SOURCE,
        StatementKind.HEADER,
        StatementKind.REQUEST_URI,
        StatementKind.USERNAME,
        StatementKind.AUTH_USERNAME,
    }
)
HITS = frozenset({StatementKind.MATCHED, StatementKind.IDENTIFIED, StatementKind.ANONYMOUS})


@attrs.frozen
class Statement:
    """One line: its kind, the thread that wrote it, and the values in it in the order of the line."""

    kind: str
    line: int
    thread: bytes
    values: tuple[str, ...]


_LINE = re.compile(
    rb"^" + PROMPT + STAMP + LEVEL + COLOUR + rb"((?:res_pjsip/)?(?:res_pjsip_endpoint_identifier_\w{1,32}"
    rb"|pjsip_distributor|res_pjsip_acl|res_pjsip_authenticator_digest)\.c)" + COLOUR
    + rb"(?::" + COLOUR + rb"\d{1,6}" + COLOUR + rb" " + COLOUR + rb"\w{1,64}" + COLOUR + rb")?: ([^\n]*?)\r*$",
    re.MULTILINE,
)  # fmt: skip

_IP = (
    (StatementKind.SOURCE, r"Source address (.+):(\d+) (matches|does not match) identify '(.*)'"),
    (StatementKind.MATCHED, r"Identify '(.*)' SIP message matched to endpoint (.*)"),
    (StatementKind.HEADER, r"Identify '(.*?)': SIP message (?:has '.*|does not have '.*)"),
    (StatementKind.REQUEST_URI, r"Identify '(.*?)': request URI not match '.*"),
)
_USER = (
    (StatementKind.USERNAME, r"Attempting identify by From username '(.*)' domain '(.*)'"),
    (StatementKind.IDENTIFIED, r"Identified by (From) username '(.*)' domain '(.*)'"),
    (StatementKind.AUTH_USERNAME, r"Attempting identify by Authorization username '(.*)' realm '(.*)'"),
    (StatementKind.IDENTIFIED, r"Identified by (Authorization) username '(.*)' realm '(.*)'"),
)
_ANONYMOUS = ((StatementKind.ANONYMOUS, r"Retrieved anonymous endpoint '(.*)'"),)
_DISTRIBUTOR = (
    (
        StatementKind.FAILED,
        r"Request '([^']*)' from '.*' failed for '([^']*):(\d+)' \(callid: (.*)\) - "
        r"(No matching endpoint found|Not match Endpoint ACL|Not match Endpoint Contact ACL)(?: after .*)?",
    ),
    (StatementKind.REFUSED, r"Endpoint '(.*)' not allowed by ACL"),
    (
        StatementKind.GOES_ON,
        r"Calculated serializer \S+ to use for (?:message )?Request msg (\S+)/cseq=(\d+) \(.*",
    ),
    (
        StatementKind.IN_DIALOG,
        r"Searching for serializer associated with dialog \S+ for Request msg (\S+)/cseq=(\d+) \(.*",
    ),
)
#: Of a Contact that is denied its address, with port 0.
_ACL = ((StatementKind.SCREENED, r"Incoming SIP message from (.+):(\d+) did not pass ACL test"),)
_DIGEST = ((StatementKind.CREDENTIALS, r" ?(.*): Using (endpoint|artificial endpoint) for authentication"),)
_WORDINGS = {
    file: tuple((kind, re.compile(wording, re.DOTALL)) for kind, wording in wordings)
    for file, wordings in {
        b"res_pjsip_endpoint_identifier_ip.c": _IP,
        b"res_pjsip_endpoint_identifier_user.c": _USER,
        b"res_pjsip_endpoint_identifier_anonymous.c": _ANONYMOUS,
        b"pjsip_distributor.c": _DISTRIBUTOR,
        b"res_pjsip_acl.c": _ACL,
        b"res_pjsip_authenticator_digest.c": _DIGEST,
    }.items()
}


def parse_statement(file: bytes, thread: bytes, text: bytes, line: int) -> Statement | None:
    """Return the statement in a line from one of Asterisk's source files, None if it isn't about identification."""
    decoded_text = decoded(text)
    for kind, wording in _WORDINGS.get(file.rpartition(b"/")[2], ()):
        if found := wording.fullmatch(decoded_text):
            return Statement(kind, line, thread, found.groups())
    return None


def statements_in(gap: Gap) -> Iterator[Statement]:
    """Yield the statements in the lines between two messages."""
    at, line = 0, gap.line
    for found in _LINE.finditer(gap.text):
        line += gap.text.count(b"\n", at, found.start())
        at = found.start()
        if statement := parse_statement(found[4], found[3], found[5], line):
            yield statement
