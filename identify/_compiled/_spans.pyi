from identify._compiled._request import Request

def spans_of(request: Request) -> tuple[object, ...]: ...  # for tests
def usual_end(data: bytes) -> int: ...  # for tests
