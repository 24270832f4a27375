"""The headers that PJSIP reads itself, as data: names, syntax, flags, the parameters that they know, fast path.

Knows what belongs to which header, and nothing of how it is done: a row names a syntax, whose parser and printer are in
the modules of the grammar, and a shape of ``_fast_path``; a rule says how a parameter is read and printed.  A new
header gets a number in ``_header_names.pxd``, a row and its rules here, and functions of its own only if no other
header has its syntax.
"""

from libc.stdint cimport uint32_t
from libc.string cimport memset, strlen

from identify._compiled._header_digest cimport parse_digest, print_challenge, print_credentials
from identify._compiled._header_grammar cimport (
    parse_address, parse_cseq, parse_line, parse_media_type, parse_number, parse_number_parameters, parse_replaces,
    parse_token, parse_via,
)
from identify._compiled._header_lists cimport parse_list, print_list
from identify._compiled._header_names cimport (
    ACCEPT, ALLOW, AUTHORIZATION, CALL_ID, CONTACT, CONTENT_LENGTH, CONTENT_TYPE, CSEQ, EVENT, EXPIRES, FROM, GENERIC,
    KINDS, MAX_FORWARDS, MIN_EXPIRES, MIN_SE, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, RECORD_ROUTE, REPLACES, REQUIRE,
    RETRY_AFTER, ROUTE, SESSION_EXPIRES, SUBSCRIPTION_STATE, SUPPORTED, TO, UNSUPPORTED, VIA, WWW_AUTHENTICATE,
    HeaderName, know_names,
)
from identify._compiled._header_parameters cimport (
    EMPTY_ALWAYS, EMPTY_BARE, EMPTY_CLEARS, EMPTY_STAYS, EMPTY_ZERO, FORM_AS_SENT, FORM_ESCAPED, FORM_HOST, FORM_QUOTED,
    MOST_IS_LESS, MOST_VANISHES, READ_BOUNDED, READ_FLAG, READ_NUMBER, READ_TEXT, READ_THOUSANDTHS, READ_TRUE,
    SOURCE_ADDRESS, SOURCE_PORT, ZERO_IS_EMPTY, ZERO_VANISHES, ParameterRule, ParameterTable, know_rule, know_syntax,
    parameters_of,
)
from identify._compiled._header_print cimport (
    print_address, print_cseq, print_generic, print_line, print_media_type, print_number, print_replaces,
    print_retry_after, print_token, print_via,
)
from identify._compiled._text cimport at_line_end, fail, line_ends_here, peek, skip_lws

cdef SyntaxRow SYNTAX[SYNTAXES]
cdef HeaderRow ROWS[KINDS]
memset(ROWS, 0, sizeof(ROWS))


cdef void syntax(int number, const char *name, Parse parse, Print printer) noexcept:
    SYNTAX[number].name = name
    SYNTAX[number].parse = parse
    SYNTAX[number].print = printer


syntax(SYNTAX_GENERIC, "generic", NULL, print_generic)
syntax(SYNTAX_LINE, "line", parse_line, print_line)
syntax(SYNTAX_ADDRESS, "address", parse_address, print_address)
syntax(SYNTAX_VIA, "via", parse_via, print_via)
syntax(SYNTAX_CSEQ, "cseq", parse_cseq, print_cseq)
syntax(SYNTAX_CREDENTIALS, "credentials", parse_digest, print_credentials)
syntax(SYNTAX_CHALLENGE, "challenge", parse_digest, print_challenge)
syntax(SYNTAX_LIST, "list", parse_list, print_list)
syntax(SYNTAX_MEDIA_TYPE, "media-type", parse_media_type, print_media_type)
syntax(SYNTAX_TOKEN, "token", parse_token, print_token)
syntax(SYNTAX_REPLACES, "replaces", parse_replaces, print_replaces)
syntax(SYNTAX_NUMBER, "number", parse_number, print_number)
syntax(SYNTAX_NUMBER_PARAMETERS, "number-parameters", parse_number_parameters, print_number)
syntax(SYNTAX_RETRY_AFTER, "retry-after", parse_number_parameters, print_retry_after)


cdef void row(int kind, const char *name, const char *compact_name, int syntax, int shape, int flags) noexcept:
    ROWS[kind].name = name
    ROWS[kind].compact_name = compact_name
    ROWS[kind].parse = SYNTAX[syntax].parse
    ROWS[kind].print = SYNTAX[syntax].print
    ROWS[kind].syntax = syntax
    ROWS[kind].shape = shape
    ROWS[kind].flags = flags
    know_syntax(kind, flags & <int>BRACKETS != 0, flags & <int>COMMENTS != 0, flags & <int>SIGNED != 0)


