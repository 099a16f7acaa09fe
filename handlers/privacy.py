"""What the account keeps about a citizen: showing, handing out and erasing it, and consent to keeping more."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot import texts
from bot.clock import TOWN
from bot.dialogue.turn import Button, Capability, Intent, Turn
from bot.domain import consent, links, personal
from bot.domain.erasure import erase_citizen
from bot.domain.recipients import recipients
from bot.settings import Settings
from bot.wechat.messages import Reply, Text
from bot.wechat.xml import escape_text
from store import consents, security_log
from store.consents import Consent, Decision
from store.personal import Message, Question
from store.security_log import SecurityEvent

_ERASING = "erase"
_MOST_LINES = 100  # of what a citizen wrote, in the chat
_LINE = 100  # characters of each


def act(turn: Turn) -> Reply | None:
    """Show, explain, hand out, ask for consent and take the answer, ask once and erase."""
    confirming = turn.context.confirming
    match turn.intent:
        case Intent.PRIVACY:
            return _show(turn)
        case Intent.PRIVACY_NOTICE:
            return _explain(turn)
        case Intent.EXPORT:
            return _hand_out(turn)
        case Intent.MORE if turn.context.rest and not turn.context.article_id:
            return _go_on(turn)
        case Intent.CONSENT:
            return _ask_consent(turn)
        case Intent.YES | Intent.NO if confirming == consent.ASKING:
            return _take_consent(turn)
        case Intent.WITHDRAW_CONSENT:
            return _withdraw(turn)
        case Intent.CONFIRM_ERASE | Intent.YES if confirming == _ERASING:
            erase_citizen(turn.conn, turn.citizen_id, cause="asked", now=turn.now)
            turn.erased = True
            return Text(texts.erased())
        case Intent.ERASE | Intent.CONFIRM_ERASE:
            turn.context = replace(turn.context, confirming=_ERASING)
            return Text(texts.ask_erase())
    return None


def _explain(turn: Turn) -> Reply:
    settings = turn.town.settings
    told = recipients(settings)
    words = texts.privacy_notice(
        turn.office,
        chat_days=settings.keep_chat_days,
        page=_notice_page(turn),
        models=told.models,
        duty_group=told.duty_group,
    )
    return Text(words)


def _show(turn: Turn) -> Reply:
    summary = personal.summarise(turn.conn, turn.citizen_id)
    counts, settings = summary.counts, turn.town.settings
    data = texts.MyData(
        messages=counts.messages,
        since=_day(counts.since) if counts.since else None,
        media=counts.attachments,
        questions=counts.questions,
        contacts=counts.contacts,
        consent=_consent_words(summary.consent, settings),
        chat_days=settings.keep_chat_days,
        question_days=settings.keep_unanswered_days,
    )
    return Text(texts.my_data(data, page=_send_page(turn), notice=_notice_page(turn)))


def _consent_words(last: Consent | None, settings: Settings) -> str:
    if last is None:
        return texts.never_asked()
    when = _day(last.decided)
    match last.decision:
        case Decision.AGREED:
            in_force = consent.is_in_force(last, settings)
            return texts.has_agreed(when) if in_force else texts.has_agreed_to_older(when)
        case Decision.REFUSED:
            return texts.has_refused(when)
        case Decision.WITHDRAWN:
            return texts.has_withdrawn(when)


def _hand_out(turn: Turn) -> Reply:
    """Give the address of the page, or the words themselves where there is none."""
    page = _send_page(turn)
    if page:
        return Text(texts.my_data_page(page))
    held = personal.gather(turn.conn, turn.town.seal, turn.citizen_id)
    said, questions = (_said(held.rows.messages), _missed(held.rows.questions)) if held else ([], [])
    turn.forget_thread()
    return Text(texts.my_data_in_words(said, questions, turn.office))


def _said(messages: Sequence[Message]) -> list[str]:
    own = [(one.received, one.said) for one in messages if one.said]
    return [_line(when, words) for when, words in own[: -_MOST_LINES - 1 : -1]]


def _missed(questions: Sequence[Question]) -> list[str]:
    return [_line(one.asked, one.question) for one in questions[: -_MOST_LINES - 1 : -1]]


def _line(when: datetime, words: str) -> str:
    return f"{when.astimezone(TOWN):%m-%d %H:%M} {escape_text(words[:_LINE])}"


def _go_on(turn: Turn) -> Reply:
    """Send what is left of a long text of ours, which is no article's."""
    rest = turn.context.rest
    turn.context = replace(turn.context, rest="")
    return Text(rest)


def _ask_consent(turn: Turn) -> Reply:
    last = consents.find_last(turn.conn, turn.citizen_id)
    if last is not None and consent.is_in_force(last, turn.town.settings):
        return Text(texts.agreed_already(_day(last.decided)))
    turn.context = replace(turn.context, confirming=consent.ASKING)
    return Text(consent.notice(turn.town.settings, turn.office))


def _take_consent(turn: Turn) -> Reply:
    agreed = turn.intent is Intent.YES
    decision = Decision.AGREED if agreed else Decision.REFUSED
    consent.record(turn.conn, turn.town.settings, turn.citizen_id, decision=decision, now=turn.now)
    turn.context = replace(turn.context, confirming="")
    return Text(texts.consent_given() if agreed else texts.consent_refused())


def _withdraw(turn: Turn) -> Reply:
    last = consents.find_last(turn.conn, turn.citizen_id)
    if last is None or last.decision is not Decision.AGREED:
        return Text(texts.nothing_to_withdraw())
    consent.record(turn.conn, turn.town.settings, turn.citizen_id, decision=Decision.WITHDRAWN, now=turn.now)
    return Text(texts.consent_withdrawn())


def _send_page(turn: Turn) -> str:
    """Return the address of the citizen's own page, and note that it was given; "" where there are no pages."""
    url, seal = turn.town.settings.public_url, turn.town.seal
    if not url:
        return ""
    who = seal.alias(turn.citizen_id)
    security_log.record(turn.conn, SecurityEvent.LINK_SENT, who=who, now=turn.now)
    return links.my_data(seal, url, turn.citizen_id, now=turn.now)


def _notice_page(turn: Turn) -> str:
    url = turn.town.settings.public_url
    return f"{url}/privacy" if url else ""


def _day(moment: datetime) -> date:
    return moment.astimezone(TOWN).date()


CAPABILITY = Capability("privacy", act, buttons=(Button("mine", texts.BUTTON_MY_DATA, Intent.PRIVACY),))
