"""What Prometheus reads stays of bounded size, whatever strangers send."""

from bot.metrics import Metrics


def test_kinds_from_outside_make_a_bounded_number_of_series() -> None:
    metrics = Metrics()
    for number in range(1000):
        metrics.count_message(f"event:made_up_{number}", "silent")
    page = metrics.page().decode()
    series = [line for line in page.splitlines() if line.startswith("wenming_messages_total{")]
    assert len(series) == 201
    assert 'wenming_messages_total{kind="other",outcome="silent"} 800.0' in page
