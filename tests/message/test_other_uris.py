"""tel URIs and those of other schemes at every place: what is taken, and what it prints as."""

import pytest
from places import HEADERS, PLACES, REQUEST, at, is_dropped, message, printed
from readings import PLACE, read

from identify.configuration import Configuration
from identify.engine import Engine

# tel


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        # The order, and the names.
        (";x=1;phone-context=+1;isub=2;ext=3;y", ";ext=3;isub=2;phone-context=+1;x=1;y"),
        (";ISUB=1;Ext=2;PHONE-Context=a;X=B", ";ext=2;isub=1;phone-context=a;X=B"),
        (";ext=1;ext=2", ";ext=2"),
        (";isub=1;x;isub=2", ";isub=2;x"),
        (";phone-context=1;PHONE-CONTEXT=2", ";phone-context=2"),
        (";x=1;x=2;X", ";x=1;x=2;X"),
        # Without a value.
        (";isub", ""),
        (";ext;phone-context;isub;x", ";x"),
        (";ext=1;ext", ""),
        (";ext;ext=1", ";ext=1"),
        # ext
        (";ext=a-b", ";ext=%61-%62"),
        (";ext=%31%2d.(0)", ";ext=1-.(0)"),
        (";ext=!~*'()_-.+&$[]/:0", ";ext=%21%7e%2a%27()%5f-.%2b%26%24%5b%5d%2f%3a0"),
        (";ext=1=2,3@", ";ext=1%3d2%2c3%40"),
        (";ext=%22%20", ";ext=%22%20"),
        # isub
        (";isub=%2c%3f%40%3d%23", ";isub=,%3f@%3d%23"),
        (";isub=!~*'()_-.+&$[]/:,@=", ";isub=!~*'()_-.+&$[]/:,@%3d"),
        (";isub=%22%00%3b", ";isub=%22%00%3b"),
        # phone-context
        (";phone-context=a.b:c", ";phone-context=a.b%3ac"),
        (";phone-context=%2b1-(2).%41", ";phone-context=+1-(2).A"),
        (";phone-context=!~*'()_-.+&$[]/:", ";phone-context=%21%7e%2a%27()%5f-.+%26%24%5b%5d%2f%3a"),
        # Others.
        (";x=a=b", ";x=a%3db"),
        (";x=,=@", ";x=%2c%3d%40"),
        (";x=!~*'()_-.+&$[]/:", ";x=!~*'()_-.+&$[]/:"),
        (";x=%41%C3%A9%zz", ";x=A%c3%a9%zz"),
        (";x=%22%20%3e", ';x=" >'),
        (";x=a%22", ";x=a%22"),
        (";a/b=c", ";a%2fb=c"),
        (";a.b;c_d=1", ";a%2eb;c%5fd=1"),
        (";n%41=1;n%", ";n%2541=1;n%25"),
        (";%65xt=1", ";%2565xt=1"),
        (";n!~*'()_-.+&$[]/:=1", ";n%21%7e%2a%27%28%29%5f-%2e%2b%26%24%5b%5d%2f%3a=1"),
        # What a sip URI knows is nothing to a tel URI.
        (";user=a%3b;ttl=x;lr=on;method=A;transport", ";user=a%3b;ttl=x;lr=on;method=A;transport"),
    ],
)
def test_tel(place, sent, shown):
    """The three known parameters come first; each kind of value, and names, have their own unescaped characters."""
    assert printed(at(place, f"TEL:+1-23{sent}"), place) == f"tel:+1-23{shown}"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("number", ["+1(9).3", "*#-.()+", "+", "abc", "0", "#*15"])
def test_tel_number(place, number):
    """A number is printed as sent."""
    assert printed(at(place, f"tel:{number}"), place) == f"tel:{number}"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "uri",
    ["tel:", "tel:x", "tel:%2b5", "tel:1;", "tel:1;;x", "tel:1;x=", "tel:1;ext=", "tel:1;isub=;x", "tel:1;x=;ext=1", 'tel:1;x="y"',
     'tel:1;ext=""', "tel:1;x=?", "tel:1?x", "tel:1;a,b=1", "tel:1;a@=1", "tel:1;=1", "tel:1@h", "tel:1:5", "tel:1;x=é", "tel:1;x=#"],
)  # fmt: skip
def test_bad_tel(place, uri):
    """A number and names are required, a value behind ``=``, and nothing but their characters in each."""
    assert is_dropped(at(place, uri))


@pytest.mark.parametrize(
    ("place", "shown"),
    [("From", "<tel:+1>;x=y;ext"), ("Route", "<tel:+1;x=y>"), ("Record-Route", "<tel:+1;x=y>")],
)
def test_tel_without_brackets(place, shown):
    """Outside of <> parameters are the header's, but in routes the URI's."""
    value = next(
        value for name, value in read(message(place, "tel:+1;x=y;ext")).printed_headers if name == place
    )

    assert value == shown


