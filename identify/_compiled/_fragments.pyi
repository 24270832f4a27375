from typing import final

@final
class Fragments: ...
