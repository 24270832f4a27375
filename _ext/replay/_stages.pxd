"""The stages around the identification, for the replay of traffic."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

from identify._compiled._access cimport Access
from identify._compiled._decide cimport Arrival, Compiled
from identify._compiled._doubt cimport Doubt
from identify._compiled._recent cimport Recent
from identify._compiled._parsed cimport Message
from identify._compiled._transaction cimport TransactionIds

# What becomes of a message; in the order of ``identify.simulation.outcomes.Outcome``.
cdef enum Outcome:
    IDENTIFIED = 0
    UNIDENTIFIED, UNKNOWN_DIALOG, ENDPOINT_ACL, IN_DIALOG, RETRANSMISSION, TRANSACTION_ACK, CANCEL, OUTSIDE_DIALOG
    ACL, BAD_SCHEME, MISSING_CONTACT, DROPPED, RESPONSE, SENT, FOREIGN, NOT_SIP, UNDETERMINED
    OUTCOMES

# Bits of what is known besides.
cdef enum Flag:
    # A security event is reported: nothing identified, or an endpoint's ACL.
    FLAG_EVENT = 1
    # The endpoint has an auth, and the request brings no credentials.
    FLAG_CHALLENGED = 2
    # A Contact has a host name, which an ACL would have to resolve.
    FLAG_CONTACT_NAME = 4
    # The source may be new for this answer.
    FLAG_SOURCE = 8

# By answer.
cdef enum AuthFlags:
    HAS_AUTH = 1
    OPTIONS_WITHOUT_AUTH = 2

# What one configuration makes of traffic, and what it remembers of it.
ctypedef struct Core:
    const Compiled *compiled
    # What isn't known of the configuration, NULL where everything is.
    Doubt *doubt
    uint32_t answer_count
    Access everybody
    Access *accesses
    # By answer: index into accesses, -1 for none; bits of AuthFlags; how often it was given.
    int32_t *access_of
    uint8_t *auth_flags_of
    uint64_t *hits
    # auth_username is listed, so unidentified requests are counted before they are reported.
    bint counting
    uint32_t least_count
    int64_t period
    int64_t prune_interval
    bint assume_dialogs
    # A response of Asterisk's was seen, so dialogs are known from their answers.
    bint answered
    # Time of the first message.
    int64_t origin
    uint64_t keys[2]
    Recent dialogs
    Recent invites
    Recent transactions
    Recent sources
    Recent tokens
    uint64_t outcomes[OUTCOMES]
    # Identified requests that are asked for credentials; requests with a Contact whose name an ACL would resolve.
    uint64_t challenged
    uint64_t contact_names

# A message that Asterisk received or sent, and what came of it.
ctypedef struct Event:
    const Message *message
    const TransactionIds *ids
    const Arrival *arrival
    # The source, 16 bytes.
    const uint8_t *address
    bint stream
    int64_t time
    uint32_t status
    # Filled in.
    int outcome
    int32_t answer
    # The number of the unknown that the outcome depends on, -1 for none.
    int32_t unknown
    uint32_t flags

cdef void core_begin(Core *core, size_t remembered) noexcept nogil
cdef void core_end(Core *core) noexcept nogil
cdef void core_time(Core *core, int64_t time) noexcept nogil
cdef void receive_request(Core *core, Event *event) noexcept nogil
cdef void send_request(Core *core, const Event *event) noexcept nogil
cdef void take_response(Core *core, const Event *event, bint sent) noexcept nogil
cdef void learn_token(Core *core, const uint8_t *token, size_t length, int32_t answer) noexcept nogil