def test_line_of_a_tel_uri():
    """The names of a tel URI's parameters aren't decoded, so an escaped ``line`` is none; its value is."""
    files = {
        "pjsip.conf": "[t]\ntype=transport\nprotocol=udp\nbind=127.0.0.1\n[e]\ntype=endpoint\nallow=ulaw\n"
        "[r]\ntype=registration\nserver_uri=sip:192.0.2.9\nclient_uri=sip:a@b\nline=yes\nendpoint=e\n"
    }
    engine = Engine(Configuration.from_files(files), {"r": "abcdefg"})
    for uri, endpoint in (
        ("tel:1;x;LINE=%61bcdefg", "e"),
        ("tel:1;l%69ne=abcdefg", None),
        ("sip:h;l%69ne=abcdefg", "e"),
        ("tel:1;l%69ne=x;line=abcdefg", "e"),
    ):
        for data in (at("To", uri), at(REQUEST, uri)):
            match = engine.identify_message(data, *PLACE)
            assert (match and match.endpoint) == endpoint
            assert engine.explain(read(data)).match == match
    assert read(at("To", "tel:1;l%69ne=%61")).to_uri.parameters == (("l%69ne", "a"),)


# Other schemes

#: All that may follow a scheme.
EVERYTHING = "azAZ09-_.!~*'();/?:@&=+$,#%41%zz"


@pytest.mark.parametrize("place", HEADERS)
@pytest.mark.parametrize(
    "uri",
    ["x:y", "urn:service:sos;x", "http://h/b?c;tag=1#d", "x:y,z:w", "x:y;n?z=6,8&a", f"http:{EVERYTHING}",
     "sIq:a@h;lr", "%0dsip:p", "sip.5:p", "no-l:4", "`x:0", "x:;", "x:,", "siP%:a@h", "tel1:+1;ext=3"],
)  # fmt: skip
def test_other_scheme(place, uri):
    """A URI of another scheme is anything and printed as sent; without <> all of the line is its, ``;`` and ``,`` too."""
    for text in (f"<{uri}>", uri):
        headers = read(message(place, text)).printed_headers
        assert [value for name, value in headers if name == place] == [f"<{uri}>"]


@pytest.mark.parametrize("place", HEADERS)
def test_parameters_behind_another_scheme(place):
    """Behind <> parameters are the header's."""
    headers = read(message(place, '"d" <x:y;a>;b=c')).printed_headers

    assert ('"d" <x:y;a>;b=c') in [value for name, value in headers if name == place]


@pytest.mark.parametrize("place", HEADERS)
@pytest.mark.parametrize("blank", [" ", "\t", "\r\n ", "\n\t", " \r\n ", "\r "])
def test_blank_behind_another_scheme(place, blank):
    """Neither a blank nor a fold may follow, before the ``>`` or at the end of the line; before the URI they may."""
    assert is_dropped(message(place, f"<x:y{blank}>"))
    assert is_dropped(message(place, f"x:y{blank}"))
    assert is_dropped(message(place, f"x:y{blank};a=b"))
    assert is_dropped(message(place, f"x:{blank}y"))
    assert not is_dropped(message(place, f"<{blank}x:y>"))
    assert not is_dropped(message(place, f"{blank}x:y"))
    assert not is_dropped(message(place, f"<x:y>{blank}"))
    assert not is_dropped(message(place, f"<sip:y{blank}>"))
    assert not is_dropped(message(place, f"<tel:1{blank}>{blank};a=b"))


@pytest.mark.parametrize("place", HEADERS)
@pytest.mark.parametrize(
    "rest", ["", '"', "y\\", "é", "y\x7f", "y[", "[::1]", "y]", "y{}", "y|", "y^", "y`", "y<", "y\x01", "y\0"]
)
def test_bad_other_scheme(place, rest):
    """Something must follow the scheme, and nothing but letters, digits, ``%`` and the punctuation of URIs."""
    assert is_dropped(message(place, f"<http:{rest}>"))
    assert is_dropped(message(place, f"http:{rest}"))


@pytest.mark.parametrize("place", ["Route", "Record-Route"])
def test_routes(place):
    """A route may have any scheme, beside others in a list too."""
    headers = read(message(place, "<sip:a;lr>, <x:y>;b , n <tel:1>,<X:y;z>")).printed_headers

    assert [value for name, value in headers if name == place] == [
        "<sip:a;lr>",
        "<x:y>;b",
        '"n" <tel:1>',
        "<X:y;z>",
    ]


@pytest.mark.parametrize("uri", ["x:y", "urn:service:sos", "http://h"])
def test_screening_of_other_schemes(uri):
    """A From, To or Contact of another scheme is answered 416, a route isn't; as request URI it drops the message."""
    answers = {
        "From": "416 from",
        "To": "416 to",
        "Contact": "416 contact",
        "Route": "pass",
        "Record-Route": "pass",
    }
    for place, answer in answers.items():
        assert read(message(place, uri)).screening == answer
        assert read(at(place, uri)).screening == answer
    assert is_dropped(at(REQUEST, uri))
