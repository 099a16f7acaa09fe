"""Every sentence that a citizen reads, and the labels of the menu."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
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

DUTY_OFFICER_SEES = "值班的同志也会看到您这条消息。"

# What sensitive messages are called among the staff.
SENSITIVE_KINDS = {
    "self_harm": "轻生、自伤",
    "violence": "暴力、威胁",
    "child_abuse": "孩子受伤害",
    "crowd": "人群聚集",
    "petition": "上访、信访",
    "corruption": "干部作风、腐败线索",
    "danger": "危险求助",
}

_EMERGENCIES = {
    "119": "着火、煤气味、有人被困、落水：打 119",
    "120": "有人受伤、发病、晕倒：打 120",
    "122": "出了车祸：打 122",
    "110": "别的危险、人走丢了：打 110",
}

NONE_OF_THESE = "都不是"
CONFIRM_ERASE = "确认删除"
PERSON_WORD = "人工"

BUTTON_HOW_TO_ASK = "怎么问"
BUTTON_TOPICS = "大家常问"
BUTTON_PERSON = "找人工"
BUTTON_MY_DATA = "我的信息"

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


def answered_later(question: str, answer: str) -> str:
    """Tell the answer to a question that was missed earlier."""
    return f"您之前问的“{question}”，现在有答案了：\n{answer}"


@lru_cache(maxsize=4096)
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


def person_by_phone(office: Office) -> str:
    """How to reach a human being where nobody can write back."""
    call = f"这里没有人工聊天。要找人，请{office.reach()}。有人身危险，马上打 110、119 或 120。"
    return f"{call}\n您也可以先把问题写给我，能答的马上答您。"


def person_is_coming(office: Office) -> str:
    """People are there, and one of them was called."""
    return (
        "已为您转人工。请先打字说说什么事，工作人员来了就在这里回您。\n"
        f"等的时候照样可以问我；不等了，回复“{link('返回', menu_id='back')}”。急事请{office.reach()}。"
    )


def person_comes_later(ticket: str, opens: datetime | None, office: Office, *, write_again: bool) -> str:
    """Nobody is there now; `opens` says when, in the town's time."""
    return (
        f"现在没人值班。您找人的事记下了，编号 {ticket}。{_answer_at(opens, write_again=write_again)}"
        f"请先打字说说什么事。急事请{office.reach()}。"
    )


def person_is_late(ticket: str, opens: datetime | None, office: Office, *, write_again: bool) -> str:
    """Ten minutes have passed; `opens` is None while people are there."""
    when = _answer_at(opens, write_again=write_again) if opens else "有人空下来，马上在这里回您。"
    return f"让您久等了，工作人员这会儿都忙着。您的事记下了，编号 {ticket}。{when}急事请{office.reach()}。"


def _answer_at(opens: datetime | None, *, write_again: bool) -> str:
    if opens is None:
        return "一有人上班，就在这里回您。"
    when = f"{day(opens)} {opens.hour}:{opens.minute:02} 上班"
    if write_again:  # WeChat lets us write for two days after the citizen's last message
        return f"{when}，到时请再发一句话来，工作人员才能回您。"
    return f"{when}，工作人员会在这里回您。"


def person_still_comes(ticket: str) -> str:
    """人工 again, while nobody has come yet."""
    back = link("返回", menu_id="back")
    return f"还在给您找人，编号 {ticket}，您写的他们都能看到。您接着说；不等了，回复“{back}”。"


def passed_on() -> str:
    """The one acknowledgement of what is said while nobody has come yet."""
    return f"收到，工作人员来了就能看到。您接着说；不等了，回复“{link('返回', menu_id='back')}”。"


def person_not_needed() -> str:
    """返回 or 算了, while nobody has come yet."""
    return f"好的，不转人工了。想问什么直接写给我；要找人，再回复“{link(PERSON_WORD, menu_id='person')}”。"


