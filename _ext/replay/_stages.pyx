"""The stages that Asterisk puts around the identification of a request, in their order, and what they remember.

Knows scanned messages, access lists and what is alive; not of files, directions or Python.  The outcomes are described
in ``identify.simulation.outcomes``.

Facts
- All were observed on a running Asterisk.
- The order: ``type=acl``, the filter (416, 400), live transactions, live dialogs, 481 for other BYE and CANCEL, the
  identification, the endpoint's ACL, 481 for a To tag of no live dialog.
- An INVITE is repeated, and a CANCEL belongs to it, by branch, Call-ID and From tag, whatever their source.
- A dialog is live by Call-ID, To tag and From tag, whatever the source or the From user.
- An unidentified request is reported as a security event.  With ``auth_username`` in the order they are counted per
  source address instead: the first makes an entry, each further one is reported if the count is reached and the first
  one isn't older than the period.  Any request of
  that address that is identified removes the entry; so does the prune task when it is older than four periods.

What wasn't observed but decided:

- Requests that are answered 401 make no transaction: servers challenge statelessly (RFC 3261 26.3.2.4).
- Of a request whose answer depends on something unknown, also on an access list or the address of a name in a Contact,
  nothing is known that comes after that.  Nor is
  anything known of what belongs to its transaction or dialog, until an answer of Asterisk's shows that there is one.
- How long transactions live is RFC 3261's: 32 s (64*T1), an INVITE without final answer 180 s (Timer C); over streams
  only INVITE has one that matters, for nothing is repeated there.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free

from identify._compiled._access cimport Access, is_refused
from identify._compiled._decide cimport decide, decide_from, line_token
from identify._compiled._doubt cimport doubt_of, may_be_minted
from identify._compiled._header_names cimport AUTHORIZATION
from identify._compiled._recent cimport (
    Fingerprint, Key, RecentSlot, recent_begin, recent_end, recent_find, recent_put, recent_remove, recent_turn,
    sip_add, sip_add_number, sip_begin, sip_end,
)
from identify._compiled._screening cimport (
    SCREENING_400_CONTACT, SCREENING_416_CONTACT, SCREENING_416_REQUEST_URI, screen,
)
from identify._compiled._text cimport Span, decoded, same_name
from identify._compiled._transaction cimport (
    METHOD_ACK, METHOD_BYE, METHOD_CANCEL, METHOD_INFO, METHOD_INVITE, METHOD_OPTIONS, METHOD_OTHER, METHOD_PRACK,
    METHOD_REFER, METHOD_REGISTER, METHOD_SUBSCRIBE, METHOD_UPDATE, TransactionIds,
)

cdef enum:
    # What fingerprints are of, so that no two sorts are the same.
    OF_DIALOG = 1
    OF_HALF_DIALOG, OF_INVITE, OF_TRANSACTION, OF_SOURCE, OF_TOKEN
    # States of an INVITE.
    INVITE_PENDING = 1
    INVITE_ANSWERED
    REINVITE_PENDING
    # From here on: one whose answer depends on the unknown of the number that is added.
    INVITE_UNDETERMINED
    # Tokens of one generation; a host has as many registrations.
    TOKENS = 1 << 16

cdef int64_t SECOND = 1000000000
# 64*T1: a request isn't repeated after that (RFC 3261 17.1.2.2).
cdef int64_t REPEATED = 32 * SECOND
# Timer C: an INVITE may ring this long (RFC 3261 16.6).
cdef int64_t RINGING = 180 * SECOND
# A dialog without a message for this long is forgotten by the next turn.
cdef int64_t IDLE = 12 * 3600 * SECOND


cdef void core_begin(Core *core, size_t remembered) noexcept nogil:
    """Begin to remember at least ``remembered`` entries of each sort."""
    core.origin = -1
    recent_begin(&core.dialogs, remembered, IDLE)
    recent_begin(&core.invites, remembered, RINGING)
    recent_begin(&core.transactions, remembered, REPEATED)
    recent_begin(&core.sources, remembered, 0)
    recent_begin(&core.tokens, <size_t>TOKENS, 0)


cdef void core_end(Core *core) noexcept nogil:
    """Free what is remembered and the configuration's arrays."""
    recent_end(&core.dialogs)
    recent_end(&core.invites)
    recent_end(&core.transactions)
    recent_end(&core.sources)
    recent_end(&core.tokens)
    free(core.accesses)
    free(core.access_of)
    free(core.auth_flags_of)
    free(core.hits)
    core.accesses = NULL
    core.access_of = NULL
    core.auth_flags_of = NULL
    core.hits = NULL


