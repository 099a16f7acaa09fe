"""Articles of files that were uploaded and wait, for an hour, to be taken in by who uploaded them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select

from store.article_content import NewArticle, dump_links, load_content
from store.tables import knowledge_uploads

LASTS = timedelta(hours=1)

_ADD = insert(knowledge_uploads)
_IS_MINE = (knowledge_uploads.c.token == bindparam("which"), knowledge_uploads.c.uploaded_by == bindparam("who"))
_FIND = select(knowledge_uploads).where(*_IS_MINE, knowledge_uploads.c.uploaded > bindparam("since"))
_REMOVE = delete(knowledge_uploads).where(*_IS_MINE)
_FORGET = delete(knowledge_uploads).where(knowledge_uploads.c.uploaded <= bindparam("since"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The articles of one file."""

    token: str
    name: str
    articles: Sequence[NewArticle]


def keep(conn: Connection, *, name: str, articles: Sequence[NewArticle], by: str, now: datetime) -> str:
    """Keep a file's articles, forget those that nobody came back for, and return the token."""
    conn.execute(_FORGET, {"since": now - LASTS})
    token = secrets.token_urlsafe(16)
    written = orjson.dumps([_dump(article) for article in articles]).decode()
    conn.execute(_ADD, {"token": token, "name": name, "articles": written, "uploaded_by": by, "uploaded": now})
    return token


def find(conn: Connection, token: str, *, by: str, now: datetime) -> Upload | None:
    """Return what this person uploaded under a token within the hour."""
    row = conn.execute(_FIND, {"which": token, "who": by, "since": now - LASTS}).first()
    if row is None:
        return None
    return Upload(token=row.token, name=row.name, articles=[_load(one) for one in orjson.loads(row.articles)])


def forget(conn: Connection, token: str, *, by: str) -> None:
    """Forget what a person uploaded under a token."""
    conn.execute(_REMOVE, {"which": token, "who": by})


def _dump(article: NewArticle) -> dict[str, object]:
    values = {name: getattr(article, name) for name in NewArticle.__slots__}
    return {**values, "links": orjson.loads(dump_links(article.links))}


def _load(values: dict[str, object]) -> NewArticle:
    content = {name: value for name, value in values.items() if name != "slug"}
    return load_content(str(values["slug"]), orjson.dumps(content).decode())
