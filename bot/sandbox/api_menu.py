"""The custom menu's API."""

from bot.sandbox.api_call import ApiError, Call, Endpoint, ok
from bot.sandbox.menu import WrongMenu, checked
from bot.sandbox.wire import Json
from bot.sandbox.world import World


def create(world: World, call: Call) -> Json:
    try:
        world.menu = checked(call.json)
    except WrongMenu as error:
        raise ApiError(error.errcode, error.words) from error
    world.changed()
    return ok()


def get(world: World, _call: Call) -> Json:
    if world.menu is None:
        raise ApiError(46003, "menu no exist")
    return {"menu": world.menu}


def get_shown(world: World, _call: Call) -> Json:
    """The menu as citizens see it, where sub-buttons stand in a list of their own."""
    if world.menu is None:
        return {"is_menu_open": 0, "selfmenu_info": {"button": []}}
    buttons = [{**top, "sub_button": {"list": top["sub_button"]}} for top in world.menu["button"]]
    return {"is_menu_open": 1, "selfmenu_info": {"button": buttons}}


def delete(world: World, _call: Call) -> Json:
    world.menu = None
    world.changed()
    return ok()


ENDPOINTS = {
    "/cgi-bin/menu/create": Endpoint(run=create, method="POST", takes="json", needs="menu"),
    "/cgi-bin/menu/get": Endpoint(run=get, method="GET", needs="menu"),
    "/cgi-bin/menu/delete": Endpoint(run=delete, method="GET", needs="menu"),
    "/cgi-bin/get_current_selfmenu_info": Endpoint(run=get_shown, method="GET", needs="menu"),
}