# Compact names are RFC 3261's (7.3.3), and those of Asterisk's own modules.  The last column holds bits of
# ``HeaderFlag``.
row(GENERIC, "", NULL, SYNTAX_GENERIC, SHAPE_LINE, AMPERSAND_STAYS)
row(ACCEPT, "Accept", NULL, SYNTAX_LIST, SHAPE_LIST, AMPERSAND_STAYS)
row(ALLOW, "Allow", NULL, SYNTAX_LIST, SHAPE_LIST, AMPERSAND_STAYS)
row(AUTHORIZATION, "Authorization", NULL, SYNTAX_CREDENTIALS, SHAPE_DIGEST, 0)
row(CALL_ID, "Call-ID", "i", SYNTAX_LINE, SHAPE_LINE, AMPERSAND_STAYS)
row(CONTACT, "Contact", "m", SYNTAX_ADDRESS, SHAPE_CONTACT, REPEATS)
row(CONTENT_LENGTH, "Content-Length", "l", SYNTAX_NUMBER, SHAPE_NUMBER, SIGNED)
row(CONTENT_TYPE, "Content-Type", "c", SYNTAX_MEDIA_TYPE, SHAPE_MEDIA_TYPE, 0)
row(CSEQ, "CSeq", NULL, SYNTAX_CSEQ, SHAPE_CSEQ, 0)
row(EVENT, "Event", "o", SYNTAX_TOKEN, SHAPE_TOKEN, 0)
row(EXPIRES, "Expires", NULL, SYNTAX_NUMBER, SHAPE_NUMBER, 0)
row(FROM, "From", "f", SYNTAX_ADDRESS, SHAPE_FROM, 0)
row(MAX_FORWARDS, "Max-Forwards", NULL, SYNTAX_NUMBER, SHAPE_NUMBER, 0)
row(MIN_EXPIRES, "Min-Expires", NULL, SYNTAX_NUMBER, SHAPE_NUMBER, 0)
row(MIN_SE, "Min-SE", NULL, SYNTAX_NUMBER_PARAMETERS, SHAPE_NUMBER_PARAMETERS, 0)
row(PROXY_AUTHENTICATE, "Proxy-Authenticate", NULL, SYNTAX_CHALLENGE, SHAPE_NONE, 0)
row(PROXY_AUTHORIZATION, "Proxy-Authorization", NULL, SYNTAX_CREDENTIALS, SHAPE_DIGEST, 0)
row(RECORD_ROUTE, "Record-Route", NULL, SYNTAX_ADDRESS, SHAPE_ROUTE, REPEATS)
row(REPLACES, "Replaces", NULL, SYNTAX_REPLACES, SHAPE_NONE, 0)
row(REQUIRE, "Require", NULL, SYNTAX_LIST, SHAPE_LIST, AMPERSAND_STAYS | MERGES)
row(RETRY_AFTER, "Retry-After", NULL, SYNTAX_RETRY_AFTER, SHAPE_NONE, AMPERSAND_STAYS | COMMENTS | SIGNED)
row(ROUTE, "Route", NULL, SYNTAX_ADDRESS, SHAPE_ROUTE, REPEATS)
row(SESSION_EXPIRES, "Session-Expires", "x", SYNTAX_NUMBER_PARAMETERS, SHAPE_NUMBER_PARAMETERS, 0)
row(SUBSCRIPTION_STATE, "Subscription-State", NULL, SYNTAX_TOKEN, SHAPE_TOKEN, 0)
row(SUPPORTED, "Supported", "k", SYNTAX_LIST, SHAPE_LIST, AMPERSAND_STAYS | MERGES)
row(TO, "To", "t", SYNTAX_ADDRESS, SHAPE_TO, 0)
row(UNSUPPORTED, "Unsupported", NULL, SYNTAX_LIST, SHAPE_LIST, AMPERSAND_STAYS)
row(VIA, "Via", "v", SYNTAX_VIA, SHAPE_VIA, REPEATS | BRACKETS)
row(WWW_AUTHENTICATE, "WWW-Authenticate", NULL, SYNTAX_CHALLENGE, SHAPE_NONE, 0)


