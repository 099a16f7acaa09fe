"""Flask, wechatpy and SQLite, a commit a message: as Flask's documentation opens a database, or tuned by hand."""

import os
import sqlite3
import threading

from flask import Flask, Response, abort, g, request  # type: ignore[import-not-found]
from wechatpy import parse_message
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.replies import TextReply
from wechatpy.utils import check_signature

from tests.bench.peers.job import read_job

TABLES = """
CREATE TABLE IF NOT EXISTS messages (msg_id INTEGER PRIMARY KEY, openid TEXT NOT NULL, content TEXT, reply TEXT);
CREATE TABLE IF NOT EXISTS sessions (openid TEXT PRIMARY KEY, asked INTEGER NOT NULL);
"""
SEEN = "SELECT reply FROM messages WHERE msg_id = ?"
KEEP_MESSAGE = "INSERT INTO messages VALUES (?, ?, ?, ?)"
COUNT = "INSERT INTO sessions VALUES (?, 1) ON CONFLICT (openid) DO UPDATE SET asked = asked + 1"

JOB = read_job()
TUNED = os.environ.get("PEER_TUNED") == "1"
LOCAL = threading.local()
app = Flask(__name__)


def open_database() -> sqlite3.Connection:
    return sqlite3.connect(JOB.database, timeout=30, isolation_level=None)


with open_database() as first:
    first.executescript(("PRAGMA journal_mode=WAL;" if TUNED else "") + TABLES)


def connection() -> sqlite3.Connection:
    """Return this request's connection, or this thread's when tuned."""
    kept_in = LOCAL if TUNED else g
    if not hasattr(kept_in, "connection"):
        kept_in.connection = open_database()
    kept = kept_in.connection
    assert isinstance(kept, sqlite3.Connection)
    return kept


@app.teardown_appcontext  # type: ignore[untyped-decorator]
def close_connection(_error: BaseException | None) -> None:
    if hasattr(g, "connection"):
        g.connection.close()


@app.post("/wechat")  # type: ignore[untyped-decorator]
def receive() -> Response:
    given = request.args
    try:
        check_signature(JOB.token, given.get("signature", ""), given.get("timestamp", ""), given.get("nonce", ""))
    except InvalidSignatureException:
        abort(403)
    message = parse_message(request.get_data())
    return Response(TextReply(content=remember(message), message=message).render(), mimetype="text/xml")


def remember(message: object) -> str:
    """Return the answer, after it and the session have been committed."""
    number, openid, content = message.id, message.source, message.content  # type: ignore[attr-defined]
    database = connection()
    database.execute("BEGIN IMMEDIATE")
    try:
        seen = database.execute(SEEN, (number,)).fetchone()
        reply = seen[0] if seen else JOB.answer_to(content)
        if not seen:
            database.execute(KEEP_MESSAGE, (number, openid, content, reply))
            database.execute(COUNT, (openid,))
    except sqlite3.Error:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
    return str(reply)
