"""Which kind of official account may do what, as WeChat's table of interface privileges has it."""

from dataclasses import dataclass

from bot.sandbox.config import AccountKind


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """One column of the table; receiving, answering and tokens are everybody's and not listed."""

    menu: bool = False
    customer_message: bool = False
    mass: bool = False
    mass_by_openid: bool = False
    tags: bool = False
    user_info: bool = False
    material: bool = False
    one_time_subscription: bool = False
    template: bool = False
    subscription_notice: bool = False
    scene_qr: bool = False
    location_event: bool = False
    shorten: bool = False
    customer_service_sessions: bool = False
    oauth: bool = False
    jssdk: bool = False


_VERIFIED_SUBSCRIPTION = Capabilities(
    menu=True,
    customer_message=True,
    mass=True,
    tags=True,
    user_info=True,
    material=True,
    one_time_subscription=True,
    jssdk=True,
)
_VERIFIED_SERVICE = Capabilities(**dict.fromkeys(Capabilities.__dataclass_fields__, True))

CAPABILITIES: dict[AccountKind, Capabilities] = {
    "unverified_subscription": Capabilities(),
    "verified_subscription": _VERIFIED_SUBSCRIPTION,
    "unverified_service": Capabilities(menu=True),
    "verified_service": _VERIFIED_SERVICE,
}
