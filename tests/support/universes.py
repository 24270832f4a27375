"""Small configurations with things that aren't known, and every content that these could have.

A case is a configuration in which something isn't known, and requests to it.  ``contents`` makes the configurations
in which everything is known: each is one that Asterisk could really have.
"""

import itertools

import attrs

from identify.configuration import Configuration, NotAskedError, ResolutionError
from identify.engine import Engine
from identify.explain import explain
from identify.model import DomainAlias, Endpoint, Origin, Registration, Unknown
from identify.request import Request

SOURCES = ("192.0.2.1", "192.0.2.2", "2001:db8::1")
#: An address from which no request comes.
ELSEWHERE = "203.0.113.9"
PORTS = (5060, 5070)
DOMAINS = ("d.example", "e.example")
TOKENS = ("abcdefg", "hijklmn")
ENDPOINTS = ("a", "b", "c")
TRANSPORT = "[udp]\ntype=transport\nbind=0.0.0.0\n"
IDENTIFIERS = ("ip", "username", "anonymous", "header", "request_uri", "auth_username")
#: Every identify_by that makes a difference.
ALLOWED = ((), ("username",), ("auth_username",), ("username", "auth_username"))
ORIGIN = Origin("elsewhere", 1)
#: Types whose objects may all be unknown, alone and together.
TYPES = [
    ("identify",),
    ("registration",),
    ("domain_alias",),
    ("transport",),
    ("domain_alias", "transport"),
    ("identify", "transport"),
    ("identify", "registration"),
    ("identify", "domain_alias"),
    ("registration", "transport"),
]


class Answers:
    """A resolver that gives what it was given; a name that isn't in it wasn't asked about, None has no address."""

    def __init__(self, known):
        self.known = known

    def services(self, name):
        """Return nothing: no name here has services."""
        if name.split(".", 2)[-1] not in self.known:
            raise NotAskedError("nobody was asked")
        return ()

    def addresses(self, name):
        """Return a name's addresses."""
        if name not in self.known:
            raise NotAskedError("nobody was asked")
        if self.known[name] is None:
            raise ResolutionError("Name or service not known")
        return self.known[name]


@attrs.frozen(kw_only=True)
class Case:
    """Files with names and untold registrations, and the types of which there may be further objects."""

    files: dict
    names: tuple = ()
    told: dict = attrs.field(factory=dict)
    types: frozenset = frozenset()

    def configuration(self):
        """Return the configuration in which these aren't known."""
        configuration = Configuration.from_files(self.files, resolver=Answers({}))
        if not self.types:
            return configuration
        further = Unknown(
            kind="objects", what="the rest", reason="it is missing", settles="the rest", types=self.types
        )
        return attrs.evolve(configuration, unknowns=(*configuration.unknowns, further))

    def contents(self):
        """Yield every configuration that this may be, with its tokens."""
        for answers in itertools.product(*(_answers() for _ in self.names)):
            known = dict(zip(self.names, answers, strict=True))
            loaded = Configuration.from_files(self.files, resolver=Answers(known))
            assert not loaded.unknowns
            for configuration in self._with_further(loaded):
                yield from self._with_tokens(configuration)

    def _with_tokens(self, configuration):
        untold = [
            each.id for each in configuration.registrations.values() if each.line and each.id not in self.told
        ]
        for tokens in itertools.product((*TOKENS, "other"), repeat=len(untold)):
            real = [token for token in tokens if token != "other"]
            if len(set(real)) < len(real) or set(real) & set(self.told.values()):
                continue
            given = {
                id: f"o{id}" if token == "other" else token for id, token in zip(untold, tokens, strict=True)
            }
            yield configuration, {**self.told, **given}

    def _with_further(self, configuration):
        found = [configuration]
        for type in sorted(self.types):
            found = [content for each in found for content in FURTHER[type](each)]
        yield from found


def compare(case, requests):
    """Compare the possible answers of requests with those of all contents, and return how many were undetermined."""
    configuration = case.configuration()
    answers = [set() for _ in requests]
    universe = set()
    for content, tokens in case.contents():
        engine = Engine(content, tokens)
        universe |= content.endpoints.keys()
        for request, found in zip(requests, answers, strict=True):
            match = engine.identify(request)
            found.add(match.endpoint if match is not None else None)
    undetermined = 0
    for request, found in zip(requests, answers, strict=True):
        explanation = explain(configuration, case.told, request)
        claimed = set()
        for possibility in explanation.possible:
            claimed |= set(universe) if possibility.any_endpoint else {possibility.endpoint}
        assert claimed & {None, *universe} == found, (case, request, explanation.possible, found)
        assert bool(explanation.undetermined) is (len(claimed) > 1)
        if not explanation.undetermined:
            matched = explanation.match.endpoint if explanation.match is not None else None
            assert {matched} == found
        undetermined += bool(explanation.undetermined)
    return undetermined


