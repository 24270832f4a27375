"""What differs between Asterisk releases, each difference in one place.

A :class:`Release` is passed down to whatever reads or compares; nothing else asks for a version.

Facts

- A change goes into all lines that are maintained at the time, and a new line is cut from the same source: 16.29,
  18.15, 19.7 and 20.0 came at the same time, so did 18.23, 20.8 and 21.3, and 20.16, 21.11, 22.6 and 23.0.  Every
  difference that the tags show falls on such a step, and a line that ended before has none of what came after.  A
  release is therefore a *step*, counted here in minor releases of 16; a certified release is that of the release that
  it was cut from.
- 16.2.1, 16.28.0, 18.10.0, 20.15.2, 22.5.2, 22.8.0 and the newest were run and asked; where a difference is marked
  *tags*, the boundary comes from the history of releases, and its two sides from these recordings.
- An option or a value that one recorded release has and another lacks is there in later releases of the same or a
  later line than the first, and isn't in earlier releases of the same or an earlier line than the second.  In between
  it isn't known.

Not supported: releases before 16.1, whose ``match_header`` compares by other rules, and 18.23.0, 20.8.0 and 21.3.0,
which have an identifier ``transport`` that was withdrawn in the next patch.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

import attrs

from identify.identifiers import LOAD_ORDER, IdentifierName
from identify.model import Identify
from identify.strings import encoded, hashed, quoted

__all__ = ["NEWEST", "RECORDED", "Release", "release_of"]

#: The step of each line's ``.0``: 18.15 is step 29, as 20.0.
FIRST_STEPS = {16: 0, 17: 6, 18: 14, 19: 22, 20: 29, 21: 34, 22: 39, 23: 45}
#: The last minor release of each line that has ended.
LAST_MINORS = {16: 30, 17: 9, 18: 26, 19: 8, 21: 12}
#: The certified releases, by line: the minor release that they were cut from.
CERTIFIED = {16: 8, 18: 9, 20: 7, 22: 8}
#: Releases with an identifier that isn't known here; the next patch withdrew it.
WITHDRAWN = ((18, 23, 0), (20, 8, 0), (21, 3, 0))
#: Greater numbers aren't versions of Asterisk that anybody could run.
MAX_LINE = 30
MAX_NUMBER = 99

#: The hash buckets of identify objects that wizards made.
WIZARD_BUCKETS = 53

# Bits of ``Dialect`` in ``_ext/message/_dialect.pxd``.
TEL_REFUSED = 1
X_AST_KEPT = 2
PARAMETERS_DECODED = 4
EMPTY_LIST_REFUSED = 8
BYTES = 16

_VERSION = re.compile(
    r"(?:v|asterisk(?:\s+pbx)?[\s/-]*)?(?:\d:)?(?P<git>git-)?(?P<certified>certified[\s/-]*)?"
    r"(?P<line>\d{1,4})(?:\.(?P<minor>\d{1,4})(?:\.(?P<patch>\d{1,4}))?)?(?:\.\d{1,4})*"
    r"(?:-(?P<cert>cert\d{1,4}))?(?:[\s~+-].*)?",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
_NEWEST_WORDS = frozenset({"newest", "latest", "master", "git"})
EXPECTED = "expected a version from 16.1 on, such as 18.10.0, 20.15, 22 or certified/20.7, or newest"


@attrs.frozen(kw_only=True)
class Release:
    """The behaviour of a release.

    ``name`` is its version as people write it: ``"18.10.0"``, ``"22.5"``, ``"20"``, ``"certified/20.7"``.  ``line``
    and ``step`` say which it is, see the facts above; ``patch`` is None for the last one.
    """

    name: str = "23"
    line: int = 23
    step: int = FIRST_STEPS[23] + MAX_NUMBER
    patch: int | None = None

    @property
    def identifiers(self) -> tuple[IdentifierName, ...]:
        """The names of the identifiers other than ``line``, in the order in which their modules are loaded.

        ``request_uri`` since 18.23, 20.8, 21.3 and 22.0 (tags).
        """
        if self.step >= 37:
            return LOAD_ORDER
        return tuple(name for name in LOAD_ORDER if name != "request_uri")

    @property
    def header_label(self) -> str:
        """The word before a header rule in ``pjsip show identifies``: changed with ``request_uri`` (tags)."""
        return "Header" if self.step >= 37 else "Match"

    @property
    def sorted_identifies(self) -> bool:
        """Whether identify objects are tried in the order of their ids, one of an id.

        Since 20.16, 21.11, 22.6 and 23.0 (tags).
        """
        return self.step >= 45

    @property
    def ports_in_match(self) -> bool:
        """Whether an item of ``match`` may have a port: since 16.8, 17.2 and 18.0 (tags)."""
        return self.step >= 8

    @property
    def addresses_in_place(self) -> bool:
        """Whether addresses without a mask keep their place in ``match``.

        Before 16.8 and 17.2 (tags) they are treated as host names: added after all items with a mask, and only if the
        list so far doesn't match them.
        """
        return self.step >= 8

    @property
    def wizard_ports(self) -> bool:
        """Whether a wizard's identify has the ports of ``remote_hosts``: since 16.20, 18.6 and 19.0 (tags)."""
        return self.step >= 20

    @property
    def byte_order_mark(self) -> bool:
        """Whether a UTF-8 byte order mark at the start of a file is skipped: since 16.8, 17.2 and 18.0 (tags)."""
        return self.step >= 8

    @property
    def transport_leftovers(self) -> bool:
        """Whether a transport refused for its ``bind`` leaves something that the next section takes over.

        It also says whether the socket of a section that took something over is found, under the refused one's id.
        Recorded up to 20.15.2 and 22.5.2, no longer in the newest.  When it ended isn't known; here it is with the
        order of identify objects.
        """
        return self.step < 45

    @property
    def has_digest(self) -> bool | None:
        """Whether an auth object can be of ``auth_type=digest``, None if that isn't known.

        Without it (16.2.1, 16.28.0 and 18.10.0 recorded), ``md5`` needs an ``md5_cred``, and of others neither
        ``md5_cred`` nor ``password`` is checked.
        """
        return self.has(("16.2.1", "16.28.0", "18.10.0"))

    @property
    def characters(self) -> bool:
        """Whether regular expressions work on UTF-8 characters, not bytes.

        Since 20.18, 22.8 and 23.2 (tags); all of 21 work on bytes.
        """
        return self.step >= 47

    @property
    def characters_by_environment(self) -> bool:
        """Whether ``characters`` holds only where Asterisk's environment has a UTF-8 locale, else bytes.

        20.18.0, 22.8.0 and 23.2.0 only (tags; 22.8.0 recorded).
        """
        return self.step == 47 and self.patch == 0

    @property
    def dialect(self) -> int:
        """How requests are parsed, printed and screened: bits of ``Dialect`` in ``_ext/message/_dialect.pxd``.

        - A tel: URI in the request URI, From or To is answered 416 before 16.29, 18.15, 19.7 and 20.0 (tags).
        - ``x-ast-*`` URI parameters aren't removed before 16.8, 17.2 and 18.0 (tags).
        - Header parameters are percent-decoded before 16.24, 18.10, 19.2 and 20.0 (tags).
        - ``Allow: ,,`` drops the message with PJPROJECT up to 2.15.1; 2.17, since 20.20, 22.10 and 23.4 (tags), accepts
          it.  2.16, in 20.19.0, 22.9.0 and 23.3.0, wasn't asked: taken to refuse it, as all but the newest do.
        - Expressions work on bytes, see ``characters``.
        """
        return (
            TEL_REFUSED * (self.step < 29)
            | X_AST_KEPT * (self.step < 8)
            | PARAMETERS_DECODED * (self.step < 24)
            | EMPTY_LIST_REFUSED * (self.step < 49)
            | BYTES * (not self.characters)
        )

    def has(self, without: Collection[str], untried: Collection[str] = ()) -> bool | None:
        """Return whether the release has what the recorded releases ``without`` lack and the others have.

        ``untried`` are the recorded releases of which neither is known.  None if it isn't known.
        """
        lacking = [RECORDED[name] for name in without]
        having = [
            release for name, release in RECORDED.items() if name not in without and name not in untried
        ]
        if any(self.line >= other.line and self.step >= other.step for other in having):
            return True
        for other in lacking:
            # What a later line had already, and this one had not, isn't brought to this one.
            kept_out = any(later.line > other.line and later.step <= other.step for later in having)
            if self.line <= other.line and (self.step <= other.step or kept_out):
                return False
        return None

    def arranged(
        self, configured: Sequence[Identify], made: Sequence[Identify], sections: int
    ) -> list[Identify]:
        """Return the identify objects of pjsip.conf and those that wizards made, in the order in which they are tried.

        Both are in file order; ``sections`` counts pjsip.conf's sections of the type, refused ones too.

        Without sorting (recorded), a hash of the ids distributes pjsip.conf's objects to as many buckets as the largest
        odd prime, or 1, that is not above ``sections``; within a bucket they stay in file order.  Those of wizards
        follow, distributed to 53 buckets.  Objects of the same id are both tried.
        """
        if self.sorted_identifies:
            both = {identify.id: identify for identify in (*made, *configured)}
            return sorted(both.values(), key=lambda identify: encoded(identify.id))
        buckets = buckets_for(sections)
        return [
            *sorted(configured, key=lambda identify: hashed(encoded(identify.id)) % buckets),
            *sorted(made, key=lambda identify: hashed(encoded(identify.id)) % WIZARD_BUCKETS),
        ]


