"""What generated configurations have in them: values of options, items, names and lines, good ones and bad ones.

Option values are those that Asterisk was recorded to accept and to refuse, ``tests/data/option-values.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

RECORDED = Path(__file__).parents[1] / "data" / "option-values.json"


def words(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


def _options() -> dict[str, dict[str, tuple[list[str], list[str]]]]:
    """Return accepted and refused values by option, by type."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    found = {
        type: {name: (values["accepted"], values["refused"]) for name, values in options.items()}
        for type, options in recorded.items()
    }
    for type, options in FURTHER.items():
        found.setdefault(type, {}).update(options)
    return found


#: Options whose values weren't recorded one by one.
FURTHER: dict[str, dict[str, tuple[list[str], list[str]]]] = {
    "system": {
        "timer_t1": (["100", "500"], ["", "x"]),
        "threadpool_max_size": (["5"], ["-1"]),
        "taskpool_max_size": (["5"], ["abc"]),
        "@remark": (["x"], []),
    },
    "global": {
        "unidentified_request_count": (["3", "0"], ["-1", "x"]),
        "unidentified_request_period": (["7"], ["1.5"]),
        "unidentified_request_prune_interval": (["11"], [""]),
        "default_realm": (["asterisk", "example.com"], []),
        "@remark": (["x"], []),
    },
    "endpoint": {
        "aors": (["alice", "a,b"], []),
        "auth": (["alice"], []),
        "set_var": (["A=b", "A=b=c"], ["A", ""]),
        "dtls_cert_file": (["", "/etc/keys/a.pem"], []),
        "geoloc_incoming_call_profile": (["", "<prefer_config>", "mine"], []),
        "transport": (["t", "transport-udp"], []),
        "@remark": (["x"], []),
    },
    "transport": {
        "cert_file": (["", "/etc/keys/a.pem"], []),
        "cipher": (["AES128-SHA"], ["nosuch"]),
        "local_net": (["10.0.0.0/8", "10.0.0.0/8,192.168.0.0/16"], ["x", ""]),
    },
    "inbound-publication": {"event_presence": (["e"], []), "Event_x": (["e"], []), "endpoint": (["e"], [])},
    "asterisk-publication": {"device_state": (["yes", "no"], []), "devicestate_publish": (["p"], [])},
    "outbound-publish": {
        "server_uri": (["sip:h"], []),
        "event": (["presence"], []),
        "expiration": (["60"], ["x"]),
    },
    "resource_list": {"full_state": (["yes"], []), "notification_batch_interval": (["5"], ["x"])},
    "phoneprov": {"MAC": (["00"], [])},
}
OPTIONS = _options()

BOOLEANS = {
    "endpoint": words(
        "accept_multiple_sdp_answers aggregate_mwi allow_overlap allow_subscribe allow_transfer bundle direct_media"
        " fax_detect force_avp force_rport g726_non_standard ice_support inband_progress moh_passthrough"
        " one_touch_recording rewrite_contact rpid_immediate rtcp_mux rtp_ipv6 rtp_symmetric send_aoc send_pai"
        " send_rpid srtp_tag_32 t38_udptl trust_id_inbound use_avpf use_ptime user_eq_phone webrtc"
        " send_history_info refer_blind_progress suppress_q850_reason_headers media_use_received_transport"
    ),
    "global": words("disable_multi_domain ignore_uri_user_options norefersub use_callerid_contact"),
    "system": words("compact_headers disable_rport disable_tcp_switch follow_early_media_fork"),
    "transport": words("allow_reload symmetric_transport tcp_keepalive_enable"),
    "aor": words("authenticate_qualify qualify_2xx_only remove_existing remove_unavailable support_path"),
    "registration": words("auth_rejection_permanent support_outbound support_path"),
    "resource_list": ["full_state", "resource_display_name"],
    "identify": ["srv_lookups"],
}

