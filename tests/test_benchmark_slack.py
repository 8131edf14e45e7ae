"""The burst that `python -m benchmarks slack` sends is what it says it is."""

from __future__ import annotations

from collections import Counter

from benchmarks.slack import Plan, burst

PLAN = Plan(events=100, rate=100, channels=7, copies=0.3, kills=0, waiting=1)


def test_a_burst_has_as_many_events_copies_and_channels_as_it_was_told() -> None:
    events = [sent.payload["event"] for sent in burst(PLAN, ["有几起？", "有几人？"])]
    assert len(events) == 100
    assert len({(event["channel"], event["ts"]) for event in events}) == 70
    assert len({event["channel"] for event in events}) == 7


def test_a_copy_has_its_events_id_or_is_the_message_under_another() -> None:
    sent = [one.payload for one in burst(PLAN, ["有几起？"])]
    ids = Counter(payload["event_id"] for payload in sent)
    messages = [payload for payload in sent if payload["event"]["type"] == "message"]
    assert sum(count - 1 for count in ids.values()) + len(messages) == 30
    assert 5 < len(messages) < 25
    assert all(payload["event_id"].removesuffix("m") in ids for payload in messages)


def test_a_burst_is_the_same_every_time() -> None:
    first, second = ([one.payload for one in burst(PLAN, ["有几起？"])] for _ in range(2))
    assert first == second
