"""What load balancers and Prometheus see."""

from tests.town import Town


async def test_health_and_readiness(town: Town) -> None:
    assert (await town.get("/healthz"))[0] == 200
    status, words = await town.get("/readyz")
    assert (status, '"ready"' in words) == (200, True)
    await town.command("quiet_on", reason="演练")
    assert '"quiet"' in (await town.get("/readyz"))[1]
    assert "wenming_quiet 1.0" in (await town.get("/metrics"))[1]


async def test_metrics_tell_messages_queues_and_index(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("大扫除哪天搞")
    await citizen.does("sends_photo")
    await citizen.says("qwertyuiop")
    async with town.session.post(town.callback, data=b"<xml/>") as answer:
        assert answer.status == 403
    await town.until("SELECT count(*) FROM outbox WHERE state = 'sent'")
    page = (await town.get("/metrics"))[1]
    assert 'wenming_messages_total{kind="text",outcome="answered"} 2.0' in page
    assert 'wenming_messages_total{kind="event:subscribe",outcome="answered"} 1.0' in page
    assert 'wenming_refused_total{reason="forged"} 1.0' in page
    assert 'wenming_deliveries_total{lane="media",state="sent"} 1.0' in page
    assert "wenming_unanswered 1.0" in page
    assert "wenming_knowledge_articles" in page