cdef void core_time(Core *core, int64_t time) noexcept nogil:
    """Say what time it is; to be called before each message."""
    if core.origin < 0:
        core.origin = time
    recent_turn(&core.dialogs, time)
    recent_turn(&core.invites, time)
    recent_turn(&core.transactions, time)


# ---------------------------------------------------------------- fingerprints

cdef inline void start(const Core *core, Fingerprint *f, uint64_t sort) noexcept nogil:
    sip_begin(f, core.keys[0], core.keys[1])
    sip_add_number(f, sort)


cdef inline void add_span(Fingerprint *f, const uint8_t *base, Span span) noexcept nogil:
    sip_add(f, base + span.start, span.end - span.start)
    sip_add_number(f, span.end - span.start)


cdef void dialog_key(const Core *core, const Event *event, Span local, Span remote, Key *key) noexcept nogil:
    cdef Fingerprint f
    start(core, &f, OF_DIALOG)
    add_span(&f, event.message.base, event.ids.call_id)
    add_span(&f, event.message.base, local)
    add_span(&f, event.message.base, remote)
    sip_end(&f, &key.first, &key.second)


cdef void half_key(const Core *core, const Event *event, Span remote, Key *key) noexcept nogil:
    """Of a dialog that the other side begins, before Asterisk's tag is known."""
    cdef Fingerprint f
    start(core, &f, OF_HALF_DIALOG)
    add_span(&f, event.message.base, event.ids.call_id)
    add_span(&f, event.message.base, remote)
    sip_end(&f, &key.first, &key.second)


cdef bint has_cookie(const uint8_t *base, Span branch) noexcept nogil:
    """Does a branch name the transaction all alone (RFC 3261 8.1.1.7)?"""
    cdef Span head
    head.start = branch.start
    head.end = branch.start + 7
    return branch.end - branch.start > 7 and same_name(base, head, "z9hg4bk", 7)


cdef void transaction_key(const Core *core, const Event *event, int method, Key *key) noexcept nogil:
    """Of the request itself, of the INVITE that a CANCEL or ACK belongs to, or of the request of a response."""
    cdef const TransactionIds *ids = event.ids
    cdef const uint8_t *base = event.message.base
    cdef Fingerprint f
    start(core, &f, OF_INVITE if method == METHOD_INVITE else OF_TRANSACTION)
    add_span(&f, base, ids.branch)
    add_span(&f, base, ids.call_id)
    add_span(&f, base, ids.from_tag)
    if method != METHOD_INVITE or not has_cookie(base, ids.branch):
        sip_add_number(&f, ids.sequence)
    if method != METHOD_INVITE:
        sip_add_number(&f, <uint64_t>method)
        if method == METHOD_OTHER:
            add_span(&f, base, ids.method_name)
    sip_end(&f, &key.first, &key.second)


cdef void source_key(const Core *core, const uint8_t *address, Key *key) noexcept nogil:
    cdef Fingerprint f
    start(core, &f, OF_SOURCE)
    sip_add(&f, address, 16)
    sip_end(&f, &key.first, &key.second)


cdef void token_key(const Core *core, const uint8_t *base, Span token, Key *key) noexcept nogil:
    cdef Fingerprint f
    cdef uint8_t c
    start(core, &f, OF_TOKEN)
    while token.start < token.end:
        c = <uint8_t>decoded(base, &token.start, token.end)
        sip_add(&f, &c, 1)
    sip_end(&f, &key.first, &key.second)


cdef inline bint within(const RecentSlot *slot, int64_t time, int64_t lasting) noexcept nogil:
    """Is an entry as young as that?  Times of merged captures may go back."""
    return slot != NULL and -lasting <= time - slot.time <= lasting


# ---------------------------------------------------------------- dialogs

cdef void learn_dialog(Core *core, const Event *event, Span local, Span remote) noexcept nogil:
    cdef Key key
    dialog_key(core, event, local, remote, &key)
    recent_put(&core.dialogs, &key, event.time, 0)


cdef void forget_dialog(Core *core, const Event *event, Span local, Span remote) noexcept nogil:
    cdef Key key
    cdef RecentSlot *slot
    dialog_key(core, event, local, remote, &key)
    slot = recent_find(&core.dialogs, &key)
    if slot != NULL:
        recent_remove(&core.dialogs, slot)
    half_key(core, event, remote, &key)
    slot = recent_find(&core.dialogs, &key)
    if slot != NULL:
        recent_remove(&core.dialogs, slot)


