"""No problem carries a control character of the configuration to the terminal that prints it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from identify.config.problems import CODES
from identify.configuration import Configuration

#: Clears the screen.
CLEARING = "\x1b[2J"
ENDPOINT = "[e]\ntype=endpoint\n"
IDENTIFY = "[i]\ntype=identify\nendpoint=e\n"
REGISTRATION = "[r]\ntype=registration\n"
WIZARD = "[w]\ntype=wizard\n"

#: Texts of pjsip.conf in which ``@`` stands for what somebody put into it.
CONFIGURATIONS = [
    "#include a@b\n",
    "#tryinclude \n#in@clude b\n#exec a@b\n",
    "[a@b\n",
    "[a](!@\n",
    "[a](b@c)\n",
    "[b@c]\n[a](b@c )\n",
    "[a@b](+)\nx=y\n",
    "[a](+x@y=z)\n",
    "a@b=c\n",
    "[a]\na@b\n=a@b\n" + f"a@b{'c' * 9000}\n",
    "[a] (!) x@y\n;--@\n",
    "[a@b]\n\\ a@b\n",
    "[a@b]\nx=a@b --; c\n",
    "[a@b]\n[a@b](+,a@b)\n",
    "[" + "a@b" * 40 + "]\ntype=endpoint\n",
    "[]\ntype=endpoint\na@b=c\n",
    "[a@b]\nx=y\n[c]\ntype=end@point\n[d@e]\ntype=wizard\n[e@f]\ntype=contact\n",
    "[a@b]\ntype=endpoint\ntype=a@b\nallow@x=1\n",
    "[t@u](!)\nfoo=a@b\nmatch=a@b/8\n[e](t@u)\ntype=endpoint\n[i](t@u)\ntype=identify\n",
    "[a@b]\ntype=endpoint\n[a@b]\ntype=endpoint\n",
    "[global]\ntype=global\n[global]\ntype=global\n[global]\ntype=global\n",
    "[g@h]\ntype=global\n[h@i]\ntype=global\n",
    f"{ENDPOINT}dtmf_mode=a@b\nallow=a@b\nconnected_line_method=a@b\nrtp_timeout=a@b\nt38_udptl=a@b\n",
    f"{ENDPOINT}codec_prefs_incoming_offer=a@b\ncontact_acl=a@b\npermit=a@b/8\ndeny=1.1.1.1/a@b\n",
    f"{ENDPOINT}identify_by=a@b\ntos_audio=a@b\nset_var=a@b\ndtls_cert_file=a@b\nmailboxes=a@b\n",
    "[e@f]\ntype=endpoint\nrtp_port_start=9\n",
    "[t]\ntype=transport\nbind=a@b\ncipher=a@b\nmethod=a@b\ncert_file=a@b\n",
    "[t]\ntype=transport\nprotocol=a@b\nbind=a@b\n",
    "[t@u]\ntype=transport\nbind=1.1.1.1\n[u@v]\ntype=transport\nbind=1.1.1.1\n",
    f"{IDENTIFY}match=a@b/8\nmatch=a@b,!1.1.1.1/8\n",
    f"{IDENTIFY}match=1.1.1.1/a@b\nmatch_header=a@b\nmatch_request_uri=/(a@b/\n",
    f"{IDENTIFY}match_header=:a@b\nmatch_request_uri=/a@b\n",
    f"{IDENTIFY}match_header=X: /a@b{{{'1' * 6}}}/\n",
    f"{IDENTIFY}match_header=a@b: /(a)\\1/\n",
    f"{IDENTIFY}match_header=From: a@b\u00a0\nmatch_request_uri=^a@b.*\n",
    f"{IDENTIFY}match_header=f: a@b\nmatch_request_uri=/^\\d/\n",
    f"{IDENTIFY}match_header=a@b;c=@d\nmatch_request_uri=a@b\n",
    "[i@j]\ntype=identify\n",
    "[i@j]\ntype=identify\nendpoint=e\n",
    "[i@j]\ntype=identify\nmatch=1.1.1.1\nendpoint=e@f\n",
    f"{IDENTIFY}match=localhost,127.0.0.1,localhost:a@b\n[j]\ntype=identify\nendpoint=e\nmatch=1.1.1.1/9/a@b,localhost,127.0.0.1\n",
    f"{IDENTIFY}match=a.example\n[j@k]\ntype=identify\nendpoint=e\nmatch=b.example\n",
    "[j@k]\ntype=identify\nendpoint=e\nmatch=127.0.0.1,localhost\n",
    f"{REGISTRATION}server_uri=a@b\nclient_uri=a@b\nline=yes\ntransport=a@b\n",
    f"{REGISTRATION}server_uri=sip:a\nclient_uri=sip:a\nendpoint=a@b\n",
    f"{REGISTRATION}server_uri=sip:a;transport=a@b\nclient_uri=sip:a\ntransport=a@b\n",
    "[t]\ntype=transport\nbind=1.1.1.1\n"
    f"{REGISTRATION}server_uri=sip:a\nclient_uri=sip:a\nline=yes\nendpoint=e@f\n",
    "[d@e]\ntype=domain_alias\n",
    "[global]\ntype=global\nendpoint_identifier_order=a@b,line, ip\n",
    "[e@f]\ntype=endpoint\nacl=a@b,x\n",
    "[e@f]\ntype=endpoint\nacl=X\n",
    "[global]\nx@y=1\n",
]
#: Texts of pjsip_wizard.conf and of acl.conf.
WIZARDS = [
    f"{WIZARD}a@b=c\n",
    "[w@x]\ntype=wizard\n[w@x]\ntype=wizard\nsends_registrations=yes\n",
    "[w@x]\ntype=wiz@ard\n[v@x]\n",
    "[w@x]\ntype=wizard\nsends_auth=yes\n",
    f"{WIZARD}remote_hosts=a@b\ncontact_pattern=${{F@G(x)}}\n",
    f"{WIZARD}remote_hosts=a@b,c@d\nendpoint/a@b=c\nsends_registrations=yes\naor/contact=a@b\n",
]
ACCESS_LISTS = [
    "[a@b]\nx@y=z\n",
    "[a@b]\npermit=x@y\n",
    "[a@b]\npermit=1.1.1.1/x@y\n",
    "[general]\n[a@b]\n",
    "[x]\n",
]
REFERRING = "[e]\ntype=endpoint\nacl=x\n"
FILES = [
    *({"pjsip.conf": text} for text in CONFIGURATIONS),
    *({"pjsip.conf": ENDPOINT, "pjsip_wizard.conf": text} for text in WIZARDS),
    *({"pjsip.conf": REFERRING, "acl.conf": text} for text in ACCESS_LISTS),
    *({"pjsip.conf": text, "acl.conf": "[x]\n"} for text in CONFIGURATIONS if "acl=" in text),
    {
        "pjsip.conf": "[i@j]\ntype=identify\n",
        "sorcery.conf": "[res_pjsip_endpoint_identifier_ip]\nidentify=realtime,a@b\n",
    },
    {
        "pjsip.conf": ENDPOINT,
        "sorcery.conf": "[res_pjsip]\na@b=realtme@\nendpoints@=realtime,a\naor=realtime,a@b,c@d\n",
    },
    {"pjsip.conf": "[t@u]\ntype=transport\nbind=a.example\n"},
    {"pjsip.conf": "#include f@g.conf\n", "f@g.conf": "[a]\nb\n[a\n"},
    {"pjsip.conf": "#include f@*\n", "f@g.conf": "#include f@g.conf\n"},
    {"pjsip.conf": "#include f@*\n", "f@g/h.conf": ""},
    {"pjsip.conf": "#include 0@\n", **{f"{n}@": f"#tryinclude {n + 1}@\n" for n in range(12)}},
]
#: Texts for an older release, with the problems that only such have.
OLDER = [
    ("16.2.1", {"pjsip.conf": "\ufeff[a@b]\n"}),
    ("16.2.1", {"pjsip.conf": "[a@b]\ntype=identify\nendpoint=e\nmatch=10.0.0.1,10.0.0.1\n"}),
    ("16.2.1", {"pjsip.conf": ENDPOINT, "pjsip_wizard.conf": f"{WIZARD}remote_hosts=a@b:5060\n"}),
    ("18.20", {"pjsip.conf": "[a@b]\ntype=endpoint\nsend_aoc=a@b\n"}),
    ("20.18.0", {"pjsip.conf": "[a@b]\ntype=identify\nendpoint=e\nmatch_header=a@b: /.x/\n"}),
    (
        "22.5",
        {"pjsip.conf": "[a@b]\ntype=transport\nbind=x@y\n[b]\ntype=transport\nbind=1.1.1.1\ndomain=a@b\n"},
    ),
]
#: Codes that no text of some lines gives: limits, and what only a directory does.
ELSEWHERE = {"file-missing", "file-unreadable", "limit-exceeded", "problems-cut", "comment-too-deep"}

#: Anything but what ends a line or a file for Asterisk, or what a file can't have.
POISON = st.text(
    st.characters(blacklist_characters="\n\0", blacklist_categories=["Cs"])
    | st.sampled_from(["\x1b", "\r", "\x07", "\x7f", "\x9b", "\u202e", "\u2028", "\udcff", "\udc9b"]),
    min_size=1,
    max_size=8,
)


def loaded(files: dict[str, str], poison: str, release: str = "23") -> Configuration:
    return Configuration.from_files(
        {name.replace("@", poison): text.replace("@", poison) for name, text in files.items()},
        release=release,
    )


def test_an_option_name_that_clears_the_screen() -> None:
    """An escape sequence in the name of an option is written as text, in the message and in the whole line."""
    (problem,) = loaded({"pjsip.conf": f"{ENDPOINT}a@b=1\n"}, CLEARING).problems

    assert problem.message == r"endpoint has no option 'a\x1b[2Jb'"
    assert str(problem).isprintable()


@given(st.sampled_from(FILES), POISON)
@example(FILES[0], CLEARING)
def test_problems_are_printable(files: dict[str, str], poison: str) -> None:
    """Whatever stands where in a configuration, what is said of it is printable."""
    for problem in loaded(files, poison).problems:
        assert problem.message.isprintable()
        assert problem.lost.isprintable()
        assert str(problem).isprintable()


@pytest.mark.parametrize("poison", [CLEARING, "\u202e", "\x9b", "\udcff"])
def test_every_problem_is_printable(poison: str) -> None:
    """Nearly every code occurs with something unprintable near it, and none lets it through."""
    problems = [problem for files in FILES for problem in loaded(files, poison).problems]
    problems += [problem for release, files in OLDER for problem in loaded(files, poison, release).problems]

    assert {problem.code for problem in problems} == CODES.keys() - ELSEWHERE
    assert [problem for problem in problems if not (problem.message + problem.lost).isprintable()] == []
