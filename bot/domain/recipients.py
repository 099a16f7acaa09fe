"""Who outside the office gets something of what citizens write, as the settings have it; the notice names them."""

from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from bot.settings import Semantic, Settings


@dataclass(frozen=True, slots=True)
class Recipients:
    """`models`: the hosts that get questions without personal data; `duty_group`: sensitive messages go to WeCom."""

    models: tuple[str, ...] = ()
    duty_group: bool = False

    def mark(self, words: str) -> str:
        """Return a short mark that changes whenever these words or the recipients do."""
        about = [words, *self.models, *(["duty group"] if self.duty_group else [])]
        return sha256("\n".join(about).encode()).hexdigest()[:8]


def recipients(settings: Settings) -> Recipients:
    """Return whom this installation gives what to."""
    remote = settings.embeddings_url if settings.semantic is Semantic.REMOTE else ""
    hosts = (urlsplit(url).hostname for url in (remote, settings.chooser_url) if url)
    return Recipients(models=tuple(dict.fromkeys(filter(None, hosts))), duty_group=settings.duty_robot_url is not None)
