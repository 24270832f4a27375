"""Requests as they come off the wire: the INVITE that is measured with, in as many variants as are asked for.

Facts

1. The INVITE has 909 bytes: 14 header fields and Content-Length, a session description, and what a provider's proxy
   would add.  Its variants differ in the user parts, in the Call-ID, tags and branches, always at the same length, so
   that no branch predictor and no cache has seen a message before when the variants are asked in turn.
2. The short INVITE of about 350 bytes is the one that identification inside of Asterisk was measured with.
"""

from __future__ import annotations

import random

__all__ = ["LENGTH", "invite", "invites", "short_invite"]

#: Bytes of the INVITE.
LENGTH = 909

_HEAD = (
    "INVITE sip:{to}@192.0.2.10:5060;transport=udp{ruri} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK{branch};rport\r\n"
    "Max-Forwards: 68\r\n"
    'From: "{user}" <sip:{user}@sip.example.com>;tag={tag}\r\n'
    "To: <sip:{to}@192.0.2.10:5060>\r\n"
    "Contact: <sip:{user}@198.51.100.7:5060;transport=udp>\r\n"
    "Call-ID: {call}@198.51.100.7\r\n"
    "CSeq: 102 INVITE\r\n"
    "User-Agent: Example SBC 4.2\r\n"
    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY\r\n"
    "Supported: replaces, timer\r\n"
    "X-Trunk-ID: {trunk}\r\n"
    "Content-Type: application/sdp\r\n"
    "Date: Sun, 22 Nov 2026 10:00:00 GMT\r\n"
    "Content-Length: {length}\r\n"
    "\r\n"
)
_BODY = (
    "v=0\r\no=- {session} 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n"
    "m=audio 18236 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=sendrecv\r\na=note:{fill}\r\n"
)


def invite(
    *, user: str, trunk: str = "none00000", line: str = "", seed: int = 0, to: str = "+12025550100"
) -> bytes:
    """Return one INVITE; ``line`` is the token of the request URI's line parameter."""
    generator = random.Random(seed)
    values = {
        "user": user,
        "to": to,
        "trunk": trunk,
        "ruri": f";line={line}" if line else "",
        "branch": f"{generator.getrandbits(64):016x}",
        "tag": f"{generator.getrandbits(40):010x}",
        "call": f"{generator.getrandbits(96):024x}",
    }
    session = f"{generator.randrange(10**9, 10**10)}"
    plain = _BODY.format(session=session, fill="")
    space = LENGTH - len(_HEAD.format(length=300, **values)) - len(plain)
    body = _BODY.format(session=session, fill="x" * max(0, space))
    return (_HEAD.format(length=len(body), **values) + body).encode()


def invites(count: int, users: list[str], trunks: list[str], lines: list[str]) -> list[bytes]:
    """Return variants that take users, trunks and line tokens at random; an empty list stands for none."""
    generator = random.Random(f"{count} invites")
    return [
        invite(
            user=generator.choice(users) if users else f"+1202555{generator.randrange(10**4):04}",
            trunk=generator.choice(trunks) if trunks else f"none{generator.randrange(10**5):05}",
            line=generator.choice(lines) if lines else "",
            to=f"+1{generator.randrange(2 * 10**9, 10**10):010}",
            seed=number,
        )
        for number in range(count)
    ]


def short_invite(*, user: str, trunk: str, to: str) -> bytes:
    """Return an INVITE of about 350 bytes with a header ``X-Trunk-ID``."""
    return (
        f"INVITE sip:{to}@192.0.2.10 SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK0a1b2c3d4e\r\n"
        "Max-Forwards: 70\r\n"
        f"From: <sip:{user}@198.51.100.7>;tag=5f3c9a\r\n"
        f"To: <sip:{to}@192.0.2.10>\r\n"
        f"Contact: <sip:{user}@198.51.100.7:5060>\r\n"
        "Call-ID: 4f1a9c77b2@198.51.100.7\r\n"
        "CSeq: 1 INVITE\r\n"
        "User-Agent: Example proxy, release 4.2.1\r\n"
        f"X-Trunk-ID: {trunk}\r\n"
        "Content-Length: 0\r\n"
        "\r\n"
    ).encode()
