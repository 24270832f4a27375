"""Many threads ask while another replaces the engine: every answer is right for the engine that was asked."""

import threading
from array import array

from identify.configuration import Configuration
from identify.engine import Engine

THREADS = 8
REPLACEMENTS = 1000
ADDRESSES = [number << 24 | 0x000001 for number in range(1, 101)]


def engine_of(name, networks):
    """Return an engine whose endpoints begin with a name."""
    text = "[transport]\ntype=transport\nprotocol=udp\nbind=0.0.0.0\n"
    for number in networks:
        text += f"[{name}{number:03}]\ntype=endpoint\n[{name}{number:03}]\ntype=identify\n"
        text += f"endpoint={name}{number:03}\nmatch={number}.0.0.0/8\n"
    return Engine(Configuration.from_files({"pjsip.conf": text}))


def test_replaced_while_asked(message):
    """Eight threads ask in all ways, a ninth swaps two engines a thousand times."""
    first, second = engine_of("first", range(1, 60)), engine_of("second", range(30, 101))
    expected = {
        engine: [f"{name}{number:03}" if number in networks else None for number in range(1, 101)]
        for engine, name, networks in ((first, "first", range(1, 60)), (second, "second", range(30, 101)))
    }
    state = {"engine": first}
    numbers = array("I", ADDRESSES)
    texts = [f"{number}.0.0.1" for number in range(1, 101)]
    wrong, asked = [], []
    ready = threading.Barrier(THREADS + 1)
    done = threading.Event()

    def endpoints(engine, found):
        return [engine.matches[number].endpoint if number >= 0 else None for number in found]

    def ask(way):
        count = 0
        ready.wait()
        while not done.is_set() or count < 3:
            engine = state["engine"]
            if way == 0:
                found = endpoints(engine, engine.identify_sources(numbers))
            elif way == 1:
                found = endpoints(engine, engine.identify_sources(texts, 5060, threads=2))
            elif way == 2:
                found = endpoints(
                    engine, engine.identify_messages([message()] * 100, numbers, 5060, threads=2)
                )
            else:
                matches = [engine.identify_message(message(), text, 5060) for text in texts]
                matches[:50] = [engine.identify_source(text) for text in texts[:50]]
                found = [match and match.endpoint for match in matches]
            if found != expected[engine]:
                wrong.append((way, found))
            count += 1
        asked.append(count)

    threads = [threading.Thread(target=ask, args=(number % 4,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    ready.wait()
    for number in range(REPLACEMENTS):
        state["engine"] = (first, second)[number % 2]
        if number % 10 == 0:
            # Let the others have a turn.
            threading.Event().wait(0.001)
    done.set()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert len(asked) == THREADS
    assert min(asked) >= 3


def test_engine_let_go_while_asked(message):
    """An engine lives as long as a call runs in it, though nobody else refers to it any more."""
    numbers = array("I", ADDRESSES * 2000)
    expected = engine_of("first", range(1, 60)).identify_sources(numbers)
    found = []
    threads = [
        threading.Thread(
            target=lambda: found.append(engine_of("first", range(1, 60)).identify_sources(numbers, threads=2))
        )
        for _ in range(4)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [memoryview(item) for item in found] == [memoryview(expected)] * 4