cdef int knows(int kind, const char *name, int reading, int form, int empty, int flags=0, uint32_t limit=0) except -1:
    cdef ParameterRule rule
    rule.name = name
    rule.length = <uint32_t>strlen(name)
    rule.reading = reading
    rule.form = form
    rule.empty = empty
    rule.flags = flags
    rule.limit = limit
    return know_rule(kind, &rule)


# The parameters that a header knows, in order of printing.
knows(FROM, "tag", READ_TEXT, FORM_ESCAPED, EMPTY_CLEARS)
knows(TO, "tag", READ_TEXT, FORM_ESCAPED, EMPTY_CLEARS)

knows(CONTACT, "q", READ_THOUSANDTHS, FORM_AS_SENT, EMPTY_STAYS, ZERO_VANISHES)
knows(CONTACT, "expires", READ_NUMBER, FORM_AS_SENT, EMPTY_STAYS, MOST_IS_LESS)

knows(VIA, "ttl", READ_BOUNDED, FORM_AS_SENT, EMPTY_STAYS, 0, 255)
knows(VIA, "rport", READ_BOUNDED, FORM_AS_SENT, EMPTY_BARE, ZERO_IS_EMPTY | SOURCE_PORT, 65535)
knows(VIA, "maddr", READ_TEXT, FORM_HOST, EMPTY_STAYS)
knows(VIA, "received", READ_TEXT, FORM_AS_SENT, EMPTY_STAYS, SOURCE_ADDRESS)
knows(VIA, "branch", READ_TEXT, FORM_ESCAPED, EMPTY_STAYS)

knows(EVENT, "id", READ_TEXT, FORM_AS_SENT, EMPTY_CLEARS)
knows(SESSION_EXPIRES, "refresher", READ_TEXT, FORM_AS_SENT, EMPTY_CLEARS)

knows(SUBSCRIPTION_STATE, "reason", READ_TEXT, FORM_ESCAPED, EMPTY_CLEARS)
knows(SUBSCRIPTION_STATE, "expires", READ_NUMBER, FORM_AS_SENT, EMPTY_ZERO, MOST_IS_LESS)
knows(SUBSCRIPTION_STATE, "retry-after", READ_NUMBER, FORM_AS_SENT, EMPTY_ZERO, MOST_VANISHES)

knows(REPLACES, "to-tag", READ_TEXT, FORM_AS_SENT, EMPTY_CLEARS)
knows(REPLACES, "from-tag", READ_TEXT, FORM_AS_SENT, EMPTY_CLEARS)
knows(REPLACES, "early-only", READ_FLAG, FORM_AS_SENT, EMPTY_BARE)


cdef int know_credentials(int kind) except -1:
    knows(kind, "username", READ_TEXT, FORM_QUOTED, EMPTY_CLEARS)
    knows(kind, "realm", READ_TEXT, FORM_QUOTED, EMPTY_ALWAYS)
    knows(kind, "nonce", READ_TEXT, FORM_QUOTED, EMPTY_ALWAYS)
    knows(kind, "uri", READ_TEXT, FORM_QUOTED, EMPTY_CLEARS)
    knows(kind, "response", READ_TEXT, FORM_QUOTED, EMPTY_ALWAYS)
    knows(kind, "algorithm", READ_TEXT, FORM_AS_SENT, EMPTY_CLEARS)
    knows(kind, "cnonce", READ_TEXT, FORM_QUOTED, EMPTY_CLEARS)
    knows(kind, "opaque", READ_TEXT, FORM_QUOTED, EMPTY_CLEARS)
    knows(kind, "qop", READ_TEXT, FORM_AS_SENT, EMPTY_CLEARS)
    return knows(kind, "nc", READ_TEXT, FORM_AS_SENT, EMPTY_CLEARS)


cdef int know_challenge(int kind) except -1:
    knows(kind, "realm", READ_TEXT, FORM_QUOTED, EMPTY_ALWAYS)
    knows(kind, "domain", READ_TEXT, FORM_QUOTED, EMPTY_CLEARS)
    knows(kind, "nonce", READ_TEXT, FORM_QUOTED, EMPTY_CLEARS)
    knows(kind, "opaque", READ_TEXT, FORM_QUOTED, EMPTY_CLEARS)
    knows(kind, "stale", READ_TRUE, FORM_AS_SENT, EMPTY_CLEARS)
    knows(kind, "algorithm", READ_TEXT, FORM_AS_SENT, EMPTY_CLEARS)
    return knows(kind, "qop", READ_TEXT, FORM_QUOTED, EMPTY_CLEARS)


