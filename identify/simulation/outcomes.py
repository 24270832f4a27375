"""What becomes of a message, by name.

Knows the names and what Asterisk does in each case; ``_stages`` decides which one it is.

Facts
- A request passes these stages, as observed with packets sent to a running Asterisk: access lists of ``type=acl``,
  filter, live transactions, live dialogs, 481 for other BYE and CANCEL, identification, the endpoint's access lists,
  481 for a To tag without a live dialog.  ``docs/explanation/simulation.md`` explains them in this order.
"""

from __future__ import annotations

import enum

__all__ = ["Outcome"]


class Outcome(str, enum.Enum):
    """What becomes of a message; codes in columns are places in this order, as in ``_ext/replay/_stages.pxd``."""

    #: An endpoint was identified, and its access lists let the request through.
    IDENTIFIED = "identified"
    #: No identifier has an endpoint: 401, an ACK is ignored silently.
    UNIDENTIFIED = "unidentified"
    #: Identified or not, but with the To tag of a dialog that isn't live: 481 before any authentication.
    UNKNOWN_DIALOG = "unknown dialog"
    #: An endpoint was identified and its access lists deny it: goes on as if unidentified, 401.
    ENDPOINT_ACL = "endpoint acl"
    #: Belongs to a live dialog: not identified, the dialog's endpoint is kept.
    IN_DIALOG = "in dialog"
    #: Repeats a request whose transaction is live: answered from it, not identified.
    RETRANSMISSION = "retransmission"
    #: The ACK of an INVITE that failed, part of its transaction: not identified.
    TRANSACTION_ACK = "transaction ack"
    #: Cancels an INVITE whose transaction is live: 200, and 487 for the INVITE; not identified.
    CANCEL = "cancel"
    #: A BYE or CANCEL that belongs to nothing: 481, not identified.
    OUTSIDE_DIALOG = "outside dialog"
    #: Denied by an object of type=acl: 403, an ACK silently; not identified.
    ACL = "acl"
    #: A scheme in From, To or Contact that isn't allowed: 416, an ACK silently; not identified.
    BAD_SCHEME = "bad scheme"
    #: INVITE, SUBSCRIBE, REFER, UPDATE or NOTIFY without Contact: 400; not identified.
    MISSING_CONTACT = "missing contact"
    #: PJSIP drops it silently, for a syntax error.
    DROPPED = "dropped"
    #: A response, in whichever direction; responses are never identified.
    RESPONSE = "response"
    #: A request that Asterisk sent.
    SENT = "sent"
    #: Neither to nor from one of Asterisk's sockets.
    FOREIGN = "foreign"
    #: Not SIP at all, such as a keep-alive.
    NOT_SIP = "not sip"
    #: Depends on something of the configuration that isn't known, such as the addresses of a host name: identified as
    #: one endpoint or another, or not at all.
    UNDETERMINED = "undetermined"

    @property
    def is_identification(self) -> bool:
        """Whether the identifiers were asked."""
        return self in _IDENTIFICATIONS

    @property
    def is_request(self) -> bool:
        """Whether it is a request that Asterisk received."""
        return self not in _NO_REQUESTS

    def __str__(self) -> str:
        """Return the name."""
        return self.value


_IDENTIFICATIONS = frozenset(
    {
        Outcome.IDENTIFIED,
        Outcome.UNIDENTIFIED,
        Outcome.UNKNOWN_DIALOG,
        Outcome.ENDPOINT_ACL,
        Outcome.UNDETERMINED,
    }
)
_NO_REQUESTS = frozenset({Outcome.RESPONSE, Outcome.SENT, Outcome.FOREIGN, Outcome.NOT_SIP})
