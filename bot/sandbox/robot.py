"""The pretend group robot of 企业微信 (WeCom): what it takes, how often, and what its group has received."""

from collections import deque
from dataclasses import dataclass

from bot.sandbox.clock import iso
from bot.sandbox.wire import Json

A_MINUTE = 20
MINUTE = 60.0
KEPT = 1000
LONGEST = {"text": 2048, "markdown": 4096}  # bytes of the content


@dataclass(frozen=True)
class GroupMessage:
    """A message in the robot's group."""

    at: float
    msgtype: str
    content: str

    def as_json(self) -> Json:
        return {"at": iso(self.at), "msgtype": self.msgtype, "content": self.content}


class GroupRobot:
    """The robot of one group."""

    def __init__(self) -> None:
        self.messages: deque[GroupMessage] = deque(maxlen=KEPT)
        self._called: deque[float] = deque()

    def count(self, *, now: float) -> bool:
        """Count one call; False when twenty came within a minute already."""
        while self._called and not now - MINUTE < self._called[0] <= now:
            self._called.popleft()
        if len(self._called) >= A_MINUTE:
            return False
        self._called.append(now)
        return True

    def take(self, body: Json, *, now: float) -> int:
        """Put a message into the group; 0, or the errcode for what a robot doesn't take."""
        msgtype = body.get("msgtype")
        if not isinstance(msgtype, str) or msgtype not in LONGEST:
            return 40008
        part = body.get(msgtype)
        content = part.get("content") if isinstance(part, dict) else None
        if not isinstance(content, str) or not content:
            return 44004
        if len(content.encode()) > LONGEST[msgtype]:
            return 40058
        self.messages.append(GroupMessage(now, msgtype, content))
        return 0

    def forget(self) -> None:
        self.messages.clear()
        self._called.clear()
