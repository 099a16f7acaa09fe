"""Every sentence that a citizen reads, and the labels of the menu."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Office:
    """How citizens reach people."""

    name: str
    phone: str  # "" if the office gives none
    hours: str  # such as 工作日 9:00–17:00, "" if not said

    def reach(self) -> str:
        """Say whom to call."""
        if not self.phone:
            return "打 12345（白天晚上都有人接）"
        hours = f"（{self.hours}）" if self.hours else ""
        return f"打 {self.phone}{hours}，打不通就打 12345"


OFFICE_NAME = "文明城市创建办"  # where the settings give no other

# The bottom menu: groups in order, each with the buttons that capabilities bring.
MENU_GROUPS = {"ask": "我要问", "act": "反映·报名", "mine": "我的·人工"}

EXAMPLES = ("每周五的大扫除怎么参加", "城市书房有什么读书活动", "电动三轮拉客谁来管")

NONE_OF_THESE = "都不是"
CONFIRM_ERASE = "确认删除"
PERSON_WORD = "人工"

BUTTON_HOW_TO_ASK = "怎么问"
BUTTON_TOPICS = "大家常问"
BUTTON_PERSON = "找人工"
BUTTON_MY_DATA = "我的资料"

UNSUPPORTED_BY_WECHAT = "【收到不支持的消息类型"  # WeChat's words for what it doesn't pass on

_SPEAK_AS_TEXT = "请打字告诉我；按住说话时滑到“转文字”，说的话也能变成字。"

ACCEPTED_LATE = "刚才您问的，让您久等了："
QUIET = "系统正在维护，暂时不能回复您。急事请打 12345；有人身危险请打 110、119 或 120。"
STALE_ARTICLE = "这条内容刚刚更新过，请您再问一次。"
LONG_ANSWER_TAIL = "（还没说完，回复“继续”接着看）"
NOTHING_MORE = "刚才的都说完了。还想知道什么，直接写给我就行。"
NOTHING_TO_CANCEL = "好的，没事了。想问什么随时写给我；要看能办什么，回复“菜单”。"
FAREWELL = "好的，再见！有事随时来找我。"
THANKS = "不客气！还有想问的，直接写给我就行。"
OK = "好的。还想问什么，直接写给我就行。"


def link(words: str, *, menu_id: str, says: str = "") -> str:
    """Return a clickable link that sends `says` (or its own words) back as the citizen's message."""
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={quote(says or words)}&msgmenuid={quote(menu_id)}">{words}</a>'


def _examples() -> str:
    return "\n".join(f"· {link(example, menu_id='example')}" for example in EXAMPLES)


def welcome(office: Office) -> str:
    """Greet a new follower: who this is, what to do, how to reach a person."""
    return (
        f"您好，这里是{office.name}的文明小助手。\n"
        f"文明创建的事，直接打字问我，比如：\n{_examples()}\n\n"
        f"要找人，回复“{link(PERSON_WORD, menu_id='person')}”。急事请打 12345。"
    )


def greeting() -> str:
    """Answer a hello."""
    return f"您好！想问什么，直接打字告诉我，比如：\n{_examples()}"


def how_to_ask(office: Office) -> str:
    """Explain the account to someone who is lost."""
    return (
        "不用学，像平时说话那样打字问我就行，比如：\n"
        f"{_examples()}\n\n"
        f"答得不对，回复“{link(NONE_OF_THESE, menu_id='none_of_these')}”；想停下，回复“取消”。"
        f"要找人，{office.reach()}。"
    )


def menu(entries: Sequence[tuple[str, str]], office: Office) -> str:
    """List what this account can do; `entries` are (label, menu id)."""
    lines = "\n".join(f"· {link(label, menu_id=menu_id)}" for label, menu_id in entries)
    return f"我能帮您：\n{lines}\n\n也可以直接打字问。要找人，{office.reach()}。"


def topics(titles: Sequence[tuple[str, str]]) -> str:
    """List common subjects; `titles` are (title, menu id)."""
    lines = "\n".join(f"· {link(title, menu_id=menu_id)}" for title, menu_id in titles)
    return f"大家常问这些，点一下就能看：\n{lines}\n\n没有您要的？直接打字问我。"


def suggestions(titles: Sequence[tuple[str, str]]) -> str:
    """Offer the nearest answers; `titles` are (title, menu id)."""
    lines = "\n".join(f"{number}. {link(title, menu_id=menu_id)}" for number, (title, menu_id) in enumerate(titles, 1))
    none = link(NONE_OF_THESE, menu_id="none_of_these")
    return f"您是不是想问：\n{lines}\n{none}\n\n点一下，或者回复数字。"


def related(titles: Sequence[tuple[str, str]]) -> str:
    """Offer what goes with an answer, under it; `titles` are (title, menu id)."""
    lines = "\n".join(f"· {link(title, menu_id=menu_id)}" for title, menu_id in titles)
    return f"\n\n您可能还想问：\n{lines}"


def also_unknown(question: str, office: Office) -> str:
    """One of several questions has no answer."""
    return f"“{question}”我还答不上来，已经记下了。着急的话，请{office.reach()}。"


