"""Requests of which a log has only a notice: what an Asterisk with this configuration would do with them."""

from identify.simulation.notices.answers import NoticeAnswers

__all__ = ["NoticeAnswers"]