#: Releases on both sides of each difference that is known, and between recorded ones.
RELEASES = words(
    "16.2.1 16.7 16.8 16.20 16.28.0 17.5 18.6 18.10.0 18.23.1 19 20.5 20.15.2 20.16 20.18.0 21.11 22.0 22.5.2 22.6 22.8.0"
    " 22 certified/20.7 certified/18.9 newest"
)

#: Types that have no part in identification, or that pjsip.conf doesn't have.
OTHER_TYPES = words(
    "resource_list phoneprov inbound-publication asterisk-publication outbound-publish resource_list contact wizard"
    " subscription_persistence"
)
MISSPELT_TYPES = [
    "friend",
    "peer",
    "user",
    "identity",
    "identfy",
    "endpoint,aor",
    "zzz",
    "",
    "wizard",
    "contact",
    "x" * 60,
]

UNKNOWN_OPTIONS = words(
    "secret fromuser matchs match-header match_haeder nosuch alow rtp-timeout match outbound_auth host qualify \u0430llow"
    " contxt endpoint username"
) + ["match header", "@note", "x" * 300, "é"]

#: Options of an endpoint about which there are rules together; an empty value stands for a line left out.
PAIRS: list[list[tuple[str, str]]] = [
    [("rtp_port_start", "10000"), ("rtp_port_end", "20000")],
    [("rtp_port_start", "0"), ("rtp_port_end", "0")],
    [("timers_min_se", "90"), ("timers_sess_expires", "1800")],
    [("timers_min_se", "90"), ("timers_sess_expires", "90")],
    [("preferred_codec_only", "yes"), ("incoming_call_offer_pref", "local")],
    [("preferred_codec_only", "no"), ("incoming_call_offer_pref", "remote")],
    [("preferred_codec_only", "yes"), ("incoming_call_offer_pref", "")],
    [("dtls_auto_generate_cert", "yes"), ("dtls_cert_file", "")],
    [("dtls_auto_generate_cert", "no"), ("dtls_cert_file", "/etc/keys/a.pem")],
    [("dtls_auto_generate_cert", "maybe"), ("dtls_cert_file", "/etc/keys/a.pem")],
]
PAIRS_BAD: list[list[tuple[str, str]]] = [
    [("rtp_port_start", "10000"), ("rtp_port_end", "")],
    [("rtp_port_start", ""), ("rtp_port_end", "20000")],
    [("rtp_port_start", "20000"), ("rtp_port_end", "10000")],
    [("rtp_port_start", "1000"), ("rtp_port_end", "1100")],
    [("rtp_port_start", "10000"), ("rtp_port_end", "70000")],
    [("rtp_port_start", "10000"), ("rtp_port_end", "10000")],
    [("timers_min_se", "200"), ("timers_sess_expires", "100")],
    [("timers_min_se", "2000"), ("timers_sess_expires", "")],
    [("timers_min_se", ""), ("timers_sess_expires", "60")],
    [("timers_min_se", "91"), ("timers_sess_expires", "90")],
    [("preferred_codec_only", "yes"), ("incoming_call_offer_pref", "remote")],
    [("preferred_codec_only", "1"), ("incoming_call_offer_pref", "local_first")],
    [("dtls_auto_generate_cert", "yes"), ("dtls_cert_file", "/etc/keys/a.pem")],
    [("dtls_cert_file", "/etc/keys/a.pem"), ("dtls_auto_generate_cert", "true")],
]
#: Options that refuse an endpoint together with others, so that they are rarely written alone.
RULED = words(
    "rtp_port_start rtp_port_end timers_min_se timers_sess_expires preferred_codec_only dtls_auto_generate_cert"
    " incoming_call_offer_pref dtls_cert_file"
)
#: Lines that continue one that a template may have.
CONTINUED = {
    "endpoint": ["allow+=,alaw", "allow +=,g722", "context+=-2", "ALLOW+=,alaw", "permit+=,10.1.1.1"],
    "identify": ["match+=,10.3.3.3", "match+=,!10.0.0.0/30", "match_header+=x", "endpoint+=2", "match+=0"],
    "aor": ["contact+=,sip:x@h", "max_contacts+=0"],
    "auth": ["password+=more", "username+=2"],
    "transport": ["bind+=1", "domain+=.example"],
    "registration": ["server_uri+=:5070", "client_uri+=x"],
}
#: Options of registrations with a good and a bad value.
FURTHER_OF_REGISTRATIONS = [
    ("expiration", "60", "0"),
    ("contact_user", "me", "a b"),
    ("outbound_proxy", "sip:p;lr", "p"),
    ("contact_header_params", "a=b", "=;"),
]
#: Servers that need another transport than UDP over IPv4, or none has.
ODD_SERVERS = [
    "sip:192.0.2.9;transport=tcp",
    "sips:h.example",
    "sip:[2001:db8::9]",
    "sip:h;transport=ws",
    "sip:h;transport=sctp",
]