know_credentials(AUTHORIZATION)
know_credentials(PROXY_AUTHORIZATION)
know_challenge(WWW_AUTHENTICATE)
know_challenge(PROXY_AUTHENTICATE)


cdef int check_rows() except -1:
    """Every kind has a row; hand the names over."""
    cdef HeaderName names[KINDS]
    cdef int kind
    for kind in range(<int>KINDS):
        if ROWS[kind].name == NULL:
            raise ImportError(f"the header of kind {kind} has no row")
        names[kind].name = ROWS[kind].name
        names[kind].compact_name = ROWS[kind].compact_name
        names[kind].shape = ROWS[kind].shape
    return know_names(names)


check_rows()

# The words of the grammar as data, in order of the numbers and bits that they stand for.
cdef tuple HEADER_FLAGS = ("repeats", "ampersand-stays", "merges", "brackets", "comments", "signed")
cdef tuple READINGS = ("text", "number", "bounded", "thousandths", "flag", "true")
cdef tuple FORMS = ("as-sent", "escaped", "host", "quoted")
cdef tuple EMPTIES = ("stays", "clears", "zero", "bare", "always")
cdef tuple RULE_FLAGS = (
    "zero-vanishes", "zero-is-empty", "most-vanishes", "most-is-less", "source-port", "source-address",
)


cdef const HeaderRow *header_row(int kind) noexcept nogil:
    """The row of a kind."""
    return &ROWS[kind]


cdef list named(int bits, tuple names):
    """The names of the bits that are set."""
    return [name for position, name in enumerate(names) if bits >> position & 1]


def grammar_rows():
    """The grammar as data, a dict for each kind in order of its number; for tests, which compare and generate."""
    cdef const ParameterTable *table
    cdef const ParameterRule *rule
    cdef uint32_t i
    cdef int kind
    found = []
    for kind in range(<int>KINDS):
        table = parameters_of(kind)
        parameters = []
        for i in range(table.count):
            rule = &table.rules[i]
            parameters.append({
                "name": (<bytes>rule.name).decode(),
                "reading": READINGS[rule.reading],
                "form": FORMS[rule.form],
                "empty": EMPTIES[rule.empty],
                "flags": named(rule.flags, RULE_FLAGS),
                "limit": rule.limit,
            })
        found.append({
            "name": (<bytes>ROWS[kind].name).decode(),
            "compact": (<bytes>ROWS[kind].compact_name).decode() if ROWS[kind].compact_name != NULL else None,
            "syntax": (<bytes>SYNTAX[ROWS[kind].syntax].name).decode(),
            "flags": named(ROWS[kind].flags, HEADER_FLAGS),
            "parameters": parameters,
        })
    return found


cdef bint parse_value(Text *t, int kind, Span *value, bint *more) noexcept nogil:
    """Parse one value of a header that isn't generic; the cursor is left behind it, at a line end or a ``&``.

    ``more`` says whether a comma follows, and another value of the same header behind it.
    """
    cdef const HeaderRow *header = &ROWS[kind]
    more[0] = False
    skip_lws(t)
    value.start = t.pos
    if not header.parse(t, kind):
        return False
    value.end = t.pos
    if line_ends_here(t) and value.end > value.start and t.base[value.end - 1] > c" ":
        return True
    # Other control characters may be an element of a list; blanks belong to an element that another list is joined to.
    if not header.flags & <int>MERGES:
        while value.end > value.start and t.base[value.end - 1] in (c" ", c"\t", c"\r", c"\n"):
            value.end -= 1
    skip_lws(t)
    if header.flags & <int>REPEATS and peek(t) == c",":
        more[0] = True
        t.pos += 1
        return True
    if not (at_line_end(t) or ampersand_ends(t, kind)):
        return fail(t, "something follows a header's value")
    return True


cdef inline bint ampersand_ends(const Text *t, int kind) noexcept nogil:
    """Is the cursor, behind a value, at a ``&`` that ends the header?

    A value with ``AMPERSAND_STAYS`` has taken all of its line, so that here one can only stand behind a fold:
    ``Require: a`` and a line of ``&X: 1``.  To Retry-After it is a syntax error everywhere.
    """
    return peek(t) == c"&" and kind != RETRY_AFTER


cdef void print_value(const Printable *p, Out *out) noexcept nogil:
    """Print a value as PJSIP prints it for comparison."""
    ROWS[p.kind].print(p, out)
