"""Parameters of headers, ``;name=value``: read and printed by the rules of the header that they belong to.

Knows how a parameter is read, what in it drops a message, and how all parameters of a header are printed; which header
knows which parameters is in the rows of ``_headers``.

Facts
- The names that a header knows are found in any case, printed in lower case, first and in a fixed order; the last of
  several counts.  All others are printed as they came, behind them.
- A parameter without a value, ``;x=`` too, is printed as its name alone.  What a known one does then is its rule.
- Outside of quotes only a Via's names and values hold ``:``, ``[`` and ``]``, which are printed %3a, %5b, %5d.
- A quoted value is printed with its quotes as it was sent, but for values that are printed escaped: ``;tag="z"`` ->
  ``;tag=%22z%22``.
- Comments of Retry-After may hold a CR and a NUL, but no LF; ``\\`` escapes the byte after it.
- Releases with ``PARAMETERS_DECODED`` resolve the escapes in names and values of parameters that aren't quoted, and in
  those of credentials that they don't know, when they read them: ``;t%61g=%41`` is the tag A.  What drops a message is
  looked at as it was sent for them too; no record of these releases tells more.
"""

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memset

from identify._compiled._dialect cimport PARAMETERS_DECODED
from identify._compiled._header_names cimport KINDS
from identify._compiled._header_numbers cimport bounded_number, leading_number, next_byte, thousandths
from identify._compiled._text cimport (
    SIP_BRACKETS, SIP_TOKEN, SIP_VALUE, cursor_over, fail, peek, put, put_bytes, put_decoded, put_number,
    put_or_escape, put_span, put_text, same_decoded, same_name, sip_class_init, skip_lws, take, take_long, take_quoted,
)

sip_class_init()

cdef ParameterTable TABLES[KINDS]
memset(TABLES, 0, sizeof(TABLES))

# A number that means "none" to PJSIP.
cdef enum:
    MOST = 0xFFFFFFFF


cdef int know_rule(int kind, const ParameterRule *rule) except -1:
    """Add a known parameter behind those of this kind."""
    cdef ParameterTable *table = &TABLES[kind]
    if table.count == <uint32_t>RULES:
        raise ImportError(f"the header of kind {kind} knows more than {RULES} parameters")
    table.rules[table.count] = rule[0]
    table.count += 1
    return 0


cdef void know_syntax(int kind, bint brackets, bint comments, bint signed_number) noexcept:
    """Say what else this kind allows or refuses."""
    TABLES[kind].brackets = brackets
    TABLES[kind].comments = comments
    TABLES[kind].signed_number = signed_number


cdef const ParameterTable *parameters_of(int kind) noexcept nogil:
    """What is known of a kind."""
    return &TABLES[kind]


# ---------------------------------------------------------------- reading

# generic-param = token [ EQUAL gen-value ]
# gen-value     = token / quoted-string
cdef bint take_parameter(Text *t, int brackets, HeaderParameter *parameter) noexcept nogil:
    """``;name[=value]`` with the cursor at the ``;``."""
    t.pos += 1
    skip_lws(t)
    parameter.name = take(t, SIP_TOKEN | brackets)
    if parameter.name.start == parameter.name.end:
        return fail(t, "a header parameter has no name")
    parameter.value.start = parameter.value.end = t.pos
    parameter.has_value = False
    skip_lws(t)
    if peek(t) != c"=":
        return True
    t.pos += 1
    parameter.has_value = True
    skip_lws(t)
    if peek(t) != c'"':
        parameter.value = take_long(t, SIP_VALUE | brackets)
        return True
    if not take_quoted(t, &parameter.value):
        return False
    parameter.value.start -= 1
    parameter.value.end += 1
    return True


cdef bint is_right(Text *t, const ParameterTable *table, const HeaderParameter *parameter) noexcept nogil:
    """Is the value one that its rule takes?"""
    cdef const ParameterRule *rule
    cdef uint32_t number, i
    cdef int64_t total
    if parameter.value.start == parameter.value.end:
        return True
    for i in range(table.count):
        rule = &table.rules[i]
        if rule.reading == READ_BOUNDED:
            if (same_name(t.base, parameter.name, rule.name, rule.length)
                    and not bounded_number(t.base, parameter.value, False, rule.limit, &number)):
                t.pos = parameter.value.start
                return fail(t, "a parameter isn't a number or too large")
        elif rule.reading == READ_THOUSANDTHS:
            if (same_name(t.base, parameter.name, rule.name, rule.length)
                    and not thousandths(t.base, parameter.value, False, &total)):
                t.pos = parameter.value.start
                return fail(t, "a q value isn't a number or too large")
    return True