ORDERS = words("ip username anonymous header auth_username request_uri line IP") + [" ip", "nosuch", ""]
TEXTS = {
    "user_agent": [
        "Asterisk PBX 20.15.2",
        "Asterisk PBX certified-20.7-cert1",
        "FPBX-16.0.40(18.10.0)",
        "mine",
        "",
    ]
}
ODD_BINDS = ["", "h.example", "sip.provider.example:5060", "[10.0.0.1]", ":5070", "10.0.0.1:70000", "0.0.0.0:5060", "::ffff:10.0.0.1", "[::1", "silent.example", "localhost:5061", "10.0.0.1:"]  # fmt: skip

#: Items of ``match`` that Asterisk takes, also those that mean something else than they seem to.
ITEMS = words("""
    10.0.0.1 10.0.0.0/8 10.0.0.0/255.0.0.0 10.0.0.1/32 192.0.2.0/24 198.51.100.7:5060 198.51.100.0:5060/24 0.0.0.0/0 ::/0
    !10.0.0.1/32 !192.0.2.0/28 !10.0.0.0/255.255.255.0 10.0.0.77/24 010.0.0.1 10.1/16 10.1 0x0a000001 198.51.100.7/24
    198.51.100.0/0.0.0.255 198.51.100.0/255.0.255.0 198.51.100.0/24x 2001:db8::1 2001:db8::/32 [2001:db8::1]:5060
    [2001:db8::1] !2001:db8::1/128 2001:db8::1:5060 ::ffff:192.0.2.1 ::ffff:192.0.2.0/24 2001:db8::/ffff:: 2001:db8::/33
    [2001:db8::]:5070/32 10.0.0.0/8,!10.0.0.0/9 127.0.0.1 255.255.255.255 1.2.3.4/0 10.0.0.0/255.255.0.255
    10.0.0.1:0 !10.0.0.0:5060/8 2001:DB8::A
""")
BAD_ITEMS = words("""
    192.0.2.300 10.0.0.1/33 10.0.0.1-9 198.51.100.0-198.51.100.255 198.51.100.* * 198.51.100. !10.0.0.1 sip:198.51.100.7
    sip:a@198.51.100.7:5061 https://198.51.100.7/ <198.51.100.7> 198.51.100.0/24:5060 198.51.100.7/udp "198.51.100.7"
    198.51.100.7/255.255.255.256 2001:db8::1] sip.example.com/24 198.51.100.7|198.51.100.8 198.51.100.7\u00a0 ::g
    198.51.100.\u0417 198.51.100.7:5060-5070 2001:db8::/129 10.0.0.1:99999 !h.example 10.0.0.1..10.0.0.2 ::ffff:1.2.3.0/120 10.0.0.256/8 fe80::1%eth0
""") + [
    "",
    "198.51.100.7 198.51.100.8",
    "198.51. 100.7",
    "198.51.100.0 /24",
    "  ",
    "a" * 300,
    "198.51.100.7;198.51.100.8",
]
HOSTS = words("""
    sip.provider.example gw.example covered.example srv.example silent.example localhost LOCALHOST
    gw.example:5060 sip.provider.example:5061 localhost:5062 many.example two.example
""")

