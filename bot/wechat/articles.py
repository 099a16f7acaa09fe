"""Articles: drafts in the account's 草稿箱 and their publication, which tells no follower."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bot.wechat.answers import (
    optional_number,
    optional_text,
    read_number,
    read_object,
    read_objects,
    read_text,
    sent_once,
)
from bot.wechat.caller import Caller
from bot.wechat.errors import Unreachable
from bot.wechat.limits import check_bytes, check_characters, check_count, check_given, check_number
from bot.wechat.transport import Answer, Call

MOST_ARTICLES = 8  # in one bundle
_PAGE = 20  # drafts in one piece of the list
_LONGEST_TITLE = 64  # characters, as of the author and the digest
_LONGEST_AUTHOR = 16
_LONGEST_DIGEST = 120
_LONGEST_CONTENT = 20_000  # characters, and fewer than 1 MB
_HEAVIEST_CONTENT = 1_000_000
_LONGEST_SOURCE = 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article; `content` is WeChat's article HTML, `cover` the id of a permanent picture.

    `url` comes from WeChat and isn't sent.
    """

    title: str
    content: str
    cover: str
    author: str = ""
    digest: str = ""
    source_url: str = ""
    comments: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A bundle in the 草稿箱; its articles have no content where only the list was asked for."""

    media_id: str
    articles: tuple[Article, ...]
    updated: int = 0  # Unix seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPage:
    """A piece of the list."""

    total: int
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A publication under way."""

    publish_id: str
    data_id: str


class PublicationState(IntEnum):
    """What became of it, in WeChat's numbers."""

    PUBLISHED = 0
    RUNNING = 1
    NOT_ORIGINAL = 2
    FAILED = 3
    REFUSED_BY_AUDIT = 4
    DELETED = 5
    BANNED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A publication and its articles' addresses; `failed` numbers the articles that didn't pass, from 1."""

    publish_id: str
    state: PublicationState
    article_id: str
    urls: tuple[str, ...]
    failed: tuple[int, ...]


class ArticleCalls:
    """Drafts and publications."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def add_draft(self, articles: Sequence[Article]) -> str:
        """Put a bundle of at most 8 articles in the 草稿箱 and return its media id.

        Raises:
            BreaksLimit, Refused.
            UncertainDelivery: the answer was lost; `list_drafts` tells.
        """
        check_count("articles", articles, most=MOST_ARTICLES)
        body = {"articles": [to_json(article) for article in articles]}
        answer = await self._post("/cgi-bin/draft/add", body, repeatable=False)
        with sent_once():
            return read_text(answer, "media_id")

    async def get_draft(self, media_id: str) -> Draft:
        """Return a draft with its articles' content."""
        answer = await self._post("/cgi-bin/draft/get", {"media_id": media_id})
        articles = tuple(_article(one) for one in read_objects(answer, "news_item"))
        return Draft(media_id=media_id, articles=articles, updated=optional_number(answer, "update_time"))

    async def update_draft(self, media_id: str, *, index: int, article: Article) -> None:
        """Put an article in the place of the one at `index`, from 0."""
        check_number("the article's place", index, least=0, most=MOST_ARTICLES - 1)
        body = {"media_id": media_id, "index": index, "articles": to_json(article)}
        await self._post("/cgi-bin/draft/update", body)

    async def delete_draft(self, media_id: str) -> None:
        """Delete a draft."""
        await self._post("/cgi-bin/draft/delete", {"media_id": media_id}, repeatable=False)

    async def list_drafts(self, *, offset: int = 0, count: int = _PAGE) -> DraftPage:
        """Return a piece of the list, the newest first, without the articles' content."""
        check_number("count", count, least=1, most=_PAGE)
        body = {"offset": offset, "count": count, "no_content": 1}
        answer = await self._post("/cgi-bin/draft/batchget", body)
        drafts = tuple(_draft(one) for one in read_objects(answer, "item"))
        return DraftPage(total=optional_number(answer, "total_count"), drafts=drafts)

    async def count_drafts(self) -> int:
        """Return how many drafts there are."""
        self._caller.require("articles")
        return read_number(await self._caller.call(Call(path="/cgi-bin/draft/count", repeatable=True)), "total_count")

    async def publish(self, media_id: str) -> Submission:
        """Submit a draft to be published; the draft is used up if it passes.

        Raises:
            Refused.
            UncertainDelivery: the answer was lost; PUBLISHJOBFINISH tells.
        """
        answer = await self._post("/cgi-bin/freepublish/submit", {"media_id": media_id}, repeatable=False)
        with sent_once():
            return Submission(publish_id=_id(answer, "publish_id"), data_id=str(answer.get("msg_data_id", "")))

    async def get_publication(self, publish_id: str) -> Publication:
        """Return what became of a publication."""
        answer = await self._post("/cgi-bin/freepublish/get", {"publish_id": publish_id})
        detail = answer.get("article_detail")
        listed = read_objects(detail, "item") if isinstance(detail, dict) else ()
        return Publication(
            publish_id=publish_id,
            state=_state(answer),
            article_id=optional_text(answer, "article_id"),
            urls=tuple(optional_text(one, "article_url") for one in listed),
            failed=_numbers(answer.get("fail_idx")),
        )

    async def _post(self, path: str, body: Mapping[str, object], *, repeatable: bool = True) -> Answer:
        self._caller.require("articles")
        return await self._caller.call(Call(path=path, body=body, repeatable=repeatable))


