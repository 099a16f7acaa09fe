"""What went wrong with WeChat's API and what to do about it: one tree of errors, one table of WeChat's codes.

WeChatError
├── NotPermitted            this kind of account lacks the interface; nothing was sent
├── Unreachable             nothing was sent, or a call that may be repeated got no usable answer: try later
├── UncertainDelivery       a send's answer was lost: WeChat may have delivered it
├── WrongAddress            something else than the expected interface answered; an operator must act
├── MediaUnusable           a file that is too large, of a wrong type, or at an address we don't fetch from
├── BreaksLimit             a message or call that WeChat is known not to take; nothing was sent
└── Refused                 WeChat answered with an errcode
    ├── Busy                WeChat's own trouble: try later
    ├── TooFast             too many calls in a minute: the whole interface waits
    ├── TooSoon             too soon for this citizen or message: it alone waits
    ├── QuotaSpent          the day's or month's calls are used up
    ├── TokenRejected       the access token is wrong or expired
    ├── Misconfigured       an operator must act; every call fails until then
    ├── NotFollowing        the citizen doesn't follow the account, is on its blacklist, or never was
    ├── RefusedByCitizen    the citizen turned such messages off
    ├── WindowClosed        no customer message is allowed to this citizen now
    ├── ContentRefused      this message or call will never be taken
    ├── MediaExpired        the media id is unknown or older than three days
    ├── NoMenu              the account has no custom menu
    ├── LoginUnusable       the code of a page login is wrong, used or too old
    ├── AlreadyAccepted     a repeat of a mass message that WeChat has
    └── UnknownCode         not in the table: permanent, shown to staff
"""

from collections.abc import Iterator, Mapping, Sequence

_LONGEST_MESSAGE = 300


class WeChatError(Exception):
    """Anything that went wrong with a call to WeChat."""


class NotPermitted(WeChatError):
    """The account's kind lacks the interface; nothing was sent."""


class Unreachable(WeChatError):
    """Nothing was sent, or a repeatable call got no usable answer; a later repeat does no harm."""


class UncertainDelivery(WeChatError):
    """A send left us and its answer was lost: WeChat may or may not have delivered it."""


class WrongAddress(WeChatError):
    """Something else than the expected interface answered, and will until an operator acts."""


class MediaUnusable(WeChatError):
    """A file that is too large, of a wrong type, gone, or at an address that we don't fetch from."""


class BreaksLimit(WeChatError, ValueError):
    """A message or call beyond one of WeChat's limits, which the message names; nothing was sent."""


class Refused(WeChatError):
    """WeChat answered with an error code; `advice` says what an operator or the caller should do."""

    def __init__(self, errcode: int, errmsg: str = "", *, advice: str = "") -> None:
        self.errcode = errcode
        self.errmsg = errmsg.replace("\x00", "")[:_LONGEST_MESSAGE]
        self.advice = advice
        super().__init__(f"errcode {errcode}: {advice or 'not in the table'} ({self.errmsg})")


class Busy(Refused):
    """WeChat's own trouble."""


class TooFast(Refused):
    """Too many calls of the interface in a minute."""


class TooSoon(Refused):
    """The last notice to this citizen, or the last try of this message, was a moment ago."""


class QuotaSpent(Refused):
    """The day's or month's calls are used up."""


class TokenRejected(Refused):
    """The access token is wrong or expired."""


class Misconfigured(Refused):
    """Every call fails until an operator acts."""


class NotFollowing(Refused):
    """The citizen can't be written to: not following, blacklisted, or an openid of another account."""


class RefusedByCitizen(Refused):
    """The citizen turned such messages off or used up the permission."""


class WindowClosed(Refused):
    """The citizen's last action is too long ago, or its messages are used up."""


class ContentRefused(Refused):
    """This message or call will never be taken as it is."""


class MediaExpired(Refused):
    """The media id is unknown or older than three days."""


class NoMenu(Refused):
    """The account has no custom menu."""


class LoginUnusable(Refused):
    """The code of a page login is wrong, used or older than five minutes; the browser must be sent round again."""


class AlreadyAccepted(Refused):
    """WeChat has this mass message already, as `msg_id` if it says so."""

    msg_id: int | None = None


class UnknownCode(Refused):
    """A code that isn't in the table."""