def _answers():
    """Return what a resolver may say about a name."""
    return (None, (ELSEWHERE,), SOURCES[:1], SOURCES[1:2], (ELSEWHERE, *SOURCES[1:]))


def _further_endpoints(configuration):
    """Yield it with endpoints of every relevant id, and with every identify_by of those that it has."""
    ids = ("x", "nope", "x@d.example", "anonymous", *configuration.endpoints)
    for allowed in itertools.product((None, *ALLOWED), repeat=len(ids)):
        made = {
            id: Endpoint(id=id, identify_by=names, origin=ORIGIN)
            for id, names in zip(ids, allowed, strict=True)
            if names is not None
        }
        if all(id in made for id in configuration.endpoints):
            yield attrs.evolve(configuration, endpoints=made)


def _further_identifies(configuration):
    """Yield it with identify objects before all others, one for each identifier."""
    rules = ("match=0.0.0.0/0,::/0", "match_header=From: /^/", "match_request_uri=/^/")
    targets = (None, "nope", *configuration.endpoints)
    for chosen in itertools.product(targets, repeat=len(rules)):
        text = "".join(
            f"[{number}]\ntype=identify\nendpoint={target}\n{rule}\n"
            for number, (rule, target) in enumerate(zip(rules, chosen, strict=True))
            if target is not None
        )
        made = Configuration.from_files({"pjsip.conf": text}).tried_identifies
        tried = (*made, *configuration.tried_identifies)
        yield attrs.evolve(configuration, tried_identifies=tried)


def _further_registrations(configuration):
    """Yield it with a registration that has one of the tokens."""
    yield configuration
    for target in ("nope", *configuration.endpoints):
        made = Registration(
            id="further", server_uri="sip:h", client_uri="sip:h", line=True, endpoint=target, origin=ORIGIN
        )
        yield attrs.evolve(configuration, registrations={**configuration.registrations, "further": made})


def _further_aliases(configuration):
    """Yield it with an alias of each domain to each, and to one without endpoints."""
    for targets in itertools.product((None, *DOMAINS, "none.example"), repeat=len(DOMAINS)):
        made = {
            id: DomainAlias(id=id, domain=target, origin=ORIGIN)
            for id, target in zip(DOMAINS, targets, strict=True)
            if target is not None
        }
        yield attrs.evolve(configuration, domain_aliases={**configuration.domain_aliases, **made})


def _further_transports(configuration):
    """Yield it with each domain of the sections on which requests come in, one for each family."""
    (found,) = configuration.transports.values()
    for domain in ("", *DOMAINS, "none.example"):
        sections = (
            attrs.evolve(found, domain=domain),
            attrs.evolve(found, domain=domain, id="v6", host="::", family=6),
        )
        yield attrs.evolve(configuration, transports={section.id: section for section in sections})


def _further_settings(configuration):
    """Yield it with every order of the identifiers and all flags."""
    for order in itertools.permutations(IDENTIFIERS):
        for flags in itertools.product((False, True), repeat=2):
            yield attrs.evolve(
                configuration,
                identifiers=("line", *order),
                settings=attrs.evolve(
                    configuration.settings, disable_multi_domain=flags[0], ignore_uri_user_options=flags[1]
                ),
            )


FURTHER = {
    "domain_alias": _further_aliases,
    "endpoint": _further_endpoints,
    "global": _further_settings,
    "identify": _further_identifies,
    "registration": _further_registrations,
    "transport": _further_transports,
}


def names_case(choice):
    """Make a case of identify objects with names, and of registrations whose tokens weren't told."""
    names = []
    text = _order(choice) + TRANSPORT + _endpoints(choice)
    for id in _some(choice, ("i1", "w-identify", "i3", "x4", "z5"), 4):
        text += _identify(choice, id, names)
    told = {}
    for id, token in zip(_some(choice, ("r1", "r2", "r3"), 2), TOKENS, strict=False):
        text += f"[{id}]\ntype=registration\nserver_uri=sip:h\nclient_uri=sip:h\nline=yes\n"
        text += f"endpoint={_target(choice)}\n"
        if choice.happens(30):
            told[id] = token
    files = {"pjsip.conf": text}
    if choice.happens(25):
        files["pjsip_wizard.conf"] = _wizard(choice, names)
    return Case(files=files, names=tuple(names), told=told)


