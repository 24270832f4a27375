"""One configuration in a replay: its engine, compiled replay, line tokens, and what isn't known of it.

A simulation has one, a comparison two over the same traffic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from identify._compiled._replay import Replayer
from identify.configuration import Configuration
from identify.engine import Engine
from identify.simulation.line_tokens import LineTokens
from identify.simulation.notices import NoticeAnswers
from identify.simulation.refusals import Refusals
from identify.simulation.replay_setup import make_replay
from identify.simulation.rows import AnswerColumns, Rows
from identify.simulation.sockets import find_sockets
from identify.simulation.undetermined import Undetermined
from identify.strings import encoded
from identify.traffic.batch import Batch, Direction

__all__ = ["SimulatedAsterisk", "make_replayer"]


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


def make_replayer(asterisks: Sequence[SimulatedAsterisk], local: Iterable[str], batch: Batch) -> Replayer:
    """Return a replayer that takes batches through the replays of these; ``batch`` is the first one, only looked at.

    Asterisk's sockets are the ``local`` ones, or those of the first configuration.
    """
    sockets = find_sockets(asterisks[0].configuration, local, batch)

    def learn(batch: Batch, number: int) -> None:
        # A capture shows packets that strangers sent to be taken for Asterisk's.
        if batch.directions[number] == Direction.UNKNOWN and not sockets.sends_out(
            batch.sources, batch.locals, number
        ):
            return
        for asterisk in asterisks:
            asterisk.tokens.take(batch, number)

    return Replayer(sockets, learn)