# Source: WeChat's table of global return codes and the pages of the single interfaces.
_CODES: Sequence[tuple[Sequence[int], type[Refused], str]] = (
    ((-1,), Busy, "WeChat is busy; it is tried again"),
    ((40001, 40014, 42001), TokenRejected, "the access token is wrong or expired; a new one is fetched once"),
    ((41001,), TokenRejected, "the access token didn't arrive; a new one is fetched once"),
    ((40013,), Misconfigured, "APP_ID is wrong: copy it from mp.weixin.qq.com"),
    ((40125,), Misconfigured, "APP_SECRET is wrong or was reset: set the new one and restart"),
    ((40164, 61004), Misconfigured, "add this server's public address to the IP whitelist on mp.weixin.qq.com"),
    ((48001,), Misconfigured, "the account lacks this interface: check ACCOUNT_KIND and the account's verification"),
    ((48003,), Misconfigured, "an administrator must accept the mass message agreement on mp.weixin.qq.com"),
    ((48004,), Misconfigured, "WeChat has banned this interface: see the notices on mp.weixin.qq.com"),
    ((50002,), Misconfigured, "WeChat has restricted the account: see the notices on mp.weixin.qq.com"),
    ((48006,), QuotaSpent, "the month's ten resets of the call counts are used up"),
    ((40003, 49003), NotFollowing, "the openid doesn't belong to a follower of this account"),
    ((43004, 50005), NotFollowing, "the citizen doesn't follow the account"),
    ((43019,), NotFollowing, "the citizen is on the account's blacklist"),
    ((43101,), RefusedByCitizen, "the citizen refused this notice or used the permission up"),
    ((48002,), RefusedByCitizen, "the citizen turned the account's messages off"),
    ((45015,), WindowClosed, "the citizen's last message is more than 48 hours ago"),
    ((45047,), WindowClosed, "the messages allowed after the citizen's last action are used up"),
    ((45009,), QuotaSpent, "the day's calls of this interface are used up; waits until midnight"),
    ((45028,), QuotaSpent, "no mass message is left"),
    ((45011,), TooFast, "too many calls in a minute; waits a minute"),
    ((43117,), TooSoon, "too many notices to this citizen in a short time"),
    ((45066,), TooSoon, "the same mass message was tried a moment ago; waits a minute"),
    ((45065,), AlreadyAccepted, "WeChat has this mass message already"),
    ((45067,), ContentRefused, "the mass message's clientmsgid is too long"),
    ((45002,), ContentRefused, "the text is too long"),
    ((45008,), ContentRefused, "too many articles"),
    ((47001, 40033), ContentRefused, "WeChat can't read the request"),
    ((47003,), ContentRefused, "a value doesn't fit the template's field, which WeChat's message names"),
    ((40249, 43116, 53500, 53501, 53502, 53600), ContentRefused, "WeChat doesn't allow this content or notice"),
    ((87014,), ContentRefused, "WeChat considers the content risky"),
    ((40036, 40037), ContentRefused, "the template id is wrong or was deleted"),
    ((40032, 40130), ContentRefused, "too few or too many recipients"),
    ((45109,), ContentRefused, "WeChat doesn't support this"),
    ((45080,), WindowClosed, "typing is shown only within 30 seconds of the citizen's message"),
    ((45081,), TooSoon, "typing is being shown already"),
    ((45072,), ContentRefused, "the typing command is none that WeChat knows"),
    ((45026,), ContentRefused, "the account has as many templates as WeChat allows: delete one"),
    ((45029,), ContentRefused, "the account has as many permanent QR codes as WeChat allows"),
    ((40052, 40053), ContentRefused, "the QR code's lifetime or scene isn't allowed"),
    ((45157,), ContentRefused, "the tag's name is taken or isn't allowed"),
    ((45158,), ContentRefused, "the tag's name is too long"),
    ((45056,), ContentRefused, "the account has as many tags as WeChat allows: delete one"),
    ((45057,), ContentRefused, "the tag has more than 100,000 people, so WeChat doesn't delete it"),
    ((45058,), ContentRefused, "the tag is one of WeChat's own"),
    ((45059,), ContentRefused, "the citizen has as many tags as WeChat allows"),
    ((45159,), ContentRefused, "the tag doesn't exist"),
    ((40035,), ContentRefused, "a parameter is wrong, which WeChat's message names"),
    ((40004, 40005), ContentRefused, "WeChat doesn't take files of this type"),
    ((40006, 40009, 40010, 40011, 40012, 45001), ContentRefused, "the file is larger than WeChat allows"),
    ((41005,), ContentRefused, "the file arrived empty"),
    ((45003, 45004, 45110), ContentRefused, "an article's title, digest or author is too long"),
    ((40029, 40163), LoginUnusable, "the page login's code is wrong, used or too old"),
    ((40007,), MediaExpired, "the media id is unknown or older than three days"),
    ((46003,), NoMenu, "the account has no custom menu"),
)


def _flatten() -> Iterator[tuple[int, tuple[type[Refused], str]]]:
    for codes, error, advice in _CODES:
        for code in codes:
            yield code, (error, advice)


CODES: Mapping[int, tuple[type[Refused], str]] = dict(_flatten())


def error_for(errcode: int, errmsg: str, *, msg_id: object = None) -> Refused:
    """Return the error that WeChat's answer means; a code that isn't in the table gives UnknownCode."""
    kind, advice = CODES.get(errcode, (UnknownCode, ""))
    error = kind(errcode, errmsg, advice=advice)
    if isinstance(error, AlreadyAccepted) and isinstance(msg_id, int):
        error.msg_id = msg_id
    return error
