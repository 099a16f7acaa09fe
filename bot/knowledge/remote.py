"""Calls to a model behind an OpenAI-compatible address: one request, one answer, nothing repeated, nothing trusted."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.wechat.errors import WeChatError
from bot.wechat.transport import read_capped

CONNECT_SECONDS: Final = 0.5
_REFUSALS: Final = frozenset({400, 413, 422})  # the same request would be refused again
_FAILURES: Final = 5  # in a row, after which a model is left alone …
_PAUSE_SECONDS: Final = 60.0  # … for so long

_LOG = logging.getLogger("wenming.models")


class ModelFailed(Exception):
    """A model gave no usable answer.

    ModelFailed
    ├── ModelRefused   it won't take this request: the same one would be refused again
    └── ModelAway      anything else: no connection, too slow, a broken or senseless answer, a wrong key, not installed
    """


class ModelRefused(ModelFailed):
    """See `ModelFailed`."""


class ModelAway(ModelFailed):
    """See `ModelFailed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model is asked: `base` ends before the interface's name, as in https://host/v1."""

    base: str
    key: str
    model: str


class Breaker:
    """Leaves a model alone for a minute after five failures in a row; then one more failure is enough."""

    def __init__(self, helper: str, *, now: Callable[[], float] = monotonic) -> None:
        self._helper = helper
        self._now = now
        self._failures = 0
        self._until = 0.0

    def is_open(self) -> bool:
        """Tell whether the model is to be left alone."""
        return self._now() < self._until

    def succeed(self) -> None:
        """Note a usable answer."""
        self._failures = 0

    def fail(self) -> None:
        """Note a failure."""
        self._failures += 1
        if self._failures >= _FAILURES:
            _LOG.warning("model paused", extra={"helper": self._helper, "seconds": _PAUSE_SECONDS})
            self._until = self._now() + _PAUSE_SECONDS


async def post_json(
    session: ClientSession, endpoint: Endpoint, path: str, body: Mapping[str, object], *, seconds: float, longest: int
) -> Any:
    """Post and return the answer's JSON of at most `longest` bytes, all within `seconds`; no redirect is followed.

    Raises:
        ModelRefused, ModelAway
    """
    headers = {"Content-Type": "application/json"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    timeout = ClientTimeout(total=seconds, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS)
    url = f"{endpoint.base.rstrip('/')}/{path}"
    try:
        async with (
            asyncio.timeout(seconds),
            session.post(
                url, data=orjson.dumps(body), headers=headers, timeout=timeout, allow_redirects=False
            ) as response,
        ):
            if response.status in _REFUSALS:
                raise ModelRefused(f"HTTP {response.status}")
            if response.status != 200:
                raise ModelAway(f"HTTP {response.status}")
            return orjson.loads(await read_capped(response, longest))
    except orjson.JSONDecodeError as error:
        raise ModelAway("an answer that is no JSON") from error
    except WeChatError as error:  # only read_capped's: too long
        raise ModelAway(str(error)) from error
    except (ClientError, OSError, TimeoutError, ValueError) as error:  # ValueError: an answer that is no HTTP
        raise ModelAway(type(error).__name__) from error