def to_json(article: Article) -> Mapping[str, object]:
    """Return an article in WeChat's form.

    Raises:
        BreaksLimit.
    """
    check_characters("the title", article.title, most=_LONGEST_TITLE)
    check_characters("the author", article.author, least=0, most=_LONGEST_AUTHOR)
    check_characters("the digest", article.digest, least=0, most=_LONGEST_DIGEST)
    check_characters("the article", article.content, most=_LONGEST_CONTENT - 1)
    check_bytes("the article", article.content, most=_HEAVIEST_CONTENT)
    check_bytes("the source's address", article.source_url, least=0, most=_LONGEST_SOURCE)
    check_given("the cover", article.cover)
    return {
        "title": article.title,
        "author": article.author,
        "digest": article.digest,
        "content": article.content,
        "content_source_url": article.source_url,
        "thumb_media_id": article.cover,
        "need_open_comment": int(article.comments),
        "only_fans_can_comment": 0,
    }


def _article(one: Mapping[str, object]) -> Article:
    return Article(
        title=optional_text(one, "title"),
        content=optional_text(one, "content"),
        cover=optional_text(one, "thumb_media_id"),
        author=optional_text(one, "author"),
        digest=optional_text(one, "digest"),
        source_url=optional_text(one, "content_source_url"),
        comments=optional_number(one, "need_open_comment") == 1,
        url=optional_text(one, "url"),
    )


def _draft(one: Mapping[str, object]) -> Draft:
    listed = read_objects(read_object(one, "content"), "news_item")
    return Draft(
        media_id=read_text(one, "media_id"),
        articles=tuple(_article(article) for article in listed),
        updated=optional_number(one, "update_time"),
    )


def _id(answer: Answer, name: str) -> str:
    """Return an id that WeChat gives as a number or as a text."""
    value = answer.get(name)
    if isinstance(value, bool) or not isinstance(value, int | str) or not value:
        raise Unreachable(f"an answer without {name}")
    return str(value)


def _state(answer: Answer) -> PublicationState:
    try:
        return PublicationState(read_number(answer, "publish_status"))
    except ValueError as error:
        raise Unreachable("an answer with an unknown publish_status") from error


def _numbers(value: object) -> tuple[int, ...]:
    """Read WeChat's list, which one failed article makes a bare number."""
    listed = value if isinstance(value, list) else [value]
    return tuple(one for one in listed if isinstance(one, int))