def objects_case(choice, types):
    """Make a case in which there may be further objects of these types."""
    names = []
    many = bool({"endpoint", "global"} & set(types))
    text = _order(choice) + TRANSPORT + (f"domain={choice.pick(DOMAINS)}\n" if choice.happens(40) else "")
    text += _endpoints(choice, few="endpoint" in types or len(types) > 1)
    for id in _some(choice, ("i1", "i2", "i3"), 2):
        text += _identify(choice, id, None if many or names else names)
    if choice.happens(40):
        text += f"[{choice.pick(DOMAINS)}]\ntype=domain_alias\ndomain={choice.pick(DOMAINS)}\n"
    return Case(files={"pjsip.conf": text}, names=tuple(names), types=frozenset(types))


def request(choice):
    """Make a request."""
    user = choice.pick(("x", "a", "anonymous", "x;p"))
    uri = choice.pick(("sip:1@h", "sip:2@h"))
    headers = [("X-A", choice.pick("12"))] if choice.happens(70) else []
    if choice.happens(30):
        realm = choice.pick(DOMAINS)
        headers.append(("Authorization", f'Digest username="{choice.pick("xab")}", realm="{realm}"'))
    line = f";line={choice.pick((*TOKENS, 'notatoken', 'ABCDEFG'))}" if choice.happens(40) else ""
    return Request(
        source=choice.pick((*SOURCES, "")) if choice.happens(20) else choice.pick(SOURCES),
        port=choice.pick(PORTS),
        request_uri=uri,
        from_uri=f"sip:{user}@{choice.pick(DOMAINS)}",
        to_uri=f"sip:s@h{line}",
        headers=headers,
    )


def _order(choice):
    if choice.happens(40):
        return ""
    names = list(IDENTIFIERS)
    order = [names.pop(choice.number(0, len(names) - 1)) for _ in range(choice.number(0, 6))]
    flags = f"disable_multi_domain={choice.pick(('yes', 'no'))}\n"
    return f"[global]\ntype=global\nendpoint_identifier_order={','.join(order)}\n{flags}"


def _endpoints(choice, few=False):
    ids = ("a", "x@d.example", "anonymous@e.example", "b", "x", "x@e.example", "c", "anonymous")
    text = ""
    for id in _some(choice, ids, 1 if few else 5):
        text += f"[{id}]\ntype=endpoint\nidentify_by={','.join(choice.pick(ALLOWED))}\n"
    return text


def _target(choice):
    return choice.pick((*ENDPOINTS, "nope", "x"))


def _identify(choice, id, names):
    """Make an identify; ``names`` collects its names, None for one without."""
    text = f"[{id}]\ntype=identify\nendpoint={_target(choice)}\n"
    items = [
        choice.pick(("192.0.2.1", "192.0.2.0/24", "!192.0.2.1/32", "192.0.2.2:5070", "::/0", "198.51.100.1"))
        for _ in range(choice.number(0, 2))
    ]
    if names is not None and len(names) < 3 and choice.happens(60):
        name = f"n{len(names)}.example"
        names.append(name)
        items.append(name + choice.pick(("", "", ":5070")))
    if items:
        text += f"match={','.join(items)}\n"
    if choice.happens(35):
        text += f"match_header=X-A: {choice.pick('12')}\n"
    if choice.happens(25):
        text += f"match_request_uri={choice.pick(('sip:1@h', 'sip:2@h'))}\n"
    return text


def _wizard(choice, names):
    """Make a wizard whose identify may have the id of one in pjsip.conf."""
    hosts = choice.pick(("192.0.2.1", "192.0.2.0/24", ELSEWHERE))
    if len(names) < 3 and choice.happens(50):
        name = f"n{len(names)}.example"
        names.append(name)
        hosts += f",{name}"
    header = f"identify/match_header=X-A: {choice.pick('12')}\n" if choice.happens(40) else ""
    return f"[w]\ntype=wizard\nremote_hosts={hosts}\n{header}"


def _some(choice, values, most):
    """Return some of the values, each at most once."""
    values = list(values)
    return [values.pop(choice.number(0, len(values) - 1)) for _ in range(choice.number(0, most))]