def said_already(subject: str, office: Office) -> str:
    """A question goes on from an answer that holds all there is."""
    return f"{subject}的事，我知道的刚才都说了。您要问的已经记下，办公室会补上；着急的话，请{office.reach()}。"


def unknown(office: Office) -> str:
    """Admit that there is no answer."""
    return f"这个我还答不上来。您的问题已经记下，办公室会把答案补上。着急的话，请{office.reach()}。"


def none_fits(office: Office) -> str:
    """After 都不是."""
    kept = "没答对，不好意思。您的问题已经记下，办公室会把答案补上。"
    return f"{kept}可以换个说法再问一次；着急的话，请{office.reach()}。"


def not_understood() -> str:
    """Nothing that can be read: punctuation, emoji."""
    return "没看懂您的意思。想问什么，打几个字告诉我就行。"


def no_choice_open() -> str:
    """A number or 都不是 without an offer."""
    return "现在没有要选的内容。想问什么，直接打字告诉我就行。"


def person(office: Office) -> str:
    """How to reach a human being."""
    return f"要找人，请{office.reach()}。有人身危险，马上打 110、119 或 120。\n您也可以先把问题写给我，能答的马上答您。"


def robot(office: Office) -> str:
    """Answer whether this is a human being."""
    return f"我是自动回复的小助手，不是真人。要跟人说，请{office.reach()}。"


def abuse(office: Office) -> str:
    """Stay decent."""
    return f"没帮上您，对不起。您把事情写给我，我再找一遍；要跟人说，请{office.reach()}。"


def reporting_elsewhere(office: Office) -> str:
    """Reporting a problem isn't open here yet."""
    return f"在这里反映问题还没开通。现在要反映，请{office.reach()}，说清地点和情况，会有部门去办。"


def signup_elsewhere(office: Office) -> str:
    """Sign-up isn't open here yet."""
    example = link("读书活动什么时候有", menu_id="example")
    return f"在这里报名还没开通。想参加活动，先问问我，比如“{example}”；要报名，请{office.reach()}。"


def picture_kept(office: Office) -> str:
    """A picture without context."""
    return f"照片收到了。您想说什么事？打字告诉我。要反映问题，请{office.reach()}。"


def picture_not_kept(office: Office) -> str:
    """A picture that this kind of account can't fetch."""
    return f"我看不了照片。您想说什么事？打字告诉我。要反映问题，请{office.reach()}。"


def voice_kept(office: Office) -> str:
    """A voice message: nobody transcribes it yet."""
    return f"语音收到了，可我还听不懂语音。{_SPEAK_AS_TEXT}不方便的话，请{office.reach()}。"


def voice_not_kept(office: Office) -> str:
    """A voice message that this kind of account can't fetch."""
    return f"我听不了语音。{_SPEAK_AS_TEXT}不方便的话，请{office.reach()}。"


def video_kept(office: Office) -> str:
    """A video without context."""
    return f"视频收到了。您想说什么事？打字告诉我。要反映问题，请{office.reach()}。"


def video_not_kept(office: Office) -> str:
    """A video that this kind of account can't fetch."""
    return f"我看不了视频。您想说什么事？打字告诉我。要反映问题，请{office.reach()}。"


def sticker() -> str:
    """A sticker or another kind that WeChat doesn't pass on."""
    return "表情我看不到，您打字告诉我想问什么就行。"


def shared_link() -> str:
    """An article or page that someone passed on."""
    return "链接收到了，不过我打不开网页。想问里面的什么事，打字告诉我就行。"


def place_kept(label: str, office: Office) -> str:
    """A location without context; `label` is escaped."""
    where = f"“{label}”" if label else "您的位置"
    return f"{where}收到了。想问附近的什么事？打字告诉我。要反映这里的问题，请{office.reach()}。"


def scanned() -> str:
    """A follower scanned the account's code."""
    return f"欢迎回来！想问什么，直接打字告诉我，比如：\n{_examples()}"


def my_data(*, keeps_media: bool, days: int) -> str:
    """What is kept and how to have it erased."""
    media = "照片、语音、视频和位置" if keeps_media else "照片和位置"
    return (
        f"为了答您，我们记着：您的微信编号、您发来的{media}、没答上来的问题、聊到哪一步。消息记录 {days} 天后清掉。"
        "不记您的姓名和电话。\n"
        f"取消关注，就全部删除；想现在就删，回复“{link('删除我的资料', menu_id='erase')}”。"
    )


def ask_erase() -> str:
    """Ask before erasing."""
    confirm = link(CONFIRM_ERASE, menu_id="confirm_erase")
    return f"删了就找不回来了。真要删除您的全部资料，请回复“{confirm}”；不删，回复“取消”。"


def erased() -> str:
    """After erasing."""
    return "您的资料都删掉了。以后再写消息给我，会当作新朋友，从头记起。"


def failed(reference: str) -> str:
    """The service failed; `reference` is in the log."""
    return f"对不起，系统出了点问题，这条消息没有办成。请过几分钟再发一次；急事请打 12345。（编号 {reference}）"