cdef bint is_in_dialog(Core *core, Event *event) noexcept nogil:
    """Does a request that came belong to a live dialog?  ``_stages`` has the rule, ``docs`` what is assumed.

    Sets ``unknown`` where that depends on something unknown.
    """
    cdef const TransactionIds *ids = event.ids
    cdef const RecentSlot *slot
    cdef Key key
    if ids.to_tag.start == ids.to_tag.end:
        return False
    dialog_key(core, event, ids.to_tag, ids.from_tag, &key)
    if recent_find(&core.dialogs, &key) != NULL:
        return True
    if not core.answered:
        # Nothing that Asterisk answers is in the traffic, so what it answered isn't known.
        half_key(core, event, ids.from_tag, &key)
        slot = recent_find(&core.dialogs, &key)
        if slot != NULL and slot.number == 0:
            return True
        if slot != NULL:
            event.unknown = <int32_t>(slot.number - 1)
    if core.assume_dialogs and ids.method != METHOD_REGISTER:
        event.unknown = -1
        learn_dialog(core, event, ids.to_tag, ids.from_tag)
        return True
    return False


cdef bint makes_dialog(int method) noexcept nogil:
    return method == METHOD_INVITE or method == METHOD_SUBSCRIBE or method == METHOD_REFER


cdef bint means_dialog(int method) noexcept nogil:
    """Is there a dialog where such a request is answered 2xx?"""
    return makes_dialog(method) or method == METHOD_UPDATE or method == METHOD_PRACK or method == METHOD_INFO


# ---------------------------------------------------------------- requests that came

cdef bint is_pruned(const Core *core, const RecentSlot *slot, int64_t time) noexcept nogil:
    """Has the prune task, counted from the first message on, run since the entry was too old?"""
    if core.prune_interval <= 0 or time < core.origin:
        return False
    return core.origin + (time - core.origin) // core.prune_interval * core.prune_interval - slot.time > 4 * core.period


cdef void count_unidentified(Core *core, Event *event) noexcept nogil:
    """Say whether a request that nothing identified is reported."""
    cdef Key key
    cdef RecentSlot *slot
    if event.ids.method == METHOD_ACK:
        return
    if not core.counting:
        event.flags |= <uint32_t>FLAG_EVENT
        return
    source_key(core, event.address, &key)
    slot = recent_find(&core.sources, &key)
    if slot == NULL or is_pruned(core, slot, event.time):
        recent_put(&core.sources, &key, event.time, 1)
        return
    slot.number += 1
    if slot.number >= core.least_count and event.time - slot.time < core.period:
        event.flags |= <uint32_t>FLAG_EVENT


cdef void forget_source(Core *core, const Event *event) noexcept nogil:
    cdef Key key
    cdef RecentSlot *slot
    if not (core.sources.now.used or core.sources.before.used):
        return
    source_key(core, event.address, &key)
    slot = recent_find(&core.sources, &key)
    if slot != NULL:
        recent_remove(&core.sources, slot)


cdef bint denies(const Access *access, Event *event) noexcept nogil:
    """Is the source or a Contact denied?  Flags Contacts with names; sets ``unknown`` if that depends on one."""
    cdef bint named = False
    cdef bint refused = is_refused(access, event.message, &event.arrival.source, &named, &event.unknown)
    if named:
        event.flags |= <uint32_t>FLAG_CONTACT_NAME
    return refused


cdef int32_t identify(Core *core, Event *event) noexcept nogil:
    """Ask the learned tokens, for ``line`` is always the first identifier, then the engine.

    Sets ``unknown`` if the answer depends on something unknown.
    """
    cdef Span token
    cdef Key key
    cdef RecentSlot *slot
    cdef int32_t answer
    cdef bint untold = False
    if ((core.tokens.now.used or core.doubt != NULL) and line_token(event.message, &token)
            and token.start < token.end):
        token_key(core, event.message.base, token, &key)
        slot = recent_find(&core.tokens, &key)
        if slot != NULL and slot.number > 0:
            return <int32_t>(slot.number - 1)
        untold = slot == NULL and may_be_minted(event.message, token)
    if core.doubt == NULL:
        return decide(core.compiled, event.message, event.arrival)
    answer = decide_from(core.compiled, event.message, event.arrival, core.doubt.first)
    event.unknown = doubt_of(core.doubt, event.message, event.arrival, answer, untold)
    return answer


