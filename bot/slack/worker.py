"""The threads that take what is in the inbox, have it answered, and post the replies."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.slack.desk import Desk
from bot.slack.eyes import Eyes
from bot.slack.inbox import LEASE, OPEN, Inbox
from bot.slack.post import Poster, packed
from bot.slack.replies import reply

if TYPE_CHECKING:
    from slack_sdk import WebClient

log = logging.getLogger(__name__)

ANSWERERS = 2  # threads; with 4 a burst was done in 59 s, not 67, but acknowledged in 120 ms, not 60 (p99, two cores)
POSTERS = 4  # threads; Slack takes some 150 ms for a message
BEAT = LEASE / 5  # seconds between two signs of life
TICK = 0.1  # seconds between two looks at what had to wait, while something does
IDLE = 1.0  # seconds between two looks at the inbox, for what other processes left
PATIENCE = 15.0  # seconds for what is in hand when all ends


class Bell:
    """Wakes threads that wait for work."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rings = 0

    @property
    def rings(self) -> int:
        """How often it has rung."""
        return self._rings

    def ring(self, everybody: bool = False) -> None:
        """Wakes one of those that wait, or everybody."""
        with self._changed:
            self._rings += 1
            if everybody:
                self._changed.notify_all()
            else:
                self._changed.notify()

    def wait(self, heard: int, seconds: float | None = None) -> None:
        """Returns once it has rung since it had rung so often, or after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._rings != heard, seconds)


class Workers:
    """Works off an inbox, in threads of its own, from `start` to `close`."""

    def __init__(self, desk: Desk, inbox: Inbox, client: WebClient) -> None:
        self._desk = desk
        self._inbox = inbox
        self._poster = Poster(inbox, client)
        self._eyes = Eyes(inbox, client)
        self._closing = threading.Event()
        self._questions, self._replies, self._slow, self._heart = Bell(), Bell(), Bell(), Bell()
        work = [
            *[(self._answer, self._questions)] * ANSWERERS,
            *[(self._post, self._replies)] * POSTERS,
            (self._look, self._slow),
        ]
        self._threads = [
            threading.Thread(target=self._run, args=(step, bell), name="slack-worker", daemon=True)
            for step, bell in work
        ]
        self._threads.append(threading.Thread(target=self._live, name="slack-heart", daemon=True))

    def start(self) -> None:
        """Begins, with what was left in the inbox."""
        self._done(self._beat)  # before anything is taken: what a process without a sign of life has, others take
        self._done(self._tell_left)
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Tells that something came into the inbox."""
        self._questions.ring()
        self._replies.ring()
        self._heart.ring()

    def close(self) -> None:
        """Ends when what is in hand is done; what waits stays in the inbox."""
        self._closing.set()
        self._ring_all()
        ends = time.monotonic() + PATIENCE
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, ends - time.monotonic()))

    def _run(self, step: Callable[[], bool], bell: Bell) -> None:
        """Does one kind of work, step by step, and waits for the bell where there is none."""
        while not self._closing.is_set():
            heard = bell.rings
            if not self._done(step) and not self._closing.is_set():
                bell.wait(heard)

    def _answer(self) -> bool:
        entry = self._inbox.take_question()
        if entry is None:
            return False
        try:
            told = reply(self._desk, entry.text, entry.channel, entry.event_id, entry.previous)
            self._inbox.ready(entry, packed(told.message), told.understood)
        except Exception:
            self._inbox.release(entry)
            raise
        self._replies.ring()
        return True

    def _post(self) -> bool:
        entry = self._inbox.take_reply()
        if entry is None:
            return False
        try:
            self._poster.post(entry)
        except Exception:
            self._inbox.release(entry)
            raise
        return True

    def _look(self) -> bool:
        pause = self._eyes.look()
        if pause:
            self._closing.wait(pause)
        return pause is not None

    def _live(self) -> None:
        """Shows that this process lives, and rings for what had to wait: for a pace, or for a process that died."""
        beats = 0.0
        while not self._closing.is_set():
            heard = self._heart.rings
            if time.monotonic() >= beats:
                self._done(self._beat)
                beats = time.monotonic() + BEAT
            busy = self._done(self._inbox.is_busy)
            if busy:
                self._ring_all()
            self._closing.wait(TICK) if busy else self._heart.wait(heard, IDLE)

    def _beat(self) -> bool:
        self._inbox.beat()
        return True

    def _tell_left(self) -> bool:
        counts = self._inbox.counts()
        left = sum(counts[state] for state in OPEN)
        if left:
            log.info("Slack: %d messages wait to be answered", left)
        return bool(left)

    def _done(self, step: Callable[[], bool]) -> bool:
        """What a step gives, or False where it failed, which is logged: the thread goes on."""
        try:
            return step()
        except Exception as error:
            log.error("Slack's inbox failed", exc_info=error)
            return False

    def _ring_all(self) -> None:
        for bell in (self._questions, self._replies, self._slow, self._heart):
            bell.ring(everybody=True)
