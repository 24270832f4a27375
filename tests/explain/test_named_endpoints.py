"""The identifiers username, auth_username and anonymous: which ids are looked up, and how that is said."""

import pytest

ALICE = "sip:alice@example.com"


@pytest.mark.parametrize(
    ("endpoints", "found"),
    [
        (["alice"], "alice"),
        (["alice@example.com", "alice@real", "alice@tp", "alice"], "alice@example.com"),
        (["alice@real", "alice@tp", "alice"], "alice@real"),
        (["alice@tp", "alice"], "alice@tp"),
        (["Alice", "alice@Example.com", "alice@chained"], None),
        ([], None),
    ],
)
def test_order_of_lookup(make, step, endpoints, found):
    """The sent domain comes first, then its alias, then the transport's domain, then the plain user."""
    configuration = make.configuration(
        *(make.endpoint(id) for id in endpoints),
        make.alias("example.com", "real"),
        make.alias("real", "chained"),
        make.transport("t", "udp", "127.0.0.1:5060", domain="tp"),
    )

    answer = step("username", configuration, from_uri=ALICE)

    assert (answer.endpoint, answer.section) == (found, None)


@pytest.mark.parametrize(
    ("from_uri", "endpoint", "found"),
    [
        ("sips:alice@h", "alice", True),
        ("tel:123", "123", False),
        (None, "alice", False),
        ("sip:h", "@h", True),
        ("sip:alice@[2001:db8::1]", "alice@2001:db8::1", True),
        ("sip:alice@h:5060", "alice@h", True),
        ("sip:alice@H", "alice@h", False),
        ("sip:alice;x=y@h", "alice", False),
        ("sip:alice;x=y@h", "alice;x=y", True),
        ("sip:alice%00x@h", "alice", True),
    ],
)
def test_from_uri(make, step, from_uri, endpoint, found):
    """Only sip and sips URIs name a user; user and domain are compared as they are."""
    configuration = make.configuration(make.endpoint(endpoint))

    assert (step("username", configuration, from_uri=from_uri).endpoint == endpoint) is found


def test_alias_is_case_sensitive(make, step):
    """A domain alias stands for the domain that is its id to the letter."""
    configuration = make.configuration(make.endpoint("alice@real"), make.alias("Example.com", "real"))

    assert step("username", configuration, from_uri=ALICE).endpoint is None
    assert step("username", configuration, from_uri="sip:alice@Example.com").endpoint == "alice@real"


def test_disable_multi_domain_leaves_the_plain_user(make, step):
    """With disable_multi_domain no domain is looked up, for users, Authorizations and anonymous."""
    names = ("alice@example.com", "anonymous@example.com")
    methods = ("username", "auth_username")
    configuration = make.configuration(
        *(make.endpoint(id, *methods) for id in names), disable_multi_domain=True
    )

    assert step("username", configuration, from_uri=ALICE).endpoint is None
    assert step("anonymous", configuration, from_uri=ALICE).endpoint is None


@pytest.mark.parametrize(
    ("user", "endpoint"),
    [("alice;x=y", "alice"), (";alice", None), ("alice", "alice")],
)
def test_user_options_are_cut(make, step, user, endpoint):
    """ignore_uri_user_options cuts from the first semicolon; nothing before it is an empty user."""
    configuration = make.configuration(make.endpoint("alice"), ignore_uri_user_options=True)

    assert step("username", configuration, from_uri=f"sip:{user}@h").endpoint == endpoint


def test_user_is_kept_to_255_bytes(make, step):
    """What is longer than Asterisk's buffer is cut."""
    configuration = make.configuration(make.endpoint("u" * 255))

    assert step("username", configuration, from_uri=f"sip:{'u' * 256}@h").endpoint == "u" * 255
    assert step("username", configuration, from_uri=f"sip:{'u' * 254}@h").endpoint is None


def test_first_existing_endpoint_decides(make, step, said):
    """An endpoint that exists but lacks username ends the identifier, though the plain user would do."""
    configuration = make.configuration(make.endpoint("alice@example.com", "ip"), make.endpoint("alice"))

    answer = step("username", configuration, from_uri=ALICE)

    assert answer.endpoint is None
    assert said(answer) == [
        (
            "missing",
            "endpoint 'alice@example.com' (pjsip.conf:1) exists, but its identify_by (ip) doesn't allow "
            "username: no other name is tried",
        )
    ]


def test_each_authorization_in_turn(make, step, authorization):
    """An Authorization whose endpoint is unknown or lacks auth_username leaves the next one its turn."""
    configuration = make.configuration(
        make.endpoint("alice"), make.endpoint("carol@r", "auth_username"), make.endpoint("carol")
    )
    headers = tuple(authorization(user, "r") for user in ("nobody", "alice", "carol"))

    assert step("auth_username", configuration, headers=headers).endpoint == "carol@r"
    assert step("auth_username", configuration, headers=headers[:2]).endpoint is None