cdef int ask(Core *core, Event *event) noexcept nogil:
    """Identify, apply the endpoint's ACL, and return the outcome."""
    cdef int method = event.ids.method
    cdef uint8_t flags
    event.answer = identify(core, event)
    if event.unknown >= 0:
        event.answer = -1
        return UNDETERMINED
    if event.answer < 0:
        count_unidentified(core, event)
    else:
        if core.counting:
            forget_source(core, event)
        if core.access_of[event.answer] >= 0:
            if denies(&core.accesses[core.access_of[event.answer]], event):
                core.hits[event.answer] += 1
                event.flags |= <uint32_t>FLAG_EVENT
                return ENDPOINT_ACL
            if event.unknown >= 0:
                event.answer = -1
                return UNDETERMINED
        core.hits[event.answer] += 1
    if event.ids.to_tag.start < event.ids.to_tag.end and method != METHOD_REGISTER and method != METHOD_ACK:
        return UNKNOWN_DIALOG
    if event.answer < 0:
        return UNIDENTIFIED
    flags = core.auth_flags_of[event.answer]
    if (flags & HAS_AUTH and not event.message.kinds >> AUTHORIZATION & 1 and method != METHOD_ACK
            and not (flags & OPTIONS_WITHOUT_AUTH and method == METHOD_OPTIONS)):
        event.flags |= <uint32_t>FLAG_CHALLENGED
        core.challenged += 1
    return IDENTIFIED


cdef void remember_request(Core *core, const Event *event, const Key *transaction) noexcept nogil:
    """Remember the transaction of a request that was let through, and the dialog that may come of it."""
    cdef const TransactionIds *ids = event.ids
    cdef Key key
    if ids.method == METHOD_INVITE:
        recent_put(&core.invites, transaction, event.time,
                   REINVITE_PENDING if event.outcome == IN_DIALOG else INVITE_PENDING)
    elif ids.method != METHOD_ACK and not event.stream:
        recent_put(&core.transactions, transaction, event.time, 0)
    if (not core.answered and makes_dialog(ids.method) and event.outcome == IDENTIFIED
            and ids.from_tag.start < ids.from_tag.end):
        half_key(core, event, ids.from_tag, &key)
        recent_put(&core.dialogs, &key, event.time, 0)


cdef void remember_undetermined(Core *core, const Event *event, const Key *transaction) noexcept nogil:
    """Remember what may have begun with a request, and what that depends on."""
    cdef const TransactionIds *ids = event.ids
    cdef Key key
    if ids.method == METHOD_INVITE:
        recent_put(&core.invites, transaction, event.time, <uint32_t>INVITE_UNDETERMINED + <uint32_t>event.unknown)
    if not core.answered and makes_dialog(ids.method) and ids.from_tag.start < ids.from_tag.end:
        half_key(core, event, ids.from_tag, &key)
        recent_put(&core.dialogs, &key, event.time, <uint32_t>event.unknown + 1)


cdef bint is_live_invite(const RecentSlot *slot, int64_t time) noexcept nogil:
    return slot != NULL and within(slot, time, REPEATED if slot.number == <uint32_t>INVITE_ANSWERED else RINGING)


cdef bint belongs_to_invite(Core *core, Event *event, const Key *transaction, int outcome) noexcept nogil:
    """Give what belongs to a live INVITE that outcome, or none that is known."""
    cdef const RecentSlot *slot = recent_find(&core.invites, transaction)
    if not is_live_invite(slot, event.time):
        return False
    if slot.number < <uint32_t>INVITE_UNDETERMINED:
        event.outcome = outcome
        return True
    if event.ids.method == METHOD_INVITE:
        # It is asked about again.
        return False
    event.outcome = UNDETERMINED
    event.unknown = <int32_t>(slot.number - <uint32_t>INVITE_UNDETERMINED)
    return True


