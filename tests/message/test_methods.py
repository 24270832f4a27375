"""Methods: which are known in any case, how they are printed, and what Asterisk answers to them."""

import pytest
from readings import PLACE, message, read_everywhere, value_of

from identify.errors import MessageError
from identify.request import Request

ANY_CASE = ("ACK", "BYE", "CANCEL", "INVITE", "OPTIONS", "REGISTER")
AS_WRITTEN = ("INFO", "MESSAGE", "NOTIFY", "PRACK", "PUBLISH", "REFER", "SUBSCRIBE", "UPDATE", "FOO")
NEED_CONTACT = ("INVITE", "NOTIFY", "REFER", "SUBSCRIBE", "UPDATE")


def cases(method):
    """Return a method in several cases."""
    return (method, method.lower(), method.capitalize(), method[:-1] + method[-1].lower(), method.swapcase())


def expected_screening(printed, contact):
    """Return what Asterisk answers to a method, by its printed name."""
    if printed in NEED_CONTACT and not contact:
        return "400 missing contact"
    return "481 BYE/CANCEL outside a dialog" if printed in ("BYE", "CANCEL") else "pass"


@pytest.mark.parametrize("contact", [False, True])
@pytest.mark.parametrize("method", [*ANY_CASE, *AS_WRITTEN])
def test_case(method, contact):
    """Six methods are known in any case and printed in capitals, here and in CSeq; the others are what is written."""
    for sent in cases(method):
        printed = method if method in ANY_CASE else sent
        lines = ["Contact: <sip:z@z>"] if contact else []
        request = read_everywhere(
            message(f"CSeq: 1 {sent}", *lines, first=f"{sent} sip:h SIP/2.0", without=["CSeq"])
        )
        apart = Request(source=PLACE[0], method=sent, headers=[line.split(": ") for line in lines])
        for each in (request, apart):
            assert each.method == printed
            assert each.screening == expected_screening(printed, contact)
            assert repr(each).startswith(f"<Request {printed} ")
        assert value_of(request, "CSeq") == f"1 {printed}"


def test_cseq_by_itself():
    """The method of CSeq is printed by itself, whatever that of the request is."""
    request = read_everywhere(message("CSeq: 007\r\n\tcanCEL", without=["CSeq"]))
    assert (request.method, value_of(request, "CSeq")) == ("OPTIONS", "7 CANCEL")
    assert (
        value_of(read_everywhere(message("CSeq: 1 acknowledge", without=["CSeq"])), "CSeq") == "1 acknowledge"
    )


@pytest.mark.parametrize("method", ["SIP", "sip", "Sip", "siP"])
def test_sip(method):
    """A request with the method SIP is taken for a response, and dropped."""
    assert read_everywhere(message(first=f"{method} sip:h.example.com SIP/2.0")) is None
    assert read_everywhere(message(first=f"{method}\tsip:h SIP/2.0")) is None
    assert read_everywhere(message(first=f"{method}/2.0 200 OK")) is None
    with pytest.raises(MessageError, match="a response"):
        Request(source=PLACE[0], method=method)


@pytest.mark.parametrize(
    "method", ["SIP-X", "SIPS", "SIP.", "SI", "XSIP", "byes", "in", "Invited", "a" * 300]
)
def test_other_tokens(method):
    """Any other token is a method, and stays as it is."""
    for first in (f"{method} sip:h.example.com SIP/2.0", f"{method}\t sip:h SIP/2.0"):
        request = read_everywhere(message(first=first))
        assert (request.method, request.screening) == (method, "pass")