def buckets_for(sections: int) -> int:
    """Return the number of hash buckets: the largest odd prime that is not above ``sections``, or 1.

    >>> [buckets_for(sections) for sections in (0, 2, 3, 4, 9, 11)]
    [1, 1, 3, 3, 7, 11]
    """
    for number in range(sections, 2, -1):
        if number % 2 and all(number % divisor for divisor in range(3, int(number**0.5) + 1, 2)):
            return number
    return 1


NEWEST = Release()


def release_of(release: str | Release) -> Release:
    """Return the release of a version as people write it.

    ``18.10.0``, ``Asterisk 20.15.2~dfsg-1`` and ``certified-20.7-cert1`` are single releases; ``22.5`` is the last
    patch of 22.5, ``20`` the newest release of 20 that is known here, ``23``, ``newest`` and ``master`` the newest of
    all.  Versions that are newer than those known here behave as the newest.  Raises ValueError for what is not a
    version, and for releases that aren't supported.
    """
    if isinstance(release, Release):
        return release
    text = release.strip()
    if text == NEWEST.name or text.lower() in _NEWEST_WORDS:
        return NEWEST
    found = _VERSION.fullmatch(text)
    if found is None:
        raise ValueError(f"{quoted(release)} is not a version of Asterisk: {EXPECTED}")
    line = int(found["line"])
    certified = bool(found["certified"] or found["cert"])
    minor = None if found["minor"] is None or found["git"] else int(found["minor"])
    patch = None if minor is None or found["patch"] is None or certified else int(found["patch"])
    if line < 16 or (line, minor) == (16, 0):
        raise ValueError(f"{quoted(release)} is not supported: {EXPECTED}")
    if line > MAX_LINE or max(minor or 0, patch or 0) > MAX_NUMBER:
        raise ValueError(f"{quoted(release)} is not a version of Asterisk: {EXPECTED}")
    if certified:
        minor = _certified_minor(release, line, minor)
    if (line, minor, patch) in WITHDRAWN:
        raise ValueError(
            f"{quoted(release)} is not supported: it has an identifier 'transport', which {line}.{minor}.1 withdrew"
        )
    last = LAST_MINORS.get(line, MAX_NUMBER)
    if minor is not None and minor > last:
        raise ValueError(f"{quoted(release)} doesn't exist: {line}.{last} is the last of {line}")
    return Release(
        name=_name(line, minor, patch, found["cert"], certified),
        line=line,
        step=FIRST_STEPS.get(line, FIRST_STEPS[23] + MAX_NUMBER) + (last if minor is None else minor),
        patch=patch,
    )


def _certified_minor(release: str, line: int, minor: int | None) -> int:
    """Return the minor release that a certified release was cut from."""
    known = CERTIFIED.get(line)
    if known is None or minor not in (None, known):
        names = ", ".join(f"certified/{line}.{minor}" for line, minor in CERTIFIED.items())
        raise ValueError(f"{quoted(release)} is not a known certified release: expected one of {names}")
    return known


def _name(line: int, minor: int | None, patch: int | None, cert: str | None, certified: bool) -> str:
    """Return the usual spelling of a version: ``20``, ``20.15.2``, ``certified/20.7-cert1``."""
    numbers = ".".join(str(number) for number in (line, minor, patch) if number is not None)
    return f"{'certified/' if certified else ''}{numbers}{f'-{cert.lower()}' if cert else ''}"


def _recorded(names: Iterable[str]) -> dict[str, Release]:
    return {name: release_of(name) for name in names}


#: The releases that were run and asked which options and values they accept.
RECORDED = _recorded(("16.2.1", "16.28.0", "18.10.0", "20.15.2", "22.5.2", "22.8.0", "newest"))
