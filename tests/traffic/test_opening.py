"""Opening of traffic: compression and format by content, errors, bounds."""

import bz2
import gzip
import io
import lzma
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logged import Log, messages, request

from identify.errors import TrafficError
from identify.traffic import open_traffic
from identify.traffic.input.stream import FIRST_SLICE, _Layer, open_stream

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESS = {"gzip": gzip.compress, "xz": lzma.compress, "bzip2": bz2.compress, "zstd": zstd.compress}


def _log(count=3):
    log = Log("default")
    for number in range(count):
        log.message(request(number))
    return log.data


def _opened(data, **options):
    with open_traffic(io.BytesIO(data), **options) as reader:
        return [batch.message(number) for batch in reader for number in range(len(batch))], reader


@pytest.mark.parametrize("name", COMPRESS)
def test_compressed_input(name, tmp_path):
    """Compressed files are read directly, whatever their name, and progress counts the compressed bytes."""
    path = tmp_path / "traffic.csv"
    path.write_bytes(COMPRESS[name](_log()))
    with open_traffic(path) as reader:
        assert sum(len(batch) for batch in reader) == 3
        assert (reader.format, reader.name) == ("log", str(path))
        assert reader.position == reader.size == path.stat().st_size
        assert reader.problems == []


@pytest.mark.parametrize("name", COMPRESS)
def test_several_members(name):
    """Members that follow one another are one text, also empty ones; padding is skipped, anything else a problem."""
    whole = _log()
    half = whole.index(b"\n", len(whole) // 2)
    data = COMPRESS[name](whole[:half]) + COMPRESS[name](whole[half:])
    nothing = COMPRESS[name](b"")
    for rest in (b"", bytes(64), bytes(3), nothing, bytes(3) + nothing + nothing + bytes(3)):
        found, reader = _opened(nothing + data + rest)
        assert found == [request(number) for number in range(3)]
        assert reader.problems == []
    for rest in (b"\1", b"some junk that is no member", data[:2]):
        found, reader = _opened(data + rest)
        assert found == [request(number) for number in range(3)]
        assert reader.problems == [f"{name}: something else follows; it isn't read"]


@pytest.mark.parametrize("name", COMPRESS)
def test_nothing_compressed(name):
    """An empty file that was compressed, in one member or several, is an empty file."""
    for count in (1, 2, 3):
        found, reader = _opened(COMPRESS[name](b"") * count)
        assert (found, reader.format, reader.problems) == ([], "empty", ["the file is empty"])


def test_skippable_frames():
    """Frames to be skipped, which parallel compressors write, don't hide what Zstandard they stand before."""
    skipped = b"\x50\x2a\x4d\x18\x04\0\0\0abcd"
    found, reader = _opened(skipped + zstd.compress(_log()) + skipped)
    assert (found, reader.problems) == ([request(number) for number in range(3)], [])


@pytest.mark.parametrize("name", COMPRESS)
def test_small_members_are_copied_once(name):
    """What follows a small member isn't copied with each: members are given little, and more only if they need it."""
    member = COMPRESS[name](b"text\n")
    layer = _Layer(name, "x", member * 2000)
    given = 0
    while layer.left:
        before = layer.left
        assert layer.decompress(100) in (b"text\n", b"")
        given += FIRST_SLICE
        assert before - layer.left <= FIRST_SLICE
    assert given <= 2001 * FIRST_SLICE


@pytest.mark.parametrize(("data", "name"), [(b"\x04\x22\x4d\x18data", "LZ4"), (b"PK\3\4data", "zip")])
def test_unsupported_compression_is_named(data, name):
    """A file that is compressed in a way that isn't read says in which."""
    with pytest.raises(TrafficError, match=f"in the format {name}, which isn't read"):
        open_traffic(io.BytesIO(data))


def test_compressed_twice():
    """A compressed file inside of a compressed one is read."""
    assert _opened(gzip.compress(lzma.compress(_log())))[0] == [request(number) for number in range(3)]


@pytest.mark.parametrize("name", COMPRESS)
@given(data=st.data())
def test_truncated_and_damaged(name, data):
    """Damage in a compressed file is a problem, and messages before it are delivered as they were."""
    numbers = random.Random(1)
    bodies = [numbers.randbytes(300).replace(b"\0", b"") for _ in range(20)]
    log = Log("default")
    for number, body in enumerate(bodies):
        log.message(request(number, "MESSAGE", body))
    whole = [request(number, "MESSAGE", body) for number, body in enumerate(bodies)]
    packed = COMPRESS[name](log.data)
    cut = data.draw(st.integers(64, len(packed) - 1))
    found, reader = _opened(packed[:cut], format="log")
    assert found[:-1] == whole[: max(len(found) - 1, 0)]
    assert len(reader.problems) == 1
    spoiled = bytearray(packed)
    spoiled[cut] ^= 0x55
    _opened(bytes(spoiled), format="log")


@pytest.mark.parametrize("name", COMPRESS)
def test_bombs_are_bounded(name):
    """More than the limit isn't decompressed; what came before is delivered, in little memory."""
    bomb = COMPRESS[name](_log() + bytes(64 << 20))
    found, reader = _opened(bomb, limit=1 << 20)
    assert found == [request(number) for number in range(3)]
    assert reader.problems == ["more than 1048576 decompressed bytes; the rest isn't read"]


def test_bombs_by_expansion():
    """What expands beyond reason isn't read on, without any option."""
    bomb = lzma.compress(_log() + bytes(200 << 20))
    found, reader = _opened(bomb, expansion=100)
    assert found == [request(number) for number in range(3)]
    assert len(reader.problems) == 1
    assert "100 times" in reader.problems[0]


def test_memory_does_not_grow_with_the_input(tmp_path):
    """A compressed log of 200 MB is read in a few tens of MB."""
    program = (
        "import resource, sys\n"
        "from identify.traffic import open_traffic\n"
        "with open_traffic(sys.argv[1]) as reader:\n"
        "    batches = iter(reader)\n"
        "    next(batches)\n"
        "    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    count = sum(len(batch) for batch in batches)\n"
        "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    log = Log("default")
    for number in range(100):
        log.message(request(number))
        log.line("x" * 20_000)
    path = tmp_path / "log.gz"
    data = log.data
    with gzip.open(path, "wb", 1) as file:
        for _ in range(100):
            file.write(data)
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    count, grown = map(int, done.stdout.split())
    assert count > 7000
    assert grown < 30_000


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (b"[Nov 22 19:52:10] Asterisk 20.15.2 built by root @ vm on a x86_64 running Linux\n", "log"),
        (b"[Nov 22 19:52:10] NOTICE[1] loader.c: text, more text\n", "log"),
        (b"Connected to Asterisk 20.15.2 currently running on pbx (pid = 1)\r\n", "log"),
        (b'{"hostname":"","timestamp":"x","identifiers":{},"logmsg":{"message":"text"}}\n', "json-log"),
        (b'\xef\xbb\xbf{"source": "192.0.2.1"}\n', "json-lines"),
        (b'[\n {"source": "192.0.2.1"}]', "json"),
        (b"[]", "json"),
        (b"src_ip,msg\n", "csv"),
        (b'"Source IP";"Raw message"\r\n', "csv"),
        (b"", "empty"),
    ],
)
def test_formats_are_recognised(data, format):
    """The first bytes tell the format."""
    assert _opened(data)[1].format == format


