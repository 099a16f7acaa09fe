"""What Prometheus may ask about this process."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_MOST_KINDS = 200
_LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 4.5, 10)


class Metrics:
    """Counters and gauges of one process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._messages: dict[tuple[str, str], Counter] = {}
        self.messages = Counter(
            "wenming_messages_total", "Pushes handled, by kind and outcome", ["kind", "outcome"], registry=registry
        )
        self.latency = Histogram(
            "wenming_message_seconds", "From receipt to reply", buckets=_LATENCY, registry=registry
        )
        self.refused = Counter("wenming_refused_total", "Pushes refused at the door", ["reason"], registry=registry)
        self.duplicates = Counter(
            "wenming_duplicates_total", "Retries answered with the stored reply", registry=registry
        )
        self.failures = Counter("wenming_failures_total", "Pushes that the service failed on", registry=registry)
        self.late = Counter("wenming_late_total", "Replies ready after WeChat's patience", registry=registry)
        self.deliveries = Counter(
            "wenming_deliveries_total", "Outgoing rows settled, by lane and state", ["lane", "state"], registry=registry
        )
        self.alerts = Counter(
            "wenming_alerts_total", "Alerts to the duty officer, by kind and end", ["kind", "end"], registry=registry
        )
        self.outbox_rows = Gauge(
            "wenming_outbox_rows", "Outgoing rows that wait, by lane and state", ["lane", "state"], registry=registry
        )
        self.outbox_age = Gauge(
            "wenming_outbox_oldest_seconds", "How long the oldest due row has waited", ["lane"], registry=registry
        )
        self.unanswered = Gauge("wenming_unanswered", "Questions in the unanswered queue", registry=registry)
        self.knowledge_version = Gauge("wenming_knowledge_version", "Version of the index", registry=registry)
        self.knowledge_articles = Gauge("wenming_knowledge_articles", "Articles in the index", registry=registry)
        self.knowledge_seconds = Gauge(
            "wenming_knowledge_build_seconds", "Last rebuild of the index", registry=registry
        )
        self.models = Counter(
            "wenming_models_total",
            "Questions put to the optional models, by model and outcome",
            ["model", "outcome"],
            registry=registry,
        )
        self.quiet = Gauge("wenming_quiet", "1 while the quiet switch is on", registry=registry)

    def count_message(self, kind: str, outcome: str) -> None:
        """Count one push; the children are kept, since looking one up costs more than counting.

        Kinds come from outside: of very many only the first get a label of their own.
        """
        child = self._messages.get((kind, outcome))
        if child is None:
            label = kind if len(self._messages) < _MOST_KINDS else "other"
            child = self._messages[label, outcome] = self.messages.labels(label, outcome)
        child.inc()

    def count_model(self, model: str, outcome: str) -> None:
        """Count what became of a question that an optional model might have helped with."""
        self.models.labels(model, outcome).inc()

    def rebuilt(self, version: int, articles: int, seconds: float) -> None:
        """Note a rebuilt index."""
        self.knowledge_version.set(version)
        self.knowledge_articles.set(articles)
        self.knowledge_seconds.set(seconds)

    def show_outbox(self, counts: Mapping[tuple[str, str], int], ages: Mapping[str, float]) -> None:
        """Replace what is shown of the outbox."""
        self.outbox_rows.clear()
        self.outbox_age.clear()
        for (lane, state), number in counts.items():
            self.outbox_rows.labels(lane, state).set(number)
        for lane, age in ages.items():
            self.outbox_age.labels(lane).set(age)

    def page(self) -> bytes:
        """Return the text page that Prometheus reads."""
        return generate_latest(self._registry)
