"""The usual shapes of header fields, and the index that they are read from."""

def index_of(data: bytes, way: int) -> tuple[int, int, int]: ...  # for tests
