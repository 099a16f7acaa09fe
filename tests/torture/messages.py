"""What the citizens of the kill test send, and what each message must bring about."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.knowledge.sensitive import starting_watch
from bot.sandbox import actions
from bot.sandbox.citizens import Citizen
from bot.sandbox.messages import Parcel, event, raw_fields
from bot.sandbox.push import Outcome
from bot.sandbox.wire import from_xml
from bot.sandbox.world import World
from store.start import read_articles

ASKED = tuple(
    (sample, article.answer.splitlines()[0])
    for article in read_articles()
    for sample in article.samples
    if starting_watch().find(sample) is None  # whoever is in danger hears something else first
)
_STRIDE = 17  # from one article to the next
RIDDLE = "量子纠缠的数学推导过程"  # no article is anywhere near it


@dataclass(eq=False, slots=True)
class Sent:
    """One message: what it is, the words its reply must hold ("" for silence), and how its pushes ended.

    `effect` names the row that it leaves beside its inbox row: unanswered, attachment, or none.
    """

    citizen: Citizen
    parcel: Parcel
    kind: str
    words: str
    effect: str = ""
    mark: str = ""  # what identifies the effect: the question asked, the photo's media id
    key: bytes = field(init=False)
    outcomes: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = _key_of(self.parcel.text)

    @property
    def is_answered(self) -> bool:
        """Tell whether WeChat got an answer that it takes."""
        return bool(self.outcomes) and self.outcomes[-1].verdict in ("reply", "silent")


Act = Callable[[World, Citizen, int], Sent]


def follow(world: World, citizen: Citizen, _number: int) -> Sent:
    """Follow the account."""
    return Sent(citizen, actions.follow(world, citizen, scene=None, ticket=None), "follow", "文明小助手")


def ask(world: World, citizen: Citizen, number: int) -> Sent:
    """Ask what an article answers."""
    question, answer = ASKED[number * _STRIDE % len(ASKED)]
    return _say(world, citizen, question, answer)


def puzzle(world: World, citizen: Citizen, number: int) -> Sent:
    """Ask what nobody can answer: the office must find the question exactly once."""
    question = f"{RIDDLE}{number}"
    parcel = actions.say(world, citizen, question, menu_id=None)
    return Sent(citizen, parcel, "refused", "答不上来", effect="unanswered", mark=question)


def send_photo(world: World, citizen: Citizen, number: int) -> Sent:
    """Send a photo of its own content, to be fetched and kept once."""
    photo = actions.stored_photo(world, b"\xff\xd8\xff" + f"{citizen.openid} {number}".encode(), "a.jpg")
    parcel = actions.send_medium(world, citizen, "image", medium=photo)
    return Sent(citizen, parcel, "photo", "照片收到了", effect="attachment", mark=photo.id)


def click(world: World, citizen: Citizen, _number: int) -> Sent:
    """Tap 怎么问 in the menu."""
    actions.act(world, citizen)
    return Sent(citizen, event(world, citizen.openid, "CLICK", fields={"EventKey": "help"}), "click", "像平时说话")


def send_riddle_kind(world: World, citizen: Citizen, number: int) -> Sent:
    """Send a kind of message that doesn't exist yet: answered with silence, and remembered all the same."""
    fields = {"MsgType": "hologram", "MsgId": next(world.numbers), "Number": str(number)}
    return Sent(citizen, raw_fields(world, citizen, fields), "unknown kind", "")


def unfollow(world: World, citizen: Citizen, _number: int) -> Sent:
    """Leave, and be erased."""
    return Sent(citizen, actions.unfollow(world, citizen), "unfollow", "")


def _says(text: str, words: str) -> Act:
    def act(world: World, citizen: Citizen, _number: int) -> Sent:
        return _say(world, citizen, text, words)

    return act


def _say(world: World, citizen: Citizen, text: str, words: str) -> Sent:
    return Sent(citizen, actions.say(world, citizen, text, menu_id=None), "text", words)


# All at once, so in any order: each answer is the same whatever came before it.
AT_ONCE: Sequence[Act] = (follow, ask, puzzle, send_photo, click, send_riddle_kind, ask, puzzle)

# One after the other, each when the one before was answered: most answers follow from what was said before.
ONE_BY_ONE: Sequence[Act] = (
    follow,
    puzzle,
    _says("书房", "您是不是想问"),
    _says("1", "书房"),
    _says("1", "现在没有要选的内容"),
    send_photo,
    _says("删除我的资料", "删了就找不回来"),
    _says("取消", "没事了"),
    _says("确认删除", "删了就找不回来"),
    click,
)
LEAVING: Sequence[Act] = (follow, puzzle, send_photo, unfollow)


def _key_of(text: str) -> bytes:
    """Return the key by which the service must recognise a push, from WeChat's rules."""
    fields = from_xml(text)
    head = f"{fields['FromUserName']}"
    if fields["MsgType"] == "event":
        identity = f"evt:{head}:{str(fields['Event']).lower()}:{fields.get('EventKey') or ''}"
    else:
        identity = f"msg:{head}:{fields['MsgId']}"
    second = int(str(fields["CreateTime"]))
    return second.to_bytes(4) + hashlib.blake2b(f"{second}:{identity}".encode(), digest_size=12).digest()
