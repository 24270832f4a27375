"""Credentials and challenges: how they are printed; by all ways of reading."""

import pytest
from ways import printed

from identify.request import Request

CREDENTIALS = ("Authorization", "Proxy-Authorization")
CHALLENGES = ("WWW-Authenticate", "Proxy-Authenticate")


@pytest.mark.parametrize("name", CREDENTIALS)
@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ('DIGEST username="u"', 'DIGEST username="u", realm="", nonce="", response=""'),
        ('dIgEsT username="",realm="r"', 'dIgEsT , realm="r", nonce="", response=""'),
        ("Digest username=,realm", 'Digest , realm="", nonce="", response=""'),
        ("Digest username", 'Digest , realm="", nonce="", response=""'),
        ("Digest nonce=n,USERNAME=u", 'Digest username="u", realm="", nonce="n", response=""'),
        (
            'Digest nc="1",qop="auth",opaque=o,cnonce=c,algorithm="MD5",response=x,uri=u,nonce=n,realm=r,username=a',
            'Digest username="a", realm="r", nonce="n", uri="u", response="x", algorithm=MD5, cnonce="c", opaque="o", qop=auth, nc=1',
        ),
        ('Digest uri="",algorithm=,cnonce="",opaque,qop="",nc=""', 'Digest , realm="", nonce="", response=""'),
        ("Digest username=a,username=b", 'Digest username="b", realm="", nonce="", response=""'),
        ('Digest username="a\\"b\rc"', 'Digest username="a\\"b\rc", realm="", nonce="", response=""'),
        ("Digest foo", 'Digest , realm="", nonce="", response="",foo'),
        ("Digest foo=", 'Digest , realm="", nonce="", response="",foo'),
        ('Digest foo=""', 'Digest , realm="", nonce="", response="",foo'),
        ('Digest x="y z",realm=r,A=b', 'Digest , realm="r", nonce="", response="",x=y%20z,A=b'),
        ('Digest x="c\\"d"', 'Digest , realm="", nonce="", response="",x=c%5c%22d'),
        ('Digest x="é"', 'Digest , realm="", nonce="", response="",x=%c3%a9'),
        ('Digest x="[a]:/@?=,;"', 'Digest , realm="", nonce="", response="",x=%5ba%5d%3a%2f%40%3f%3d%2c%3b'),
        ("Digest x=-.!%*_`'~+,y=%41", "Digest , realm=\"\", nonce=\"\", response=\"\",x=-.!%*_`'~+,y=%41"),
        ("Digest n=1,n=2,domain=d,stale=TRUE", 'Digest , realm="", nonce="", response="",n=1,n=2,domain=d,stale=TRUE'),
        ('Digest\r\n username="a"', 'Digest username="a", realm="", nonce="", response=""'),
        ('Digest x="a&b"', 'Digest , realm="", nonce="", response="",x=a%26b'),
    ],
)  # fmt: skip
def test_credentials(name, sent, value):
    """The scheme as sent, the known ones in order, a comma for a missing user, the others without quotes, escaped."""
    assert printed(name, sent) == [value]


@pytest.mark.parametrize("name", CHALLENGES)
@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("Digest p", 'Digest realm="",p'),
        ("digest realm", 'digest realm=""'),
        ("DIGEST x=y,nonce=n,REALM=r", 'DIGEST realm="r",nonce="n",x=y'),
        (
            'Digest z="1",x=y,qop="auth,auth-int",algorithm="MD5",stale=true,opaque=o,nonce=n,domain=d,realm=r',
            'Digest realm="r",domain="d",nonce="n",opaque="o",stale=true,algorithm=MD5,qop="auth,auth-int",z="1",x=y',
        ),
        ('Digest domain="",nonce=,opaque,algorithm="",qop=""', 'Digest realm=""'),
        ('Digest stale="TRUE"', 'Digest realm="",stale=true'),
        ("Digest stale=tRuE", 'Digest realm="",stale=true'),
        ("Digest stale=false", 'Digest realm=""'),
        ("Digest stale=trueish", 'Digest realm=""'),
        ("Digest stale=true,stale=no", 'Digest realm=""'),
        ("Digest stale", 'Digest realm=""'),
        ('Digest algorithm="M D"', 'Digest realm="",algorithm=M D'),
        ("Digest qop=auth", 'Digest realm="",qop="auth"'),
        ("Digest username=u,uri=x,nc=1", 'Digest realm="",username=u,uri=x,nc=1'),
        ('Digest x="a b",x=,y=""', 'Digest realm="",x="a b",x,y=""'),
        ("Digest nonce=a,nonce=b", 'Digest realm="",nonce="b"'),
    ],
)  # fmt: skip
def test_challenges(name, sent, value):
    """realm always, the others if they aren't empty, stale if it is true; unknown ones with their quotes."""
    assert printed(name, sent) == [value]


@pytest.mark.parametrize("name", CREDENTIALS + CHALLENGES)
@pytest.mark.parametrize(
    "sent",
    ["Basic x", "Digest", "Digest ", "Digest x,", "Digest ,x", "Digest x,,y", "Digest x=[a]", "Digest x=a/b"],
)
def test_syntax(name, sent):
    """Another scheme, an empty element or an unquoted value that is no token drops the message."""
    assert printed(name, sent) is None


def test_read_alike():
    """What is printed as missing is empty for auth_username."""
    request = Request(
        source="192.0.2.1",
        headers=[("Authorization", "Digest realm=r"), ("Authorization", "DIGEST username=u")],
    )

    assert [(found.username, found.realm) for found in request.authorizations] == [("", "r"), ("u", "")]