HOSTS_BAD = ["nowhere.example", "a..b", "h_1.example", "nowhere.example:5060"]

HEADERS = [
    "X-A: a", "X-A: /^a/", "X-Trunk: /provider[0-9]+/", "X-A:", "X-A: //", "To: <sip:a@h>", "From: /sip:[^@]+@h>/",
    r"Contact: <sip:a@h>;q=0.5", "Allow: INVITE, ACK", "User-Agent: Müller 1.0", "s: subject", "x-lower: /[[:digit:]]+$/",
    "X-A: /(a|b)*c/", "X-A: /é.b/", "P-Asserted-Identity: <sip:+12025550100@h:5060>", "X-A: a$b c.d (e) [f]",
]  # fmt: skip
HEADERS_BAD = [
    "X-A", "X-A 1", "X-A=1", ": a", "X-A: /x/i", 'X-A: "/x/"', "User-Agent: Asterisk*", "X-A: /x", "X-A: a\u00a0b",
    "X-A: /\u0430b/", "From: <sip:a@h.example>", "From: sip:a@h:5060", "To: sip:a@h", "Supported: timer,100rel",
    "Content-Type: application", "From: /^sip:a/", "From: /a@h>$/", "PAI: x", "Request-URI: x", "f: x", "User_Agent: x",
    '"X-A: x', "X-\u0410: x", "X-A: /(/", "X-A: /a{2000}/", "X-A: /[z-a]/", "X-A: /((a{99}){99}){99}/", r"X-A: /(a*)\1/",
    "X-A: <a;b>", "P-Asserted-Identiy: x", "X-A: /x;y/", r"X-A: /(a*)(b*)\2\1c/", "",
]  # fmt: skip
URIS = [
    r"/^sip:\+?1202[0-9]{7}@198\.51\.100\.7(:5060)?$/", "sip:*72@[2001:db8::1]:5060", "sip:a@h.example:5060", "//",
    r"/\w+\b[[:digit:]]/", "/;user=phone/", "/^sips?:/", "sip:a@192.0.2.1", "/é/",
]  # fmt: skip
URIS_BAD = [
    r"^sip:\+?1202@", "sip:[0-9]+@", "sip:.*@h/", "sip:*@h.example", "sip:_1NXX.@h", r"/^sip:\d+@/", r"/^sip:[\d]+@/",
    "/^sip:[0-9]+?@/", "/^sip:+1202@/", "/^sip:*72@/", "/@198.51.100.7/", "/@[2001:db8::1]/", "<sip:a@h>", "+12025550199",
    "SIP:a@h", "sip:a@b;user=phone", "/(/", "/a**(/", "/[/", "", "/x", "/(.*)*b/",
]  # fmt: skip

ACCESS_ITEMS = words(
    "0.0.0.0/0 10.0.0.0/8 192.0.2.1 !192.0.2.0/24 ::/0 2001:db8::/32 10.0.0.1/255.255.255.0 127.0.0.1"
)
BAD_ACCESS_ITEMS = ["10.0.0.0/8", "10.0.0.1/33", "x", "", " 10.0.0.1", "10.0.0.1:5060", "h.example"]
NAMES_OF_LISTS = [
    "named1",
    "named2",
    "named1,v6",
    "named1 , v6",
    "NAMED1",
    "nosuch",
    "v6",
    "",
    ",",
    "nosuch,nosuch",
]

