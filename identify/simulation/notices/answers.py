"""Requests of which a log has only a notice: what would become of each today, as far as the notice tells.

Knows which parts of such a request aren't known, and asks ``explain`` about every content of them; how notices are
read is in ``identify.traffic.logs.notices``.

Facts

- A notice is about a request that has reached identification, so it has passed what comes before: syntax, the filter,
  transactions and dialogs.  Today's access lists are asked about its source again.
- To isn't known, so neither is whether there is a To tag: that of an unknown dialog would be answered 481.

Strategy

Answers are remembered by what the identifiers compare: the object that covers the source, and the endpoints that the
names of From find.  Where the configuration has unknowns of its own or access lists, they are remembered by source and
From.  Beyond :data:`MOST_WORK` a request is undetermined without a closer look, and counted as ``unlooked``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from identify._compiled._matcher import Matcher
from identify.configuration import Configuration
from identify.errors import MessageError
from identify.explain import question_about
from identify.explanation.named_endpoints import looked_up
from identify.explanation.question import Question
from identify.explanation.undetermined.parts import PARTS
from identify.model import Match, Unknown
from identify.simulation.example import Example, example_of
from identify.simulation.outcomes import Outcome
from identify.simulation.replay_setup import counts_unidentified
from identify.simulation.rows import EVENT, OUTCOMES, SOURCE, AnswerColumns
from identify.traffic.batch import Batch, Direction

__all__ = ["NoticeAnswers"]

#: Work for requests that are asked about one by one, counted in rules that are compared, as an estimate.
MOST_WORK = 20_000_000
WORK_IN_ANY_CASE = 200
#: Answers that are remembered.
MOST_REMEMBERED = 100_000
CODES = {outcome.value: code for code, outcome in enumerate(OUTCOMES)}
UNDETERMINED = CODES[Outcome.UNDETERMINED.value]
REPORTED = (CODES[Outcome.UNIDENTIFIED.value], CODES[Outcome.ENDPOINT_ACL.value])

#: Outcome, answer, and the number of what an undetermined outcome depends on; -1 for none.
Codes = tuple[int, int, int]


class NoticeAnswers:
    """Answers of one configuration, and what was counted of them.

    ``unknowns`` are those of the configuration with their numbers; the parts that notices don't tell follow them.
    """

    def __init__(
        self,
        configuration: Configuration,
        engine: Matcher,
        matches: Sequence[Match],
        unknowns: Sequence[Unknown],
    ) -> None:
        self.unknowns = (*unknowns, *PARTS)
        self.outcomes: Counter[int] = Counter()
        self.hits: Counter[int] = Counter()
        self.unlooked = 0
        self._configuration = configuration
        self._engine = engine
        self._answers = {match: number for number, match in enumerate(matches)}
        self._known: dict[object, Codes] = {}
        self._work = 0
        self._work_of_one = WORK_IN_ANY_CASE + sum(
            map(len, (configuration.tried_identifies, configuration.registrations, configuration.unknowns))
        )
        endpoints = configuration.endpoints.values()
        self._by_source = bool(
            configuration.unknowns
            or configuration.acls
            or any(each.source_access or each.contact_access for each in endpoints)
        )
        self._domains = sorted({each.domain for each in configuration.transports.values()} - {""})
        self._flags = 0 if counts_unidentified(configuration) else EVENT

    def answer(self, batch: Batch, columns: AnswerColumns) -> None:
        """Answer the requests of a batch of which only a notice tells, and count the answers."""
        unknowns = columns.unknowns
        for number, direction in enumerate(batch.directions):
            if direction != Direction.NOTICE:
                continue
            outcome, answer, unknown = self._codes(example_of(batch, number))
            columns.outcomes[number] = outcome
            columns.answers[number] = answer
            if unknowns is not None:
                unknowns[number] = unknown
            columns.flags[number] = (SOURCE if answer >= 0 else 0) | (
                self._flags if outcome in REPORTED else 0
            )
            self.outcomes[outcome] += 1
            if answer >= 0:
                self.hits[answer] += 1

    def _codes(self, example: Example) -> Codes:
        configuration = self._configuration
        try:
            unknowns = (*configuration.unknowns, *PARTS)
            question = question_about(configuration, {}, example.request, unknowns=unknowns)
        except MessageError:
            # This release drops what another one has logged.
            return CODES[Outcome.DROPPED.value], -1, -1
        key = self._key(question)
        found = self._known.get(key)
        if found is not None:
            return found
        if self._work >= MOST_WORK:
            self.unlooked += 1
            return UNDETERMINED, -1, len(self.unknowns) - len(PARTS)
        self._work += self._work_of_one
        explanation = example.explain(configuration, {})
        outcome, answer, unknown = CODES[explanation.outcome], -1, -1
        if outcome == UNDETERMINED:
            unknown = self.unknowns.index(explanation.depends_on[0])
        elif explanation.match is not None and explanation.outcome != Outcome.ACL.value:
            answer = self._answers.get(explanation.match, -1)
        if len(self._known) < MOST_REMEMBERED:
            self._known[key] = outcome, answer, unknown
        return outcome, answer, unknown

    def _key(self, question: Question) -> object:
        """Return what requests with the same answer have in common."""
        request, settings = question.request, self._configuration.settings
        cut = settings.ignore_uri_user_options
        names = [name for by in ("username", "anonymous") for name in looked_up(question, by, cut=cut)]
        if self._by_source:
            return request.source, request.port, tuple(names)
        return self._engine.identify_source(request.source, request.port), tuple(
            tuple(id for id in self._ids(*name) if id in self._configuration.endpoints) for name in names
        )

    def _ids(self, user: str, domain: str) -> list[str]:
        """Return the ids that a name may be looked up as, in an order that is the same for all."""
        alias = self._configuration.domain_aliases.get(domain)
        domains = [domain, *([alias.domain] if alias is not None else [""]), *self._domains]
        return [*(f"{user}@{each}" for each in domains), user]