# comment = LPAREN *( ctext / quoted-pair ) RPAREN
cdef bint take_comment(Text *t) noexcept nogil:
    """The comment at the cursor, where there is one: up to the first ``)`` that isn't escaped."""
    t.pos += 1
    while t.pos < t.end and t.base[t.pos] != c")" and t.base[t.pos] != c"\n":
        if t.base[t.pos] == c"\\" and t.pos + 1 < t.end and t.base[t.pos + 1] != c"\n":
            t.pos += 1
        t.pos += 1
    if peek(t) != c")":
        return fail(t, "a comment doesn't end on its line")
    t.pos += 1
    return True


cdef inline bint skip_comments(Text *t, const ParameterTable *table) noexcept nogil:
    """Blanks, and the comments between parameters where the header has any."""
    skip_lws(t)
    while table.comments and peek(t) == c"(":
        if not take_comment(t):
            return False
        skip_lws(t)
    return True


cdef bint take_parameters(Text *t, int kind, Span *parameters) noexcept nogil:
    """All parameters of a header; the span ends with the last one, or the last comment."""
    cdef const ParameterTable *table = &TABLES[kind]
    cdef int brackets = SIP_BRACKETS if table.brackets else 0
    cdef HeaderParameter parameter
    skip_lws(t)
    parameters.start = t.pos
    if not skip_comments(t, table):
        return False
    parameters.end = t.pos
    while peek(t) == c";":
        if not take_parameter(t, brackets, &parameter) or not is_right(t, table, &parameter):
            return False
        parameters.end = t.pos
        if not skip_comments(t, table):
            return False
    return True


cdef bint next_parameter(const uint8_t *base, int kind, Span *rest, HeaderParameter *parameter) noexcept nogil:
    """Take the first off ``rest``, whose text is known to be valid; False at the end."""
    cdef const ParameterTable *table = &TABLES[kind]
    cdef Text t = cursor_over(base, rest[0])
    if not skip_comments(&t, table):
        return False
    if peek(&t) != c";" or not take_parameter(&t, SIP_BRACKETS if table.brackets else 0, parameter):
        return False
    rest.start = t.pos
    return True


# ---------------------------------------------------------------- printing

cdef inline bint resolves(const Printable *p) noexcept nogil:
    """Does the release that prints resolve escapes?"""
    return p.dialect & <uint32_t>PARAMETERS_DECODED != 0


cdef inline bint is_named(const Printable *p, Span name, const ParameterRule *rule) noexcept nogil:
    if resolves(p):
        return same_decoded(p.base, name, rule.name, rule.length)
    return same_name(p.base, name, rule.name, rule.length)


cdef const ParameterRule *rule_of(const Printable *p, Span name) noexcept nogil:
    """The rule of a parameter; NULL for one that this header doesn't know."""
    cdef const ParameterTable *table = &TABLES[p.kind]
    cdef uint32_t i
    for i in range(table.count):
        if is_named(p, name, &table.rules[i]):
            return &table.rules[i]
    return NULL


cdef inline bint counts(const ParameterRule *rule, const HeaderParameter *parameter) noexcept nogil:
    """Is a parameter that has this rule read by it, or an ordinary one?"""
    return rule.empty != EMPTY_STAYS or parameter.value.start < parameter.value.end


cdef bint last_parameter(const Printable *p, Span parameters, const ParameterRule *rule,
                         HeaderParameter *found) noexcept nogil:
    """The last parameter that is read by a rule; False where there is none."""
    cdef HeaderParameter parameter
    cdef bint any_found = False
    while next_parameter(p.base, p.kind, &parameters, &parameter):
        if is_named(p, parameter.name, rule) and counts(rule, &parameter):
            found[0] = parameter
            any_found = True
    return any_found


cdef void put_value(const Printable *p, Span value, bint escaped, Out *out) noexcept nogil:
    """Print the name or the value of a parameter; ``escaped`` says that quotes aren't special."""
    cdef Span rest = value
    cdef bint resolve = resolves(p) and value.start < value.end and p.base[value.start] != c'"'
    cdef int c
    if not escaped:
        c = next_byte(p.base, &rest, resolve)
        if c == c'"':
            if resolve:
                put_decoded(out, p.base, value)
            else:
                put_span(out, p.base, value)
            return
        rest = value
    while rest.start < rest.end:
        put_or_escape(out, next_byte(p.base, &rest, resolve), SIP_VALUE)


