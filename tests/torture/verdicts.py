"""What must hold in the end, message by message and citizen by citizen; each sentence returned is a violation."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bot.sandbox.citizens import Citizen
from bot.sandbox.world import World
from tests.torture.ledger import OPEN_STATES, Attachment, Delivery, Ledger
from tests.torture.messages import Sent


def judge(
    world: World, sent: Sequence[Sent], ledger: Ledger, words: Mapping[str, Sequence[str]], excused: frozenset[int]
) -> list[str]:
    """Return every violation; `excused` are deliveries whose attempt was under way when the service was killed."""
    by_citizen: dict[str, list[Sent]] = {}
    for one in sent:
        by_citizen.setdefault(one.citizen.openid, []).append(one)
    found = [*_judge_books(sent, ledger), *_judge_outbox(sent, ledger, excused)]
    for one in sent:
        found += [f"{one.kind} {one.key.hex()[:8]}: {fault}" for fault in _judge_one(world, one, ledger, words)]
    for openid, own in by_citizen.items():
        found += [f"citizen {openid[:6]}: {fault}" for fault in _judge_citizen(own[0].citizen, own, ledger, words)]
    return found


def _has_left(citizen: Citizen) -> bool:
    return not citizen.followed


def _judge_books(sent: Sequence[Sent], ledger: Ledger) -> Iterator[str]:
    leavers = len({one.citizen.openid for one in sent if _has_left(one.citizen)})
    stayers = len({one.citizen.openid for one in sent}) - leavers
    counts = {
        "inbox rows": (sum(ledger.handled.values()), len(sent)),
        "unanswered questions": (sum(ledger.questions.values()), _count(sent, "unanswered")),
        "attachments": (len(ledger.attachments), _count(sent, "attachment")),
        "citizens": (sum(ledger.enrolled.values()) - ledger.enrolled.get(None, 0), stayers),
        "erased citizens": (ledger.enrolled.get(None, 0), leavers),
        "erasures": (ledger.erasures, leavers),
        "dialogues": (len(ledger.revisions), stayers),
    }
    for name, (there, expected) in counts.items():
        if there != expected:
            yield f"{there} {name} instead of {expected}"
    yield from (f"a message failed: {error}" for error in ledger.failures)
    if ledger.integrity != "ok":
        yield f"integrity_check says {ledger.integrity}"


def _count(sent: Sequence[Sent], effect: str) -> int:
    return sum(one.effect == effect for one in sent)


def _judge_outbox(sent: Sequence[Sent], ledger: Ledger, excused: frozenset[int]) -> Iterator[str]:
    fetches = sum(delivery.lane == "media" for delivery in ledger.deliveries)
    if fetches != _count(sent, "attachment"):
        yield f"{fetches} fetches instead of {_count(sent, 'attachment')}"
    for delivery in ledger.deliveries:
        name = f"delivery {delivery.id} ({delivery.lane})"
        if delivery.state in OPEN_STATES:
            yield f"{name} is still {delivery.state}"
        elif delivery.state in ("refused", "expired"):
            yield f"{name} was {delivery.state}: {delivery.error}"
        elif delivery.state == "uncertain" and delivery.id not in excused:
            yield f"{name} is uncertain without cause: {delivery.error}"


def _judge_one(world: World, one: Sent, ledger: Ledger, words: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if ledger.handled.get(one.key, 0) != 1:
        yield f"{ledger.handled.get(one.key, 0)} inbox rows"
    said = set(words.get(one.parcel.text, ()))
    if len(said) > 1:
        yield f"its retries were answered differently: {said}"
    if any(one.words not in each or bool(each) != bool(one.words) for each in said):
        yield f"wrong words: {said} without {one.words!r}"
    if one.effect == "unanswered":
        yield from _judge_question(one, ledger)
    if one.effect == "attachment":
        yield from _judge_photo(world, one, ledger)


def _judge_question(one: Sent, ledger: Ledger) -> Iterator[str]:
    expected = 0 if _has_left(one.citizen) else 1
    if ledger.questions.get(one.mark, 0) != expected:
        yield f"{ledger.questions.get(one.mark, 0)} unanswered rows instead of {expected}"


def _judge_photo(world: World, one: Sent, ledger: Ledger) -> Iterator[str]:
    own = [delivery for delivery in ledger.deliveries if delivery.media_id == one.mark]
    if _has_left(one.citizen):
        if own:
            yield "its address stands in the outbox after the citizen has left"
        return
    if len(own) != 1:
        yield f"{len(own)} outbox rows"
        return
    attachment = ledger.attachments.get(own[0].attachment_id)
    yield from _judge_kept(world, one, own[0], attachment)


def _judge_kept(world: World, one: Sent, delivery: Delivery, attachment: Attachment | None) -> Iterator[str]:
    medium = world.media.find(one.mark)
    assert medium is not None
    if delivery.state != "sent":
        yield f"its fetch is {delivery.state}"
    if attachment is None or attachment.state != "kept":
        yield f"its attachment is {attachment.state if attachment else 'missing'}"
    elif attachment.sha256 != hashlib.sha256(medium.content).hexdigest():
        yield "another file is kept for it"


def _judge_citizen(
    citizen: Citizen, own: Sequence[Sent], ledger: Ledger, words: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    expected = 0 if _has_left(citizen) else 1
    if ledger.enrolled.get(citizen.openid, 0) != expected:
        yield f"enrolled {ledger.enrolled.get(citizen.openid, 0)} times"
    if expected and ledger.revisions.get(citizen.openid) != len(own):
        yield f"revision {ledger.revisions.get(citizen.openid)} after {len(own)} messages"
    yield from _judge_chat(citizen, own, ledger, words)


def _judge_chat(
    citizen: Citizen, own: Sequence[Sent], ledger: Ledger, words: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Compare the bubbles with what was owed: each once; what is uncertain may have arrived or not."""
    owed, doubtful = Counter[str](), Counter[str]()
    for one in own:
        answers, promise = words.get(one.parcel.text), ledger.promise(one.key)
        if answers:
            owed[answers[0]] += bool(answers[0])
        elif promise is not None:
            (doubtful if promise.state == "uncertain" else owed)[promise.text] += 1
        elif one.words:
            yield f"{one.kind} {one.key.hex()[:8]} was never answered"
    shown = Counter(bubble.text for bubble in citizen.bubbles if bubble.sender == "account")
    for text in (owed - shown).elements():
        yield f"never got: {text[:40]}"
    for text in (shown - owed - doubtful).elements():
        yield f"got once too often: {text[:40]}"


def judge_order(talks: Sequence[Sequence[Sent]], ledger: Ledger) -> list[str]:
    """Return the talks whose messages weren't handled in the order in which they were said."""
    places = {key: place for place, key in enumerate(ledger.handled_in_order)}
    found = []
    for talk in talks:
        order = [places[one.key] for one in talk if one.key in places]
        if order != sorted(order):
            found.append(f"citizen {talk[0].citizen.openid[:6]}: messages handled out of order: {order}")
    return found
