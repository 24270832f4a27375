"""A name server on loopback that answers exactly what a test says, and keeps every question.

The zone is the one of the recorded answers: owner name (lower case, no trailing dot) to
``{"A": [...], "AAAA": [...], "SRV": [[priority, weight, port, target], ...], "CNAME": target}``, with ``"rcode"`` for
all types or by type (``NXDOMAIN``, ``SERVFAIL``, ``REFUSED``, ``timeout``: silence) and ``"tc"``: truncated over UDP.
A name that isn't there doesn't exist, or has no data if something exists below it.  Answers that don't fit into a
datagram are truncated in any case; ``compressed=False`` sends names in full.  ``change`` is called with each response
before it is sent, ``garbage`` is sent after the id instead of one.
"""

import selectors
import socket
import struct
import threading

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.renderer
import dns.rrset

from identify.config.hostnames import ResolutionError

__all__ = ["NameServer", "OneByOne", "resolver_configuration"]

#: What a datagram holds where nobody agreed on more.
DATAGRAM = 512
MOST_ALIASES = 16


class NameServer:
    """Answers from a zone, on UDP and TCP of one port; a context manager.

    ``tcp`` is what happens to TCP connections: ``"answer"``, ``"refuse"`` or ``"hang"`` (accepted, never answered).
    ``asked`` has (name as sent, type) of each question over UDP, ``asked_by_tcp`` those over TCP.
    """

    def __init__(
        self, zone, *, tcp="answer", host="127.0.0.1", port=0, compressed=True, garbage=None, change=None
    ):
        self.zone = zone
        self.tcp = tcp
        self.host = host
        self.compressed = compressed
        self.garbage = garbage
        self.change = change
        self.asked = []
        self.asked_by_tcp = []
        self.with_options = 0
        self._udp, self._listener = self._sockets(port)
        self.port = self._udp.getsockname()[1]
        self._held = []
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._wake.send(b"x")
        self._thread.join()
        for one in (self._udp, self._listener, self._wake, self._woken, *self._held):
            if one is not None:
                one.close()

    def _sockets(self, port):
        """Return sockets of both kinds with one port; the listener is missing where TCP is refused."""
        for _ in range(100):
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            udp.bind((self.host, port))
            if self.tcp == "refuse":
                return udp, None
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((self.host, udp.getsockname()[1]))
            except OSError:
                udp.close()
                listener.close()
                continue
            listener.listen(64)
            return udp, listener
        raise OSError("no port is free for both UDP and TCP")

    def _serve(self):
        with selectors.DefaultSelector() as selector:
            for one in (self._udp, self._listener, self._woken):
                if one is not None:
                    selector.register(one, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._woken:
                        return
                    if key.fileobj is self._udp:
                        self._datagram()
                    else:
                        self._connection()

    def _datagram(self):
        data, sender = self._udp.recvfrom(65535)
        answer = self._answer(data, self.asked, truncate=True)
        if answer is not None:
            self._udp.sendto(answer, sender)

    def _connection(self):
        connection, _ = self._listener.accept()
        if self.tcp == "hang":
            self._held.append(connection)
            return
        with connection:
            connection.settimeout(10)
            while True:
                head = _exactly(connection, 2)
                if head is None:
                    return
                data = _exactly(connection, struct.unpack("!H", head)[0])
                answer = self._answer(data, self.asked_by_tcp, truncate=False)
                if answer is None:
                    return
                connection.sendall(struct.pack("!H", len(answer)) + answer)

    def _answer(self, data, log, *, truncate):
        query = dns.message.from_wire(data)
        question = query.question[0]
        log.append((_text(question.name), dns.rdatatype.to_text(question.rdtype)))
        self.with_options += query.edns >= 0
        if self.garbage is not None:
            return data[:2] + self.garbage
        response = dns.message.make_response(query, recursion_available=True)
        rcode, truncated = self._fill(response, question)
        if rcode == "timeout":
            return None
        response.set_rcode(dns.rcode.from_text(rcode))
        if truncate and truncated:
            response.answer = response.answer[:1]
            response.flags |= dns.flags.TC
        if self.change is not None:
            self.change(response)
        wire = self._wire(response)
        if truncate and len(wire) > DATAGRAM:
            response.answer = []
            response.flags |= dns.flags.TC
            wire = self._wire(response)
        return wire

    def _wire(self, response):
        if self.compressed:
            return response.to_wire(max_size=65535)
        # The renderer compresses from a table, which here forgets everything.
        renderer = dns.renderer.Renderer(response.id, response.flags, 65535)
        renderer.compress = _Forgetful()
        for rrset in response.question:
            renderer.add_question(rrset.name, rrset.rdtype, rrset.rdclass)
        for rrset in response.answer:
            renderer.add_rrset(dns.renderer.ANSWER, rrset)
        renderer.write_header()
        return renderer.get_wire()

    def _fill(self, response, question):
        """Add the records of a question and of its aliases; return the response code, and whether TC is wanted."""
        kind = dns.rdatatype.to_text(question.rdtype)
        name, truncated = question.name, False
        for _ in range(MOST_ALIASES):
            entry = self.zone.get(_text(name).lower())
            if entry is None:
                return "NOERROR" if self._exists_below(name) else "NXDOMAIN", truncated
            truncated = truncated or entry.get("tc", False)
            rcode = entry.get("rcode")
            rcode = rcode.get(kind) if isinstance(rcode, dict) else rcode
            if rcode is not None:
                return rcode, truncated
            if "CNAME" in entry:
                target = _name(entry["CNAME"])
                _add(response, name, "CNAME", [target.to_text()])
                name = target
                continue
            values = entry.get(kind, [])
            if kind == "SRV":
                values = [f"{p} {w} {port} {_name(target).to_text()}" for p, w, port, target in values]
            if values:
                _add(response, name, kind, values)
            return "NOERROR", truncated
        return "NOERROR", truncated

    def _exists_below(self, name):
        suffix = "." + _text(name).lower()
        return any(owner.endswith(suffix) for owner in self.zone)


class _Forgetful(dict):
    def __setitem__(self, key, value):
        pass


def resolver_configuration(folder, *, options="", search="", hosts="", servers=("127.0.0.1",), text=None):
    """Write a resolv.conf and a hosts file, and return their paths as arguments of the resolver."""
    lines = [f"nameserver {server}" for server in servers]
    lines += [f"search {search}"] if search else []
    lines += [f"options {options}"] if options else []
    resolv, names = folder / "resolv.conf", folder / "hosts"
    resolv.write_text("\n".join(lines) + "\n" if text is None else text, encoding="utf-8")
    names.write_text(hosts, encoding="utf-8")
    return {"resolv_conf": str(resolv), "hosts": str(names)}


def _add(response, name, kind, values):
    # One record each, so that equal ones are all sent.
    for value in values:
        rdata = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(kind), value)
        if kind == "SRV":
            # Some releases of dnspython compress targets, which changes the case of their letters.
            rdata = dns.rdata.GenericRdata(rdata.rdclass, rdata.rdtype, rdata.to_wire())
        response.answer.append(dns.rrset.from_rdata(name, 300, rdata))


def _name(text):
    return dns.name.from_text(text.rstrip(".").encode() or b".")


def _text(name):
    return b".".join(name.labels).decode("utf-8", "surrogateescape").removesuffix(".")


def _exactly(connection, size):
    data = b""
    while len(data) < size:
        try:
            more = connection.recv(size - len(data))
        except OSError:
            return None
        if not more:
            return None
        data += more
    return data


class OneByOne:
    """A resolver as Asterisk is: asks one query after the other, and each again for each identify that wants it.

    It is a ``SystemResolver`` that can't prepare and forgets what it was told; ``refused`` has the reasons of names
    that failed.
    """

    def __init__(self, resolver):
        self._resolver = resolver
        self.refused = []

    def services(self, name):
        """Return targets."""
        self._resolver.answers.services.clear()
        return self._resolver.services(name)

    def addresses(self, name):
        """Return addresses."""
        self._resolver.answers.addresses.clear()
        try:
            return self._resolver.addresses(name)
        except ResolutionError as error:
            self.refused.append((name, str(error)))
            raise