#: Lines that aren't options, or odd ones.
BAD_LINES = [
    "no equals sign", "=no name", "+=1", "@x=1", "\\x=1", "junk", "#unknown x", "#include", "#", "[", "x==", "z++=9",
    "type", "x = > 3", "--", "\0", "\x01x=1", "match", "allow", "x" * 8_191, "é=1", "[]", "\u2028", "[ ]x", ";--;",
]  # fmt: skip
JUNK = ["x=1", "match=10.0.0.1", "endpoint=e", "host=10.0.0.1", "host=dynamic", "type=friend", "type=peer", "type=identfy", "type=", "context=c", "server_uri=sip:h", "line=yes", "match_header=X: y", "allow=ulaw", "domain=d", "endpoint_identifier_order=ip"]  # fmt: skip
EXECUTED = ["/bin/true", "echo [x]", "", '"ls"']

WIZARD_LINES = [
    "sends_auth=yes", "outbound_auth/username=me", "outbound_auth/password=p", "sends_registrations=yes",
    "accepts_registrations=yes", "accepts_auth=yes", "inbound_auth/username=you", "inbound_auth/password=p",
    "sends_line_with_registrations=yes", "endpoint/context=w", "endpoint/allow=ulaw", "endpoint/permit=10.0.0.0/8",
    "identify/match=203.0.113.1", "identify/match_header=X-A: a", "aor/max_contacts=1", "aor/contact=sip:a@h",
    "registration/expiration=60", "transport=t", "outbound_proxy=sip:p;lr", "has_hint=yes", "hint_context=h",
    "nosuch=1", "endpoint/nosuch=1", "identify/match=nosuch/99", "Sends_Auth=yes", "endpoint/=1", "x/y=1",
    "remote_hosts=", "registration/contact_user=a b", "endpoint/aors=x", "identify/endpoint=other", "xtype=wizard",
    "remote_hosts=192.0.2.6", "remote_hosts=192.0.2.7:5070,gw.example", "sends_auth=maybe",
]  # fmt: skip
PATTERNS = ["sip:${REMOTE_HOST}", "sip:${USERNAME}@${REMOTE_HOST}", "sip:${EPOCH}", "sip:$[1+1]@h", "sip:${REMOTE_HOST:0:3}", "${FUNC(x)}", "sip:$[1/0]", "x", "sip:${REMOTE_HOST:-4}:50$[30+31]", "${" * 20, ""]  # fmt: skip

MAPPINGS = [
    "identify=realtime,ps_x", "identify=memory", "identify=config,other.conf,criteria=type=identify",
    "identify=config,pjsip.conf,criteria=type=identify", "Identify=realtime,ps_x", "endpoint=realtime,ps_endpoints",
    "endpoint=config,pjsip.conf,criteria=type=endpoint", "aor=memory", "auth=astdb", "registration=realtime,ps_r",
    "identify=realtime", "identify=nosuch", "endpoin=config,x", "identify/cache=memory_cache",
    "identify=realtime,ps_x,allow_unqualified_fetch=no", "transport=memory", "global=realtime,g", "domain_alias=memory",
    "registration=config,pjsip.conf,criteria=type=registration",
]  # fmt: skip
FAMILIES = ["ps_x => odbc,asterisk", "PS_ENDPOINTS => odbc,a,b", "pjsip.conf => odbc,a", "acl.conf => odbc,a", "pjsip_wizard.conf => odbc,a", "ps_r=>x", "junk"]  # fmt: skip

#: What a name server says: addresses by name, and targets by service; a name that isn't there doesn't exist.
ADDRESSES = {
    "sip.provider.example": ["198.51.100.9", "2001:db8::9"],
    "gw.example": ["203.0.113.5"],
    "covered.example": ["10.0.0.1"],
    "h.example": ["192.0.2.50"],
    "many.example": [f"10.77.0.{number}" for number in range(40)],
    "two.example": ["192.0.2.51", "192.0.2.52"],
    "localhost": ["127.0.0.1", "::1"],
    "LOCALHOST": ["127.0.0.1"],
}
SERVICES = {
    "_sip._udp.srv.example": ["gw.example", "two.example"],
    "_sip._tcp.two.example": ["nowhere.example"],
}
#: The name about which nobody answers.
SILENT = "silent.example"