def test_a_log_in_a_cell_is_no_log():
    """A header line of CSV decides, whatever is in the cells."""
    data = b"src,msg\n192.0.2.1," + b'"[Nov 22 19:52:10] NOTICE[1] loader.c: text"\n'
    assert _opened(data)[1].format == "csv"


@pytest.mark.parametrize(
    "data", [b"hello\n", b"\x7fELF\2\1\1", b"a,b\n1,2\n", b"\xff\xfes\0r\0c\0", bytes(4000)]
)
def test_unknown_content(data):
    """Content of no known format is an error that shows how it begins."""
    with pytest.raises(TrafficError) as caught:
        open_traffic(io.BytesIO(data))
    assert caught.value.offset == 0


def test_errors_name_the_file(tmp_path):
    """An unreadable path is an error with the path, and so is a name of a format that there isn't."""
    with pytest.raises(TrafficError, match="No such file") as caught:
        open_traffic(tmp_path / "missing")
    assert caught.value.path == str(tmp_path / "missing")
    with pytest.raises(TrafficError, match="directory"):
        open_traffic(tmp_path)
    with pytest.raises(TrafficError, match="'x' is not a known format"):
        open_traffic(io.BytesIO(b""), format="x")
    with pytest.raises(TrafficError, match="'x' is not a known field"):
        open_traffic(io.BytesIO(b""), columns={"x": "y"})
    with pytest.raises(TrafficError, match="open for bytes"):
        open_traffic(io.StringIO("text"))


def test_standard_input():
    """A dash is standard input, of which the size may be unknown."""
    program = (
        "from identify.traffic import open_traffic\n"
        "with open_traffic('-') as reader:\n"
        "    print(sum(len(batch) for batch in reader), reader.name, reader.size)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=gzip.compress(_log()), capture_output=True, check=True
    )
    assert done.stdout == b"3 - None\n"


def test_a_file_object_stays_open():
    """Closing the reader closes what it opened, not what it was given."""
    file = io.BytesIO(_log())
    with open_traffic(file) as reader:
        assert sum(len(batch) for batch in reader) == 3
    assert not file.closed


def test_a_missing_library_is_named(monkeypatch):
    """Without the library for Zstandard or Parquet the error says what to install."""
    for module in ("backports", "backports.zstd", "compression", "compression.zstd", "pyarrow"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(TrafficError, match=r"sip-identify\[zstd\]"):
        open_traffic(io.BytesIO(b"\x28\xb5\x2f\xfd" + bytes(20)))
    with pytest.raises(TrafficError, match=r"sip-identify\[parquet\]"):
        open_traffic(io.BytesIO(b"PAR1" + bytes(20)))


@given(data=st.binary(max_size=300), sizes=st.lists(st.integers(0, 50), max_size=20))
def test_a_stream_is_its_file(data, sizes):
    """However it is read, a stream delivers the bytes of its file, and looking ahead takes none."""
    for name in (None, *COMPRESS):
        stream = open_stream(io.BytesIO(COMPRESS[name](data) if name else b"x" + data))
        whole = data if name else b"x" + data
        if name and stream.compressions != [name]:
            continue
        parts = []
        for size in sizes:
            assert stream.peek(size) == whole[sum(map(len, parts)) :][:size]
            parts.append(stream.read(size))
        parts.append(stream.read())
        assert b"".join(parts) == whole


@given(st.binary(max_size=400))
def test_any_bytes(data):
    """Any bytes are either read or of no known format, in each form of compression."""
    for form in (data, gzip.compress(data), zstd.compress(data)):
        try:
            messages(form)
        except TrafficError:
            continue
