"""What Prometheus asks for: requests, answers, the index, and the process. No question, document or token is named."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, abort, current_app

from bot.access import Scope
from bot.errors import BotError
from bot.jobs import JobState, Stage
from bot.types import Status
from bot.web.bounds import Turns
from bot.web.described import described, sends
from bot.web.exchanges import Exchange
from bot.web.visitors import needs, visitor

if TYPE_CHECKING:
    from prometheus_client import Metric

    from bot.bot import Bot
    from bot.jobs import IndexJob

# Seconds: an answer takes some 0.02 to 0.5, a batch minutes.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)

routes = Blueprint("metrics", __name__)


class Metrics:
    """The counts of one app; any number of threads may add to them."""

    def __init__(self, bot: Bot | None, job: IndexJob | None, turns: Turns) -> None:
        import prometheus_client
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # a time beside each count, that nobody asks for
        self.registry = registry = CollectorRegistry()
        names = ("route", "method", "status")
        self._requests = Counter("wenda_http_requests", "Requests by route", names, registry=registry)
        self._seconds = Histogram(
            "wenda_http_request_duration_seconds", "How long they took", names[:1], registry=registry, buckets=_SECONDS
        )
        self._answers = Counter("wenda_answers", "Answers by how the question ended", ["status"], registry=registry)
        for status in Status:
            self._answers.labels(status.value)  # so that each is there from the start, as 0
        for name, what, count in (
            ("wenda_requests_in_work", "Requests in work", turns.in_work),
            ("wenda_requests_waiting", "Requests that wait for their turn", turns.waiting),
        ):
            Gauge(name, what, registry=registry).set_function(count)
        registry.register(_Index(bot, job))
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)

    def request(self, exchange: Exchange) -> None:
        """Counts a request; one that is refused for want of a turn has the status 429."""
        self._requests.labels(exchange.route, exchange.method, exchange.status).inc()
        self._seconds.labels(exchange.route).observe(exchange.seconds)

    def answer(self, status: Status) -> None:
        """Counts an answer."""
        self._answers.labels(status.value).inc()


class _Index:
    """What the index holds and how indexing is, looked up when it is asked for."""

    def __init__(self, bot: Bot | None, job: IndexJob | None) -> None:
        self._bot, self._job = bot, job

    def collect(self) -> Iterator[Metric]:
        """The metrics; those of an index only where one can be opened."""
        from prometheus_client.core import GaugeMetricFamily

        state = (self._job.state() if self._job else JobState()).state
        job = GaugeMetricFamily("wenda_index_job", "1 at the state that indexing is in", labels=["state"])
        for stage in Stage:
            job.add_metric([stage.value], float(stage is state))
        yield job
        try:
            overview = self._bot.overview() if self._bot else None
        except BotError:
            overview = None
        if overview is None:
            return
        named = GaugeMetricFamily("wenda_index_info", "The generation that answers", labels=["generation"])
        named.add_metric([overview.generation], 1.0)
        yield named
        yield GaugeMetricFamily("wenda_index_documents", "Documents in the index", len(overview.documents))
        yield GaugeMetricFamily("wenda_index_passages", "Passages in the index", overview.passages)
        yield GaugeMetricFamily("wenda_index_age_seconds", "Since it was made", time.time() - overview.built)


def register(app: Flask, made: Metrics) -> None:
    """Adds the route."""
    app.extensions["metrics"] = made
    app.register_blueprint(routes)


def metrics() -> Metrics:
    """The counts of this app."""
    made: Metrics = current_app.extensions["metrics"]
    return made


@routes.get("/metrics")
@needs(Scope.ADMIN)
@described("readMetrics", sends("text/plain", "requests, answers, the index and the process"))
def tell() -> Response:
    """What is counted, in Prometheus's text format."""
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    if visitor().visible is not None:
        abort(403, "the metrics count all sources; this token sees some of them alone")
    return Response(generate_latest(metrics().registry), content_type=CONTENT_TYPE_LATEST)
