"""Plain items of ``match``, see ``_match_items.pxd``."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint16_t, uint64_t
from libc.string cimport memchr, memcmp, memset

from identify._compiled._address_rules cimport raise_for
from identify._compiled._address_tables cimport Rule
from identify._compiled._address_text cimport parse_groups, parse_quad

cdef enum:
    # All bytes below it are blanks.
    FIRST_VISIBLE = 33
    # No plain address or mask is longer: eight groups of four digits, brackets and a port.
    LONGEST_PART = 48
    MAX_PORT = 65535
    IPV4_BITS = 32
    IPV6_BITS = 128


def plain_items(bytes value not None, bint ports=True, bint in_place=True):
    """Return the items of a value as (negated, family, address, mask, port); None if one isn't plain.  For tests."""
    cdef AddressRules rules = AddressRules()
    cdef ItemRules release
    cdef bint positive = False
    cdef int plain
    release.ports = ports
    release.in_place = in_place
    plain = read_items(PyBytes_AS_STRING(value), <uint32_t>PyBytes_GET_SIZE(value), &release, 0, &positive, rules)
    if plain <= 0:
        raise_for(plain)
        return None
    _, families, addresses, masks, found_ports, negated = rules.lists()
    return list(zip(negated, families, addresses, masks, found_ports))


cdef int read_items(const char *text, uint32_t length, const ItemRules *release, uint32_t owner, bint *positive,
                    AddressRules rules) noexcept nogil:
    cdef const char *end = text + length
    cdef const char *comma
    cdef const char *last
    cdef Rule rule
    cdef int failed
    memset(&rule, 0, sizeof(Rule))
    rule.rank = owner
    while text < end:
        comma = <const char *>memchr(text, c",", <size_t>(end - text))
        if comma == NULL:
            comma = end
        last = comma
        while text < last and <uint8_t>text[0] < FIRST_VISIBLE:
            text += 1
        while text < last and <uint8_t>(last - 1)[0] < FIRST_VISIBLE:
            last -= 1
        if text < last:
            if not read_item(text, last, release, &rule):
                return 0
            if not rule.negated:
                positive[0] = True
            elif not positive[0]:
                return 0
            failed = rules.put(&rule)
            if failed < 0:
                return failed
        text = comma + 1 if comma < end else end
    return 1


cdef bint read_item(const char *text, const char *end, const ItemRules *release, Rule *rule) noexcept nogil:
    """Read one item, which isn't empty; all of ``rule`` but the owner is set."""
    cdef const char *slash = <const char *>memchr(text, c"/", <size_t>(end - text))
    rule.negated = text[0] == c"!"
    text += rule.negated
    if slash == NULL:
        if rule.negated or not release.in_place:
            return False
        slash = end
    if not read_address(text, slash, rule) or (rule.port != 0 and not release.ports):
        return False
    if slash == end:
        rule.mask_high = ~<uint64_t>0 if rule.family == 6 else 0
        rule.mask_low = ~<uint64_t>0 if rule.family == 6 else <uint64_t>0xFFFFFFFF
        # 2001:db8::1:5060, which people write for a port.
        return rule.family == 4 or text[0] == c"[" or not ends_in_port(text, end)
    return read_mask(slash + 1, end, rule) and ((rule.high & ~rule.mask_high) | (rule.low & ~rule.mask_low)) == 0


cdef bint read_address(const char *text, const char *end, Rule *rule) noexcept nogil:
    """Read an address, perhaps with a port."""
    cdef const char *after = end
    cdef const char *colon
    cdef uint32_t quad = 0
    rule.high = 0
    rule.port = 0
    if end - text > LONGEST_PART or text == end:
        return False
    if text[0] == c"[":
        text += 1
        after = <const char *>memchr(text, c"]", <size_t>(end - text))
        if after == NULL:
            return False
        return read_groups(text, after, rule) and (after + 1 == end or read_port(after + 1, end, rule))
    colon = <const char *>memchr(text, c":", <size_t>(end - text))
    if colon == NULL or memchr(colon + 1, c":", <size_t>(end - colon - 1)) == NULL:
        if colon != NULL:
            after = colon
        if not parse_quad(text, <size_t>(after - text), &quad):
            return False
        rule.family = 4
        rule.low = quad
        return colon == NULL or read_port(colon, end, rule)
    return read_groups(text, end, rule)


cdef bint read_groups(const char *text, const char *end, Rule *rule) noexcept nogil:
    """Read an IPv6 address that isn't IPv4-mapped and has no dotted tail."""
    rule.family = 6
    return memchr(text, c".", <size_t>(end - text)) == NULL and \
        parse_groups(text, <size_t>(end - text), &rule.high, &rule.low) and \
        not (rule.high == 0 and rule.low >> 32 == 0xFFFF)


cdef bint read_port(const char *text, const char *end, Rule *rule) noexcept nogil:
    """Read ``:5060``."""
    cdef uint32_t number = 0
    if text[0] != c":" or not read_number(text + 1, end, MAX_PORT, &number) or number == 0:
        return False
    rule.port = <uint16_t>number
    return True


cdef bint ends_in_port(const char *text, const char *end) noexcept nogil:
    return end - text > 5 and (
        memcmp(end - 5, b":5060", 5) == 0 or memcmp(end - 5, b":5061", 5) == 0 or memcmp(end - 5, b":5080", 5) == 0)


cdef bint read_mask(const char *text, const char *end, Rule *rule) noexcept nogil:
    cdef uint32_t bits = 0
    cdef uint32_t quad = 0
    if rule.family == 4 and end - text > 3:
        if not parse_quad(text, <size_t>(end - text), &quad):
            return False
        if quad == <uint32_t>0xFFFFFFFF or (~quad & (~quad + 1)) != 0:
            return False
        rule.mask_high = 0
        rule.mask_low = quad
        return True
    if not read_number(text, end, IPV4_BITS if rule.family == 4 else IPV6_BITS, &bits):
        return False
    if rule.family == 4:
        rule.mask_high = 0
        rule.mask_low = ones(bits) >> 32
    else:
        rule.mask_high = ones(bits)
        rule.mask_low = ones(bits - 64) if bits > 64 else 0
    return True


cdef inline uint64_t ones(uint32_t bits) noexcept nogil:
    """A number of 64 bits of which the first ones are set."""
    return 0 if bits == 0 else ~<uint64_t>0 if bits >= 64 else ~(~<uint64_t>0 >> bits)


cdef bint read_number(const char *text, const char *end, uint32_t largest, uint32_t *number) noexcept nogil:
    """Read a decimal number without leading zeros."""
    cdef uint32_t digit
    if text == end or end - text > 5 or (text[0] == c"0" and end - text > 1):
        return False
    number[0] = 0
    while text < end:
        digit = <uint32_t><uint8_t>text[0] - 48
        if digit > 9:
            return False
        number[0] = number[0] * 10 + digit
        text += 1
    return number[0] <= largest
