"""What went wrong with WeChat's API and what to do about it: one tree of errors, one table of WeChat's codes.

WeChatError
├── NotPermitted            this kind of account lacks the interface; nothing was sent
├── Unreachable             nothing was sent, or a call that may be repeated got no usable answer: try later
├── UncertainDelivery       a send's answer was lost: WeChat may have delivered it
├── WrongAddress            something else than the expected interface answered; an operator must act
├── MediaUnusable           a download that is too large, of a wrong type, or at an address we don't fetch from
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
    """A download that is too large, of a wrong type, gone, or at an address that we don't fetch from."""


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


class AlreadyAccepted(Refused):
    """WeChat has this mass message already."""


class UnknownCode(Refused):
    """A code that isn't in the table."""


# Source: WeChat's table of global return codes and the pages of the single interfaces.
_CODES: Sequence[tuple[Sequence[int], type[Refused], str]] = (
    ((-1,), Busy, "WeChat is busy; it is tried again"),
    ((40001, 40014, 42001), TokenRejected, "the access token is wrong or expired; a new one is fetched once"),
    ((40013,), Misconfigured, "APP_ID is wrong: copy it from mp.weixin.qq.com"),
    ((40125,), Misconfigured, "APP_SECRET is wrong or was reset: set the new one and restart"),
    ((40164, 61004), Misconfigured, "add this server's public address to the IP whitelist on mp.weixin.qq.com"),
    ((48001,), Misconfigured, "the account lacks this interface: check ACCOUNT_KIND and the account's verification"),
    ((48003,), Misconfigured, "an administrator must accept the mass message agreement on mp.weixin.qq.com"),
    ((48004,), Misconfigured, "WeChat has banned this interface: see the notices on mp.weixin.qq.com"),
    ((50002,), Misconfigured, "WeChat has restricted the account: see the notices on mp.weixin.qq.com"),
    ((40003,), NotFollowing, "the openid doesn't belong to a follower of this account"),
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
    ((40007,), MediaExpired, "the media id is unknown or older than three days"),
    ((46003,), NoMenu, "the account has no custom menu"),
)


def _flatten() -> Iterator[tuple[int, tuple[type[Refused], str]]]:
    for codes, error, advice in _CODES:
        for code in codes:
            yield code, (error, advice)


CODES: Mapping[int, tuple[type[Refused], str]] = dict(_flatten())


def error_for(errcode: int, errmsg: str) -> Refused:
    """Return the error that WeChat's answer means; a code that isn't in the table gives UnknownCode."""
    error, advice = CODES.get(errcode, (UnknownCode, ""))
    return error(errcode, errmsg, advice=advice)