def test_authorization_keeps_its_options(make, step, authorization):
    """ignore_uri_user_options has no say in an Authorization's username."""
    configuration = make.configuration(make.endpoint("a", "auth_username"), ignore_uri_user_options=True)

    assert step("auth_username", configuration, headers=(authorization("a;b", "r"),)).endpoint is None


@pytest.mark.parametrize(
    ("endpoints", "from_uri", "found"),
    [
        (["anonymous"], ALICE, "anonymous"),
        (["anonymous"], "tel:+1", None),
        (["Anonymous"], ALICE, None),
        (["anonymous@tp", "anonymous"], ALICE, "anonymous@tp"),
        (["anonymous@real", "anonymous@tp"], ALICE, "anonymous@real"),
        (["anonymous@example.com", "anonymous@real"], ALICE, "anonymous@example.com"),
    ],
)
def test_anonymous(make, step, endpoints, from_uri, found):
    """Anonymous is looked up with the domains of From, alias and transport, whatever its identify_by."""
    configuration = make.configuration(
        *(make.endpoint(id, "header") for id in endpoints),
        make.alias("example.com", "real"),
        make.transport("t", "udp", "127.0.0.1:5060", domain="tp"),
    )

    answer = step("anonymous", configuration, from_uri=from_uri)

    assert (answer.endpoint, answer.section) == (found, None)


def test_wording_of_an_unknown_user(make, step, said):
    """What was tried is said with its source, and who is there in other case or for another domain."""
    configuration = make.configuration(
        make.endpoint("alice"),
        make.endpoint("Alice@elsewhere"),
        make.alias("example.com", "real"),
        make.transport("t", "udp", "127.0.0.1:5060", domain="tp"),
    )

    assert said(step("username", configuration, from_uri="sip:Alice@example.com")) == [
        (
            "near",
            "From user 'Alice' has no endpoint: tried 'Alice@example.com', "
            "'Alice@real' (domain_alias 'example.com'), 'Alice@tp' (domain of transport 't'), 'Alice'; "
            "'alice' exists (ids are case-sensitive)",
        ),
        ("near", "endpoint 'Alice@elsewhere' (pjsip.conf:2) exists, but for another domain"),
    ]


def test_wording_of_user_options(make, step, said):
    """What ignore_uri_user_options does, and what it would do, is said."""
    plain = make.configuration(make.endpoint("a"))
    cutting = make.configuration(make.endpoint("a"), ignore_uri_user_options=True, disable_multi_domain=True)

    assert said(step("username", plain, from_uri="sip:a;b@h")) == [
        ("no", "From user 'a;b' has no endpoint: tried 'a;b@h', 'a;b'"),
        ("near", "with ignore_uri_user_options=yes it would be endpoint 'a'"),
    ]
    assert said(step("username", cutting, from_uri="sip:a;b@h")) == [
        ("note", "From user 'a;b' is cut to 'a' (ignore_uri_user_options)"),
        ("match", "From user 'a' is endpoint 'a' (pjsip.conf:2)"),
    ]


def test_wording_of_the_rest(make, step, said, authorization):
    """From that names nobody, missing and unknown Authorizations and no anonymous endpoint are said."""
    configuration = make.configuration(make.endpoint("a"), disable_multi_domain=True)
    unknown = (authorization("b", "r"),) * 10

    assert said(step("username", configuration)) == [("note", "the request has no From URI")]
    assert said(step("anonymous", configuration, from_uri="tel:+1")) == [
        ("note", "From is a tel URI; only sip and sips URIs name a user")
    ]
    assert said(step("anonymous", configuration, from_uri=ALICE)) == [
        (
            "no",
            "there is no endpoint for anonymous requests: tried 'anonymous' (disable_multi_domain=yes)",
        )
    ]
    assert said(step("auth_username", configuration)) == [("note", "the request has no Authorization header")]
    assert said(step("auth_username", configuration, headers=unknown))[7:] == [
        ("no", "Authorization for 'b' in realm 'r' has no endpoint: tried 'b' (disable_multi_domain=yes)"),
        ("no", "none of the 10 Authorization headers decides"),
    ]
    assert said(step("auth_username", configuration, headers=(authorization("a", "r"),))) == [
        (
            "missing",
            "endpoint 'a' (pjsip.conf:1) exists, but its identify_by (username,ip) doesn't allow "
            "auth_username: this Authorization is skipped",
        )
    ]