cdef void put_as_sent(const Printable *p, Span value, Out *out) noexcept nogil:
    """Print a value with nothing escaped."""
    if resolves(p) and p.base[value.start] != c'"':
        put_decoded(out, p.base, value)
    else:
        put_span(out, p.base, value)


cdef void put_host(const Printable *p, Span value, Out *out) noexcept nogil:
    """Print a value, in brackets where it needs them."""
    cdef Span rest = value
    cdef bint bracketed = False
    cdef int c = next_byte(p.base, &rest, resolves(p))
    if c != c"[":
        while c >= 0:
            bracketed |= c == c":"
            c = next_byte(p.base, &rest, resolves(p))
    if bracketed:
        put(out, c"[")
    put_as_sent(p, value, out)
    if bracketed:
        put(out, c"]")


cdef void put_thousandths(int64_t total, Out *out) noexcept nogil:
    """The thousands as 64 bits, then the remainder as a number of 32 bits without trailing zeros."""
    cdef uint8_t digits[20]
    cdef uint64_t whole = <uint64_t>(total // 1000)
    cdef uint32_t rest = <uint32_t>(total % 1000)
    cdef int i = 20
    while True:
        i -= 1
        digits[i] = <uint8_t>(c"0" + whole % 10)
        whole //= 10
        if whole == 0:
            break
    put_bytes(out, digits + i, 20 - i)
    if rest == 0:
        return
    while rest % 10 == 0:
        rest //= 10
    put(out, c".")
    put_number(out, rest)


cdef void put_name(const ParameterRule *rule, Out *out) noexcept nogil:
    put(out, c";")
    put_text(out, rule.name)


cdef void put_numbered(const Printable *p, const ParameterRule *rule, Span value, Out *out) noexcept nogil:
    """A known parameter that is a number."""
    cdef uint32_t number = 0
    cdef int64_t total = 0
    cdef bint resolve = resolves(p)
    if rule.reading == READ_THOUSANDTHS:
        # A release that resolves escapes may see a number that wasn't one as sent, and the other way round.
        if thousandths(p.base, value, resolve, &total) and not (total == 0 and rule.flags & <int>ZERO_VANISHES):
            put_name(rule, out)
            put(out, c"=")
            put_thousandths(total, out)
        return
    if rule.reading == READ_BOUNDED:
        bounded_number(p.base, value, resolve, rule.limit, &number)
    else:
        number = leading_number(p.base, value, resolve)
    if number == <uint32_t>MOST:
        if rule.flags & <int>MOST_VANISHES:
            return
        if rule.flags & <int>MOST_IS_LESS:
            number -= 1
    put_name(rule, out)
    if number == 0 and rule.flags & <int>ZERO_IS_EMPTY:
        if not rule.flags & <int>SOURCE_PORT or p.received == NULL:
            return
        number = p.received.port
    put(out, c"=")
    put_number(out, number)


cdef void put_known(const Printable *p, Span parameters, const ParameterRule *rule, Out *out) noexcept nogil:
    """Print what the parameters say of one rule."""
    cdef HeaderParameter found
    if rule.flags & <int>SOURCE_ADDRESS and p.received != NULL:
        put_name(rule, out)
        put(out, c"=")
        put_text(out, p.received.address)
        return
    if not last_parameter(p, parameters, rule, &found):
        return
    if rule.reading == READ_FLAG:
        put_name(rule, out)
    elif rule.reading != READ_TEXT:
        put_numbered(p, rule, found.value, out)
    elif found.value.start < found.value.end:
        put_name(rule, out)
        put(out, c"=")
        if rule.form == FORM_HOST:
            put_host(p, found.value, out)
        elif rule.form == FORM_ESCAPED:
            put_value(p, found.value, True, out)
        else:
            put_as_sent(p, found.value, out)


cdef void print_parameters(const Printable *p, Span parameters, Out *out) noexcept nogil:
    """The known parameters in order, then the others as they came."""
    cdef const ParameterTable *table = &TABLES[p.kind]
    cdef const ParameterRule *rule
    cdef HeaderParameter parameter
    cdef Span rest = parameters
    cdef uint32_t i
    for i in range(table.count):
        put_known(p, parameters, &table.rules[i], out)
    while next_parameter(p.base, p.kind, &rest, &parameter):
        rule = rule_of(p, parameter.name)
        if rule != NULL and counts(rule, &parameter):
            continue
        put(out, c";")
        put_value(p, parameter.name, True, out)
        if parameter.value.start < parameter.value.end:
            put(out, c"=")
            put_value(p, parameter.value, False, out)