def from_officer(words: str) -> str:
    """Mark words as a person's; `words` are escaped."""
    return f"【工作人员】{words}"


def somebody_else_comes() -> str:
    """The officer left the conversation, and others were called."""
    return "对不起，让您久等了。刚才的工作人员走开了，正在换一位来。等的时候，能答的我先答您。"


def bot_is_back() -> str:
    """The officer has finished."""
    return f"人工这边先到这里，现在由小助手回答您。还要找人，回复“{link(PERSON_WORD, menu_id='person')}”。"


def bot_is_back_before(reply: str) -> str:
    """The same before the next reply, where it couldn't be said by itself."""
    return f"人工那边已经结束，现在由小助手回答您。\n{reply}"


def self_harm(seen: str) -> str:
    """Answer despair: heard, a voice to talk to, help at once; `seen` says that a person reads it, or is empty."""
    return (
        "您说的我听见了，您一定很难受。别一个人扛着：\n"
        "· 想找人说说话，打 12356，那边是专门听人说心事的\n"
        "· 快撑不住了，或者身边有人要做傻事，马上打 110 或 120\n"
        f"手边的药、刀、绳子，先放远一点。{seen}现在就给最信得过的人打个电话，请他来陪着您。"
    )


def violence(seen: str) -> str:
    """Answer beating, threats, assault."""
    return (
        "先顾安全：离开动手的人，到有人的地方去，把门关好。\n"
        "· 马上打 110；不方便出声，把地点和情况发短信到 12110\n"
        "· 有人受伤，打 120\n"
        "· 家里人动手也是违法，想找人商量，打妇联 12338\n"
        f"伤处拍个照，留着有用。{seen}现在就打 110。"
    )


def child_abuse(seen: str) -> str:
    """Answer a child being hurt, told by others or by the child."""
    return (
        "孩子的安全最要紧：\n"
        "· 孩子正在受伤害，马上打 110；受了伤打 120\n"
        "· 听说了、怀疑有，打 12345，或者妇联 12338\n"
        "记下在哪里、什么时候、看见了什么。要是你自己就是孩子：这不是你的错，"
        f"去找老师、邻居或者警察。{seen}现在就打 110，说清地点。"
    )


def crowd(seen: str) -> str:
    """Answer gatherings, blockades, calls to them."""
    return (
        "人多容易出事，先保护好自己：\n"
        "· 有人受伤、打起来、路堵死了，马上打 110，受伤打 120\n"
        "· 离人群远一点，带好老人孩子\n"
        "· 大家有事要反映，打 12345，或者推几个人到区里的信访接待窗口当面说\n"
        f"{seen}说清在哪里、多少人、为了什么事，现在就能打 12345。"
    )


def petition(seen: str) -> str:
    """Say where a petition goes."""
    return (
        "您的事可以这样反映：\n"
        "· 打电话：12345\n"
        "· 上网：搜“国家信访局”，点“网上信访”，在家就能写\n"
        "· 当面：带上身份证和材料，到区里的信访接待窗口\n"
        f"交的时候要个登记编号，以后凭它查办到哪一步了。{seen}现在就可以打 12345 说一遍。"
    )


def corruption(seen: str) -> str:
    """Say where tips on officials go."""
    return (
        "干部收钱、占公家便宜这样的事，由纪检监察部门来查：\n"
        "· 打 12388\n"
        "· 上网：www.12388.gov.cn\n"
        "· 也可以写信，或者当面说；留不留名字都行\n"
        "写清谁、什么时候、什么事；照片、录音自己留好，别发到这里。"
        f"{seen}现在就可以打 12388。"
    )


def danger(numbers: Sequence[str], seen: str) -> str:
    """Say whom to call; `numbers` are those that what was said calls for."""
    lines = "\n".join(f"· {_EMERGENCIES[number]}" for number in numbers or ("110",))
    return (
        f"别等回复，马上打电话：\n{lines}\n"
        "说清在哪里、出了什么事、有没有人受伤；先离开危险的地方，别回头拿东西。"
        f"闻到煤气味，别开灯、别打火。{seen}现在就打。"
    )


