"""Just enough of a capture's format to read the recorded ones: UDP over Ethernet, nothing that is fragmented."""

import gzip
import struct

from identify.addresses import MAPPED, unpacked
from identify.traffic.batch import Batch

NOT_SIP = {53, 9060}


def udp(path):
    """Return the datagrams of a capture as a batch; neither says which way they went."""
    batch = Batch()
    with gzip.open(path) as file:
        raw = file.read()
    place, frame = 24, 0
    while place < len(raw):
        seconds, micro, length, _ = struct.unpack_from("<IIII", raw, place)
        packet = raw[place + 16 : place + 16 + length]
        place += 16 + length
        frame += 1
        (kind,) = struct.unpack_from("!H", packet, 12)
        if kind == 0x0800 and packet[23] == 17 and not struct.unpack_from("!H", packet, 20)[0] & 0x3FFF:
            start = 14 + (packet[14] & 15) * 4
            source, target = MAPPED + packet[26:30], MAPPED + packet[30:34]
        elif kind == 0x86DD and packet[20] == 17:
            start, source, target = 54, packet[22:38], packet[38:54]
        else:
            continue
        port, local_port, size = struct.unpack_from("!HHH", packet, start)
        if not {port, local_port} & NOT_SIP:
            batch.append(
                packet[start + 8 : start + size],
                frame=frame,
                time=(seconds * 10**6 + micro) * 1000,
                source=unpacked(source),
                port=port,
                local=unpacked(target),
                local_port=local_port,
            )
    return batch
