"""Versions of Asterisk where other programs and its own files name them: ``user_agent``, banners.

Knows how a version is written there; what a version means is ``releases``'s part.

Facts

- Asterisk's own user agent is ``Asterisk PBX VERSION``, which is often written into ``user_agent`` unchanged.
- FreePBX writes ``FPBX-`` with its own version, then Asterisk's in parentheses: ``FPBX-16.0.40.7(18.19.0)``.
- Certified releases are ``certified/18.9-cert1`` or, in names of packages, ``18.9-cert1``.
- Packages of distributions append their own: ``18.10.0~dfsg+~cs6.10.40431411-2``.
- A build of a branch, such as ``GIT-master-f0c1c1a7b7M``, names no version.
"""

from __future__ import annotations

import re

from identify.model import Settings

__all__ = ["user_agent_version", "version_in"]

#: A version and what a package appended to it; a release candidate isn't the release.
VERSION = re.compile(
    r"(?P<certified>certified/)?(?P<number>[0-9]{1,2}(?:\.[0-9]{1,4}){0,3})"
    r"(?P<more>-cert[0-9]{1,2})?(?P<candidate>-(?:rc|beta)[0-9]{1,3})?(?:(?!-(?:cert|rc|beta))[~+-][\w.~+-]{0,128})?",
    re.ASCII,
)
#: The texts that name a version, by whom they are written.
USER_AGENTS = (
    re.compile(r"Asterisk PBX (?P<version>[^\s()]{1,160})"),
    re.compile(r"FPBX-[^\s()]{1,64}\((?P<version>[^\s()]{1,160})\)"),
)


def version_in(text: str) -> str | None:
    """Return the version that a word is, without what a package appended; None if it isn't one."""
    found = VERSION.fullmatch(text)
    if found is None:
        return None
    certified, number, more, candidate = found.group("certified", "number", "more", "candidate")
    prefix = "certified/" if certified or more else ""
    return f"{prefix}{number}{more or ''}{candidate or ''}"


def user_agent_version(settings: Settings) -> str | None:
    """Return the version of Asterisk that ``user_agent`` names; None if it isn't set or names none."""
    if settings.user_agent_origin is None:
        return None
    user_agent = settings.options.get("user_agent", "")
    for written in USER_AGENTS:
        if found := written.fullmatch(user_agent):
            return version_in(found["version"])
    return None
