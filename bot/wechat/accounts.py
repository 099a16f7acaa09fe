"""What an account of each kind may do on the platform: one table, asked before anything is tried.

Source: WeChat's "Explanation of interface privileges" for subscription accounts (订阅号) and service accounts (服务号).
"""

from dataclasses import dataclass

from bot.settings import AccountKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What one kind may call. Receiving pushes, passive replies and the token are open to all."""

    custom_menu: bool = False
    customer_message: bool = False
    mass_message: bool = False
    media: bool = False  # fetch and upload media by id
    articles: bool = False  # permanent material, drafts and their publication
    user_info: bool = False
    tags: bool = False
    one_time_notice: bool = False
    template_message: bool = False
    subscription_notice: bool = False
    scene_qr: bool = False
    location_event: bool = False
    oauth: bool = False
    page_script: bool = False  # WeChat's own functions on our pages (JSSDK)
    send_by_openid_list: bool = False


CAPABILITIES = {
    AccountKind.UNVERIFIED_SUBSCRIPTION: Capabilities(),
    AccountKind.VERIFIED_SUBSCRIPTION: Capabilities(
        custom_menu=True,
        customer_message=True,
        mass_message=True,
        media=True,
        articles=True,
        user_info=True,
        tags=True,
        one_time_notice=True,
        page_script=True,
        oauth=True,  # government and media subjects only; `doctor` asks the operator to check
    ),
    AccountKind.UNVERIFIED_SERVICE: Capabilities(custom_menu=True),
    AccountKind.VERIFIED_SERVICE: Capabilities(
        custom_menu=True,
        customer_message=True,
        mass_message=True,
        media=True,
        articles=True,
        user_info=True,
        tags=True,
        one_time_notice=True,
        template_message=True,
        subscription_notice=True,
        scene_qr=True,
        location_event=True,
        oauth=True,
        page_script=True,
        send_by_openid_list=True,
    ),
}
