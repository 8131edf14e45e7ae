"""The Socket Mode connection, which needs no address that Slack can reach."""

from __future__ import annotations

import logging
from threading import Event, Thread

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError

log = logging.getLogger(__name__)

LONGEST_WAIT = 60.0  # seconds between two attempts
PING = 2.0  # seconds between two pings; a broken connection came back after 11 s, at the library's 10 s after 59 s
# With these Slack says that trying again is of no use.
_FINAL = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type", "missing_scope"}


class Socket:
    """A connection to Slack: made in the background as soon as Slack can be reached, kept, and closed on demand."""

    def __init__(self, app: App, app_token: str) -> None:
        self._handler = SocketModeHandler(app, app_token, ping_interval=PING)
        self._closing = Event()
        self._thread = Thread(target=self._connect, name="slack-connect", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Whether Slack can send questions now."""
        return bool(self._handler.client.is_connected())

    def close(self) -> None:
        """Ends the connection."""
        self._closing.set()
        self._thread.join(timeout=2)
        self._handler.close()  # type: ignore[no-untyped-call]

    def _connect(self) -> None:
        """Makes the first connection; once there is one, the library mends it by itself."""
        wait = 1.0
        while not self._closing.is_set():
            try:
                self._handler.connect()  # type: ignore[no-untyped-call]
                log.info("Socket Mode: %s", "connected" if self.connected else "not yet connected")
                return
            except SlackApiError as error:
                code = error.response.get("error")
                if code in _FINAL:
                    log.error("Slack refused SLACK_APP_TOKEN (%s); make a new one with connections:write", code)
                    return
                log.warning("Slack not reached (%s); trying again in %.0f s", code, wait)
            except Exception as error:
                log.warning("Slack not reached (%s); trying again in %.0f s", type(error).__name__, wait)
            self._closing.wait(wait)
            wait = min(2 * wait, LONGEST_WAIT)
