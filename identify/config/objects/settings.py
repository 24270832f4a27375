"""The ``global`` and ``system`` objects, and the order of identifiers that they set.

Facts

See section 1 of docs/explanation/identification.md.

- ``line`` is always first.
- The names in ``endpoint_identifier_order`` follow, compared exactly, including blanks, each at its first place.
- The rest follow in the order in which Asterisk's modules are loaded.
"""

from __future__ import annotations

from identify.config.language.sections import BLANKS
from identify.config.objects.candidates import Candidate, Options
from identify.config.problems import Problems
from identify.config.releases import Release
from identify.identifiers import LOAD_ORDER
from identify.model import Settings
from identify.strings import ascii_lower, quoted

__all__ = ["build_settings"]


def build_settings(
    general: tuple[Candidate, Options] | None,
    system: tuple[Candidate, Options] | None,
    release: Release,
    problems: Problems,
) -> Settings:
    """Return the settings of the two objects, with Asterisk's defaults for the others."""
    candidate, options = general if general is not None else (None, Options({}))
    values = options.values()
    if system is not None:
        values = {**system[1].values(), **values}
    default = Settings()
    settings = Settings(
        endpoint_identifier_order=options.value(
            "endpoint_identifier_order", default.endpoint_identifier_order
        ),
        disable_multi_domain=options.true("disable_multi_domain"),
        ignore_uri_user_options=options.true("ignore_uri_user_options"),
        unidentified_request_count=options.number(
            "unidentified_request_count", default.unidentified_request_count
        ),
        unidentified_request_period=options.number(
            "unidentified_request_period", default.unidentified_request_period
        ),
        unidentified_request_prune_interval=options.number(
            "unidentified_request_prune_interval", default.unidentified_request_prune_interval
        ),
        default_realm=options.value("default_realm", default.default_realm),
        options=values,
        origin=candidate.origin if candidate is not None else None,
    )
    if candidate is not None:
        _check_order(candidate, options, release, problems)
    return settings


def _check_order(candidate: Candidate, options: Options, release: Release, problems: Problems) -> None:
    line = options.line("endpoint_identifier_order")
    if line is None:
        return
    identifiers = release.identifiers
    for item in line.value.split(","):
        if item in identifiers or not item.strip(BLANKS):
            continue
        code, message = (
            "order-unknown",
            f"endpoint_identifier_order lists {quoted(item)}, which is not an identifier",
        )
        meant = ascii_lower(item.strip(BLANKS))
        if item == "line":
            code, message = "order-line", "endpoint_identifier_order lists 'line', which is always first"
        elif item in LOAD_ORDER:
            message = (
                f"endpoint_identifier_order lists {quoted(item)}, which Asterisk {release.name} doesn't have"
            )
        elif meant in identifiers:
            message += f" (did you mean {quoted(meant)}? case and blanks matter)"
        problems.add(code, line.file, line.line, message, section=candidate.id)
