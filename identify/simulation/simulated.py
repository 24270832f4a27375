"""One configuration in a replay: its engine, compiled replay, line tokens, and what isn't known of it.

A simulation has one, a comparison two over the same traffic.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from identify._compiled._replay import Replayer
from identify._compiled._sockets import Sockets
from identify.configuration import Configuration
from identify.engine import Engine
from identify.simulation.line_tokens import LineTokens
from identify.simulation.notices import NoticeAnswers
from identify.simulation.outcomes import Outcome
from identify.simulation.refusals import Refusals
from identify.simulation.replay_setup import make_replay
from identify.simulation.results.own_sockets import OwnSockets
from identify.simulation.rows import OUTCOMES, AnswerColumns, Rows
from identify.simulation.sockets import FoundSockets, find_sockets
from identify.simulation.undetermined import Undetermined
from identify.strings import encoded
from identify.traffic.batch import Batch, Direction

__all__ = ["SharedReplay", "SimulatedAsterisk"]

SENT = OUTCOMES.index(Outcome.SENT)
FOREIGN = OUTCOMES.index(Outcome.FOREIGN)


class SimulatedAsterisk:
    """A configuration, compiled, with the line tokens that it has learned.

    ``line_tokens`` are the known tokens by registration's id; if None, those of the engine, where one is given.
    """

    def __init__(
        self,
        configuration: Configuration,
        engine: Engine | None,
        line_tokens: Mapping[str, str] | None,
        assume_dialogs: bool,
        remembered: int,
    ) -> None:
        # An engine mints the tokens that it isn't given; no REGISTER has those.
        if line_tokens is None and engine is not None:
            line_tokens = {id: engine.line_tokens[id] for id in engine.told}
        given = dict(line_tokens or {})
        self.configuration = configuration
        self.engine = engine if engine is not None else Engine(configuration, given)
        #: What the numbers of answers mean.
        self.matches = self.engine.matches
        #: What isn't known, by the numbers that rows have.
        self.undetermined = Undetermined(configuration, self.matches, given)
        self.replay = make_replay(
            configuration,
            self.engine,
            doubts=self.undetermined.doubts,
            unknowns=self.undetermined.unknowns,
            assume_dialogs=assume_dialogs,
            remembered=remembered,
        )
        #: Answers to requests of which only a notice tells.
        self.notices = NoticeAnswers(configuration, self.engine, self.matches, self.undetermined.unknowns)
        self._refusals = Refusals(configuration)
        self._answers = {
            match.section: number for number, match in enumerate(self.matches) if match.identifier == "line"
        }
        self.tokens = LineTokens(configuration, given, self._learn)
        for id, token in given.items():
            self._learn(id, token)

    @property
    def outcomes(self) -> list[int]:
        """How many messages had each outcome."""
        return [count + self.notices.outcomes[code] for code, count in enumerate(self.replay.outcomes)]

    @property
    def hits(self) -> list[int]:
        """How often each answer was given."""
        return [count + self.notices.hits[answer] for answer, count in enumerate(self.replay.hits)]

    @property
    def unlooked(self) -> int:
        """How many requests are undetermined because a closer look would have taken too long."""
        return self.undetermined.unlooked + self.notices.unlooked

    def columns(self, batch: Batch) -> AnswerColumns:
        """Return empty columns for what becomes of the messages of a batch."""
        unknowns = bool(self.undetermined.unknowns) or batch.has_notices
        return AnswerColumns.for_messages(len(batch), unknowns=unknowns)

    def rows(self, batch: Batch, columns: AnswerColumns, methods: bytearray) -> Rows:
        """Return what became of the messages of a batch."""
        unknowns = self.notices.unknowns if batch.has_notices else self.undetermined.unknowns
        return Rows(batch, columns, methods, self.matches, unknowns, self._refusals)

    def _learn(self, id: str, token: str) -> None:
        registration = self.configuration.registrations.get(id)
        if registration is not None and registration.line:
            self.replay.learn(encoded(token), self._answers.get(id, -1))
            self.undetermined.learned(id)


class SharedReplay:
    """What takes batches through the replays of one configuration, or of two at once.

    Asterisk's sockets are the ``local`` ones, or those of the first configuration; the first batch shows them.
    """

    def __init__(self, asterisks: Sequence[SimulatedAsterisk], local: Iterable[str]) -> None:
        self._asterisks = tuple(asterisks)
        self._local = tuple(local)
        self._replayer: Replayer | None = None
        self._found: FoundSockets | None = None
        # Whether any message didn't say itself which way it went, and what the first batch with such shows.
        self._asked = False
        self._own = OwnSockets()
        # The batch that was looked at first, while it is one of those whose ends are to be counted.
        self._first: Batch | None = None
        self._counting = True

    def look_at(self, batch: Batch) -> Replayer:
        """Find Asterisk's addresses in a batch, unless they are known; nothing is replayed."""
        if self._replayer is None:
            self._found = find_sockets(self._asterisks[0].configuration, self._local, batch)
            self._replayer = Replayer(self._found.sockets, self._learner(self._found.sockets))
            self._first = batch
            # Parts of a file all look at its first batch, and one of them counts it.
            self._counting = Direction.UNKNOWN not in batch.directions
        return self._replayer

    def run(
        self, batch: Batch, columns: Sequence[AnswerColumns], methods: bytearray, notable: array[int]
    ) -> int:
        """Take a batch through the replays, and return how many messages are listed in ``notable``."""
        replays = tuple(asterisk.replay for asterisk in self._asterisks)
        listed = self.look_at(batch).run(batch, replays, columns, methods, notable)
        if batch.has_notices:
            for asterisk, of_one in zip(self._asterisks, columns, strict=True):
                asterisk.notices.answer(batch, of_one)
        if not self._asked and Direction.UNKNOWN in batch.directions:
            self._asked = True
            if self._counting or batch is self._first:
                self._own.take(batch, columns[0].outcomes, SENT, FOREIGN)
        self._first = None
        return listed

    @property
    def reasons(self) -> dict[str, int]:
        """How many messages were dropped, by reason."""
        return self._replayer.reasons if self._replayer is not None else {}

    @property
    def own_sockets(self) -> OwnSockets:
        """Which addresses were taken for Asterisk's so far."""
        if self._found is None or not self._asked:
            return OwnSockets()
        return OwnSockets(
            basis=self._found.basis,
            binds=self._found.binds,
            addresses=self._found.sockets.addresses,
            ends=Counter(self._own.ends),
            targets=Counter(self._own.targets),
            sent_to=Counter(self._own.sent_to),
        )

    def _learner(self, sockets: Sockets) -> Callable[[Batch, int], None]:
        def learn(batch: Batch, number: int) -> None:
            # A capture shows packets that strangers sent to be taken for Asterisk's.
            if batch.directions[number] == Direction.UNKNOWN and not sockets.sends_out(
                batch.sources, batch.locals, number
            ):
                return
            for asterisk in self._asterisks:
                asterisk.tokens.take(batch, number)

        return learn