cdef void receive_request(Core *core, Event *event) noexcept nogil:
    """Take a request that Asterisk received through the stages; sets outcome, answer and flags."""
    cdef int method = event.ids.method
    cdef int screening
    cdef Key transaction
    event.answer = event.unknown = -1
    event.flags = 0
    if denies(&core.everybody, event):
        event.outcome = ACL
        return
    if event.unknown >= 0:
        event.outcome = UNDETERMINED
        if makes_dialog(method):
            transaction_key(core, event, method, &transaction)
            remember_undetermined(core, event, &transaction)
        return
    screening = screen(event.message)
    if SCREENING_416_REQUEST_URI <= screening <= SCREENING_416_CONTACT:
        event.outcome = BAD_SCHEME
        return
    if screening == SCREENING_400_CONTACT:
        event.outcome = MISSING_CONTACT
        return
    transaction_key(core, event, METHOD_INVITE if method == METHOD_ACK or method == METHOD_CANCEL else method,
                    &transaction)
    if method == METHOD_INVITE or method == METHOD_CANCEL:
        if belongs_to_invite(core, event, &transaction, RETRANSMISSION if method == METHOD_INVITE else CANCEL):
            return
    elif method != METHOD_ACK and not event.stream:
        if within(recent_find(&core.transactions, &transaction), event.time, REPEATED):
            event.outcome = RETRANSMISSION
            return
    if is_in_dialog(core, event):
        event.outcome = IN_DIALOG
        remember_request(core, event, &transaction)
        if method == METHOD_BYE:
            forget_dialog(core, event, event.ids.to_tag, event.ids.from_tag)
        return
    if event.unknown >= 0:
        event.outcome = UNDETERMINED
        return
    if method == METHOD_BYE or method == METHOD_CANCEL:
        event.outcome = OUTSIDE_DIALOG
        return
    if method == METHOD_ACK and belongs_to_invite(core, event, &transaction, TRANSACTION_ACK):
        return
    event.outcome = ask(core, event)
    if event.outcome == UNDETERMINED:
        remember_undetermined(core, event, &transaction)
    if event.outcome == IDENTIFIED and not event.flags & <uint32_t>FLAG_CHALLENGED:
        remember_request(core, event, &transaction)


# ---------------------------------------------------------------- other messages

cdef void send_request(Core *core, const Event *event) noexcept nogil:
    """Learn from a request that Asterisk sent: with a To tag it belongs to a dialog, which a BYE ends."""
    cdef const TransactionIds *ids = event.ids
    cdef int method = ids.method
    if ids.to_tag.start == ids.to_tag.end:
        return
    if method == METHOD_BYE:
        forget_dialog(core, event, ids.from_tag, ids.to_tag)
    elif method != METHOD_ACK and method != METHOD_CANCEL and method != METHOD_REGISTER:
        learn_dialog(core, event, ids.from_tag, ids.to_tag)


cdef void take_response(Core *core, const Event *event, bint sent) noexcept nogil:
    """Learn from a response: which dialogs there are, and which transactions are over."""
    cdef const TransactionIds *ids = event.ids
    cdef Span local = ids.to_tag if sent else ids.from_tag
    cdef Span remote = ids.from_tag if sent else ids.to_tag
    cdef Key key
    cdef RecentSlot *slot
    if sent:
        core.answered = True
    if 100 < event.status < 300 and ids.to_tag.start < ids.to_tag.end and means_dialog(ids.method):
        learn_dialog(core, event, local, remote)
    elif event.status >= 300 and ids.method == METHOD_INVITE and sent:
        # A dialog that was established by an early answer; a re-INVITE that fails ends nothing.
        transaction_key(core, event, METHOD_INVITE, &key)
        slot = recent_find(&core.invites, &key)
        if slot != NULL and (slot.number == <uint32_t>INVITE_PENDING or slot.number >= <uint32_t>INVITE_UNDETERMINED):
            forget_dialog(core, event, local, remote)
    if not sent:
        return
    transaction_key(core, event, ids.method, &key)
    if ids.method == METHOD_INVITE:
        slot = recent_find(&core.invites, &key)
        if slot != NULL and event.status == 401:
            recent_remove(&core.invites, slot)
        elif slot != NULL and event.status >= 200:
            slot.number = INVITE_ANSWERED
            slot.time = event.time
    elif event.status == 401:
        slot = recent_find(&core.transactions, &key)
        if slot != NULL:
            recent_remove(&core.transactions, slot)


cdef void learn_token(Core *core, const uint8_t *token, size_t length, int32_t answer) noexcept nogil:
    """Know a registration's token from now on; -1 where its endpoint doesn't exist.  The text is decoded already."""
    cdef Fingerprint f
    cdef Key key
    start(core, &f, OF_TOKEN)
    sip_add(&f, token, length)
    sip_end(&f, &key.first, &key.second)
    recent_put(&core.tokens, &key, 0, <uint32_t>(answer + 1))
