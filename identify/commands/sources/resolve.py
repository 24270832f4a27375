"""``sip-identify resolve``: the host names of a configuration, what they give today, and what has changed since.

Knows the options and how the result is printed; what is asked is ``identify.config.hostnames``'s.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import click
from click.core import ParameterSource

from identify.commands.command import command
from identify.commands.config_options import ConfigOptions, config_options
from identify.commands.ending import LoadedConfig, configurations_as_dict, end
from identify.commands.options import gathered
from identify.commands.output.files import check_outputs
from identify.commands.output.printing import (
    UnusableError,
    config_argument,
    escaped,
    json_option,
    print_json,
    print_release,
    shown,
    styled,
    unusable_input,
    warn,
)
from identify.commands.output.status import Status, first_status
from identify.commands.reading import configuration_places, load_with, point_to_release
from identify.commands.traffic.options import TrafficOptions, traffic_options
from identify.errors import ConfigError

if TYPE_CHECKING:
    from identify.config.hostnames import Answers
    from identify.config.hostnames.listing import Drift, FoundName, Lookup
    from identify.configuration import Configuration, Resolver
    from identify.simulation.comparison import Comparison
    from identify.writing import Place

__all__ = ["resolve"]

DRIFT_WORDS = {
    "same": "same",
    "changed": "changed",
    "fails": "has no address now",
    "works": "had no address",
    "new": "not known before",
    "unknown": "no answer now",
}


@attrs.frozen(kw_only=True)
class ResolveOptions:
    """Where answers come from and where they go; the fields are the options of the command."""

    lock: str | None
    check: str | None
    here: bool
    resolv_conf: str
    hosts: str


OPTIONS = [
    click.option(
        "--lock", metavar="FILE", type=click.Path(dir_okay=False),
        help="Write the answers to a lock file, such as names.lock, for --names and --check.",
    ),
    click.option(
        "--check", metavar="FILE", type=click.Path(),
        help="Print what has changed since this lock file was written, such as names.lock.",
    ),
    click.option(
        "--here", is_flag=True,
        help="Asterisk runs on this machine: a query without an answer fails there too.",
    ),
    click.option(
        "--resolv-conf", metavar="FILE", type=click.Path(), default="/etc/resolv.conf", show_default=True,
        help="Name servers and search domains, such as a copy of another machine's.",
    ),
    click.option(
        "--hosts", metavar="FILE", type=click.Path(), default="/etc/hosts", show_default=True,
        help="Hosts file, such as a copy of another machine's.",
    ),
]  # fmt: skip


@command(
    [
        "sip-identify resolve /etc/asterisk",
        "sip-identify resolve /etc/asterisk --lock names.lock",
        "sip-identify resolve /etc/asterisk --check names.lock",
    ]
)
@config_argument
@click.argument("traffic", metavar="[TRAFFIC...]", nargs=-1, type=click.Path(allow_dash=True))
@gathered("options", ResolveOptions, OPTIONS)
@traffic_options
@config_options
@json_option
@click.pass_context
def resolve(
    context: click.Context,
    config: str,
    traffic: tuple[str, ...],
    options: ResolveOptions,
    reading: TrafficOptions,
    config_options: ConfigOptions,
    as_json: bool,
) -> None:
    """Look up the host names of CONFIG as Asterisk does.

    It sends DNS queries, unless --names or --offline is given.  With --check it prints what has changed since a lock
    file was written, and with TRAFFIC as well which requests get another endpoint because of that.

    Exit status: 0 done, 1 something has changed with --check, 2 wrong usage or unreadable input, 3 nothing else has
    changed with --check, but a name has no answer now.
    """
    if options.lock is not None and (config_options.offline or config_options.names is not None):
        excluded = "--offline" if config_options.offline else "--names"
        raise click.UsageError(f"--lock writes new answers, and {excluded} asks for none")
    if traffic and options.check is None:
        raise click.UsageError(
            "TRAFFIC needs --check: it is simulated with the answers of that file and of today"
        )
    if traffic:
        from identify.commands.traffic.files import traffic_files  # noqa: PLC0415  Few calls have traffic.

        traffic = traffic_files(traffic, reading.reading)
    with unusable_input():
        _check_files(context, options)
        resolved = _Resolved(config, options, config_options, _places(traffic, options, reading))
        if options.lock is not None:
            from identify.config.hostnames import LockFile  # noqa: PLC0415  Help and completion do without.

            with unusable_input(options.lock):
                LockFile.write(options.lock, resolved.all_answers())
            _point_to_gaps(options.lock, resolved.found)
        comparison = resolved.compared(traffic, reading) if traffic else None
    configs = [LoadedConfig(config, resolved.configuration)]
    if as_json:
        content = {**configurations_as_dict(configs), **resolved.as_dict(comparison)}
        print_json("resolve", config_options.answered, content)
    else:
        resolved.print(comparison)
        print_release(config_options.answered)
    lost: list[str] = []
    if comparison is not None:
        from identify.commands.traffic.skipped import said_losses  # noqa: PLC0415  Few calls have traffic.

        lost = said_losses(comparison.readings, as_json=as_json)
    end(context, resolved.status, config_options, configs, lost)


def _check_files(context: click.Context, options: ResolveOptions) -> None:
    """Raise before anybody is asked if a file that was told can't be read, or an existing one isn't a lock file."""
    from identify.config.hostnames import LockFile  # noqa: PLC0415  Help and completion do without.
    from identify.config.hostnames.hosts import read_bounded  # noqa: PLC0415

    for name, path in (("resolv_conf", options.resolv_conf), ("hosts", options.hosts)):
        # A machine need not have the usual ones.
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            read_bounded(path)
    lock = options.lock
    if lock is not None and os.path.isfile(lock) and read_bounded(lock):
        try:
            LockFile.read(lock)
        except ConfigError as error:
            raise UnusableError(f"{shown(lock)}: not a lock file, so --lock doesn't overwrite it") from error


def _places(traffic: Sequence[str], options: ResolveOptions, reading: TrafficOptions) -> list[Place]:
    """Return what is read besides the configuration, none of which may be written."""
    from identify.traffic.input.places import places_of  # noqa: PLC0415  Help and completion do without.

    files = {"--check": options.check, "--resolv-conf": options.resolv_conf, "--hosts": options.hosts}
    places: list[Place] = [(option, path) for option, path in files.items() if path is not None]
    return [*places, *reading.places(places_of("the traffic", traffic))]


def _point_to_gaps(path: str, found: Sequence[FoundName]) -> None:
    """Say that a lock file was written although nobody answered for some names."""
    count = sum(not one.known for one in found)
    if count:
        names = "1 name has" if count == 1 else f"{count:,} names have"
        text = f"{shown(path)}: {names} no answer, and no addresses in this file"
        warn(text)


class _Resolved:
    """The names of a configuration with what they give now and, with a lock file to check, before."""

    def __init__(
        self, config: str, options: ResolveOptions, config_options: ConfigOptions, inputs: list[Place]
    ) -> None:
        from identify.config.hostnames import names_file  # noqa: PLC0415  Help and completion do without.
        from identify.config.hostnames.listing import drift, look_up, names_of  # noqa: PLC0415
        from identify.config.hostnames.rules import NameCollector  # noqa: PLC0415

        self._config = config
        self._options = options
        self._config_options = config_options
        collector = NameCollector()
        collected = self._load(collector)
        inputs = [*configuration_places([collected], config_options), *inputs]
        check_outputs(inputs, [("--lock", options.lock)] if options.lock is not None else [])
        point_to_release([collected], config_options.answered)
        self._names = names_of(collected.unknowns, collector.items)
        self._before: Resolver | None = None
        self._now: Resolver = collector
        self.drifts: list[Drift] = []
        if options.check is not None:
            self._before = names_file(options.check)
        if self._names and not config_options.offline:
            self._now = _resolver(options, config_options.names, collector.items)
        if self._before is not None:
            self.drifts = drift(self._names, self._before, self._now)
        self.found: list[FoundName] = [look_up(name, self._now) for name in self._names]
        #: As Asterisk loads it with these answers.
        self.configuration = (
            self._load(None if self._now is collector else self._now) if self._names else collected
        )

    @property
    def status(self) -> Status:
        """The exit status."""
        statuses = {one.status for one in self.drifts} - {"same"}
        of_names = [Status.UNDETERMINED if status == "unknown" else Status.DIFFERS for status in statuses]
        return first_status(*of_names)

    def all_answers(self) -> Answers:
        """Return all answers that a load of the configuration needs."""
        from identify.config.hostnames import Answers, SystemResolver  # noqa: PLC0415  Few runs write a file.

        if not isinstance(self._now, SystemResolver):
            return Answers()
        # What a name's literals cover can lead to another query.
        self._load(self._now)
        return self._now.answers

    def compared(self, traffic: Sequence[str], reading: TrafficOptions) -> Comparison:
        """Simulate traffic with the names as they were and as they are."""
        from identify.simulation.runs.comparing import compare_files  # noqa: PLC0415  Few runs read traffic.
        from identify.simulation.runs.work import RunPlan  # noqa: PLC0415

        before = self._load(self._before)
        plan = RunPlan(
            configuration=before,
            line_tokens=reading.tokens(before),
            local=reading.local,
            reading=reading.reading_of(traffic),
        )
        return compare_files(plan, self._load(self._now), traffic).comparison

    def _load(self, resolver: Resolver | None) -> Configuration:
        return load_with(self._config, resolver, self._config_options, self._config_options.answered.release)

    def as_dict(self, comparison: Comparison | None) -> dict[str, Any]:
        """Return all of it as values for JSON."""
        return {
            "names": [_name_as_dict(found) for found in self.found],
            "drift": None if self._before is None else [_drift_as_dict(one) for one in self.drifts],
            "traffic": comparison.as_dict() if comparison is not None else None,
        }

    def print(self, comparison: Comparison | None) -> None:
        """Print all of it for people."""
        if not self.found:
            click.echo("the configuration has no host names to resolve")
        elif self._before is None:
            click.echo("\n\n".join("\n".join(_lines(found)) for found in self.found))
        else:
            changed = [one for one in self.drifts if one.status != "same"]
            for one in changed:
                click.echo("\n".join(_drift_lines(one)))
            if not changed:
                count = len(self.drifts)
                names = "the name has" if count == 1 else f"all {count:,} names have"
                since = shown(self._options.check or "")
                click.echo(styled(f"{names} the same addresses as in {since}", "answer"))
        if comparison is not None:
            from identify.commands.traffic.printing import print_comparison  # noqa: PLC0415

            click.echo()
            print_comparison(comparison, "the addresses of today")


def _resolver(options: ResolveOptions, names: str | None, items: Mapping[tuple[str, bool], None]) -> Resolver:
    """Return what answers: a file, or the name servers, which are asked for everything at once."""
    from identify.config.hostnames import SystemResolver, names_file  # noqa: PLC0415  Help does without.

    if names is not None:
        return names_file(names)
    from identify.commands.host_names import progress_bar  # noqa: PLC0415

    with progress_bar() as progress:
        resolver = SystemResolver(
            resolv_conf=options.resolv_conf,
            hosts=options.hosts,
            asterisk_here=options.here,
            progress=progress,
        )
        resolver.prepare(items)
    return resolver


def _lines(found: FoundName) -> list[str]:
    """Return the lines of a name: where it stands, what was asked, what it gives."""
    lines = [styled(shown(found.name.text), "heading"), *map(escaped, _uses(found))]
    lines += [f"  {escaped(_lookup_line(lookup))}" for lookup in found.lookups]
    if not found.known:
        lines.append("  " + styled(f"not known: {escaped(found.failure)}", "warning"))
    elif found.failure:
        lines.append("  " + styled(f"refuses the identify: {escaped(found.failure)}", "no answer"))
    else:
        lines.append(f"  gives {styled(escaped(', '.join(found.addresses)), 'answer')}")
    return lines


def _uses(found: FoundName) -> list[str]:
    uses = [
        f"  {origin}: identify {shown(identify)}, endpoint {shown(endpoint)}"
        for identify, endpoint, origin in found.name.uses
    ]
    return uses or ["  bind of a transport"]


def _lookup_line(lookup: Lookup) -> str:
    answer = lookup.answer
    what = f"SRV {lookup.name}" if lookup.type == "SRV" else f"addresses of {lookup.name}"
    values = answer.failure or ", ".join(answer.values) or "none"
    # Where a name is from is worth a word only if it isn't the usual place.
    notes = [f"TTL {answer.ttl}"] if answer.ttl is not None else []
    notes += ["hosts file"] if answer.by == "hosts" else []
    return f"{what}: {values}" + (f" ({', '.join(notes)})" if notes else "")


def _drift_lines(drift: Drift) -> list[str]:
    """Return the lines of a name that isn't as it was."""
    found = drift.now
    style = "warning" if drift.status == "unknown" else "no answer"
    lines = [f"{styled(shown(found.name.text), 'heading')}: {styled(DRIFT_WORDS[drift.status], style)}"]
    lines += map(escaped, _uses(found))
    lines += [f"  + {escaped(address)}" for address in drift.added]
    lines += [f"  - {escaped(address)}" for address in drift.removed]
    lines += [f"  now: {escaped(found.failure)}"] if found.failure else []
    lines += [f"  before: {escaped(drift.before.failure)}"] if drift.before.failure else []
    return lines


def _name_as_dict(found: FoundName) -> dict[str, Any]:
    return {
        "name": found.name.text,
        "srv_lookups": found.name.srv_lookups,
        "uses": [
            {"identify": identify, "endpoint": endpoint, "origin": attrs.asdict(origin)}
            for identify, endpoint, origin in found.name.uses
        ],
        "lookups": [_lookup_as_dict(lookup) for lookup in found.lookups],
        "addresses": list(found.addresses),
        "failure": found.failure or None,
        "known": found.known,
    }


def _lookup_as_dict(lookup: Lookup) -> dict[str, Any]:
    answer = lookup.answer
    return {
        "type": lookup.type,
        "name": lookup.name,
        "values": list(answer.values),
        "failure": answer.failure or None,
        "known": answer.known,
        "ttl": answer.ttl,
        "by": answer.by or None,
        "queries": [attrs.asdict(query) for query in answer.queries],
    }


def _drift_as_dict(drift: Drift) -> dict[str, Any]:
    return {
        "name": drift.now.name.text,
        "status": drift.status,
        "added": list(drift.added),
        "removed": list(drift.removed),
        "failure": drift.now.failure or None,
        "failure_before": drift.before.failure or None,
    }