def alert(kind: str, *, raised: str, citizen: str, said: str, answered: str, reference: str, is_gone: bool) -> str:
    """Tell the duty officer about a sensitive message; for staff, not for citizens.

    `is_gone`: who wrote it has unfollowed or been erased since.
    """
    gone = "\n\n此人写完就取消了关注或删除了信息，公众号里已经找不到。有生命危险，请马上打 110。" if is_gone else ""
    words = said.replace("<@", "＜@")  # which would call members of the group by name
    return (
        f"【{SENSITIVE_KINDS[kind]}】{raised}\n"
        f"市民 {citizen} 说：\n{words}\n\n"
        f"已自动回复：\n{answered}\n\n"
        f"消息编号 {reference}{gone}"
    )


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


def _page(words: str, url: str) -> str:
    """Return a link to a page."""
    return f'<a href="{url}">{words}</a>'


def day(when: date) -> str:
    """Name a day."""
    return f"{when.month} 月 {when.day} 日"


@dataclass(frozen=True, slots=True, kw_only=True)
class MyData:
    """What is kept about a citizen, counted; `since` is the day of the oldest message."""

    messages: int
    since: date | None
    media: int
    questions: int
    contacts: int
    consent: str  # one of the sentences below
    chat_days: int
    question_days: int


def my_data(data: MyData, *, page: str, notice: str) -> str:
    """Tell what is kept; `page` shows all of it and `notice` explains it, both "" where there are no pages."""
    since = f"，{day(data.since)}起" if data.since else ""
    contacts = f"{data.contacts} 项" if data.contacts else "没有记"
    if page:
        see = f"{_page('看看、导出或删除', page)}（30 分钟内有效，别转给别人）\n"
    else:
        see = f"网页还没开通。想看原话，回复“{link('导出我的信息', menu_id='export')}”。\n"
    why = _page("隐私说明", notice) if notice else link("隐私说明", menu_id="privacy_notice")
    media = f"· 照片、语音、视频 {data.media} 个，也留 {data.chat_days} 天\n" if data.media else ""
    questions = f"· 没答上来的问题 {data.questions} 个，留 {data.question_days} 天\n" if data.questions else ""
    return (
        "我们记着您的这些：\n"
        f"· 聊天 {data.messages} 条{since}，每条留 {data.chat_days} 天\n"
        f"{media}{questions}"
        f"· 姓名、电话：{contacts}；{data.consent}\n"
        "· 您的微信编号，聊到哪一步，发来的位置\n\n"
        f"{see}"
        f"想现在就删，回复“{link('删除我的信息', menu_id='erase')}”；取消关注，也会全部删掉。\n"
        f"为什么记、怎么管：{why}"
    )


def never_asked() -> str:
    """No personal data was ever asked for."""
    return f"还没有请您同意过（{link('看看要同意什么', menu_id='consent')}）"


def has_agreed(when: date) -> str:
    """Consent stands."""
    return f"{day(when)}您同意的（{link('撤回同意', menu_id='withdraw_consent')}）"


def has_agreed_to_older(when: date) -> str:
    """Consent to a notice that has changed since."""
    return f"{day(when)}您同意过，说明后来改了，要用时再问您"


def has_refused(when: date) -> str:
    """Consent was refused."""
    return f"{day(when)}您没有同意"


def has_withdrawn(when: date) -> str:
    """Consent was withdrawn."""
    return f"{day(when)}您撤回了同意"


def my_data_page(page: str) -> str:
    """Give the address of the page for exporting."""
    return f"点这里：{_page('看看和导出我的信息', page)}。30 分钟内有效，别转给别人。过了时间，再回复“导出”就有新的。"


def my_data_in_words(said: Sequence[str], questions: Sequence[str], office: Office) -> str:
    """Return what can be shown in the chat where there is no page; the lines are escaped."""
    words = "\n".join(said) or "没有"
    missed = "\n".join(questions) or "没有"
    return (
        f"网页还没开通，先把原话发给您。\n您写给我们的（新的在前）：\n{words}\n\n没答上来的问题：\n{missed}\n\n"
        f"要完整的一份，请{office.reach()}。想删，回复“{link('删除我的信息', menu_id='erase')}”。"
    )


def privacy_notice(
    office: Office, *, chat_days: int, page: str, models: Sequence[str] = (), duty_group: bool = False
) -> str:
    """Explain in short what is kept, why, and who outside gets what; `page` has it in full, "" without pages."""
    asked = f"为了找答案，问题去掉姓名、电话以后，会交给{'、'.join(models)}的计算机比对。" if models else ""
    alerted = (
        "说到有人有危险、受伤害这类要紧事，原话会马上发到办公室值班的企业微信群，好赶紧找人帮忙。" if duty_group else ""
    )
    full = f"全文：{_page('隐私说明', page)}。" if page else f"想细问，请{office.reach()}。"
    return (
        f"{office.name}用这个号答您的问题。我们记您的微信编号、您写的话、发来的照片语音和位置，只为答您、把事办好，"
        f"留 {chat_days} 天。不卖，也不给无关的人看；手机自动报的位置一概不收。{asked}{alerted}\n{full}\n"
        f"想看、想删，回复“{link('我的信息', menu_id='privacy')}”。"
    )


# Another wording is another version, and is asked about anew (bot/domain/consent.py).
CONSENT = "{name}想记下您的姓名和电话，只用来办您这件事、给您回话，最后一次填写后 {days} 天就删。"


def consent_notice(office: Office, *, days: int, page: str) -> str:
    """Ask before the first personal field: who, why, how long, and where more is said."""
    more = _page("隐私说明", page) if page else link("隐私说明", menu_id="privacy_notice")
    yes, no = link("同意", menu_id="yes"), link("不同意", menu_id="no")
    return (
        f"{CONSENT.format(name=office.name, days=days)}详细的看{more}。\n"
        f"您同意吗？请回复“{yes}”或“{no}”。不同意，照样可以问事情、看活动。"
    )


def consent_given() -> str:
    """After 同意."""
    withdraw = link("撤回同意", menu_id="withdraw_consent")
    return f"好的，记下您同意了。哪天不想了，回复“{withdraw}”，姓名和电话马上删掉。"


def consent_refused() -> str:
    """After 不同意."""
    return "好的，不记您的姓名和电话。问事情、看活动都照常，想问什么直接写给我。"


def consent_withdrawn() -> str:
    """After 撤回同意."""
    return "同意撤回了，您留过的姓名和电话都删掉了。问事情、看活动都照常，想问什么直接写给我。"


def nothing_to_withdraw() -> str:
    """撤回同意 where nothing was agreed to."""
    return f"您现在没有同意过什么，不用撤回。想看我们记着什么，回复“{link('我的信息', menu_id='privacy')}”。"


def agreed_already(when: date) -> str:
    """The notice is asked for after it was agreed to."""
    return f"您{day(when)}已经同意了，不用再答。不想了，回复“{link('撤回同意', menu_id='withdraw_consent')}”。"


def ask_erase() -> str:
    """Ask before erasing."""
    confirm = link(CONFIRM_ERASE, menu_id="confirm_erase")
    return f"删了就找不回来了。真要删除您的全部信息，请回复“{confirm}”；不删，回复“取消”。"


def erased() -> str:
    """After erasing."""
    return "您的信息都删掉了。以后再写消息给我，会当作新朋友，从头记起。"


def failed(reference: str) -> str:
    """The service failed; `reference` is in the log."""
    return f"对不起，系统出了点问题，这条消息没有办成。请过几分钟再发一次；急事请打 12345。（编号 {reference}）"
