"""WeRoBot with its default session storage (SQLite, a commit a message), behind its own Tornado adapter."""

import argparse

import tornado.ioloop  # type: ignore[import-not-found]
import tornado.web  # type: ignore[import-not-found]
from werobot import WeRoBot  # type: ignore[import-not-found]
from werobot.contrib.tornado import make_handler  # type: ignore[import-not-found]
from werobot.session.sqlitestorage import SQLiteStorage  # type: ignore[import-not-found]

from tests.bench.peers.job import read_job


def make_robot() -> WeRoBot:
    job = read_job()
    # The default storage's class and settings; only its file lies elsewhere than in the working folder.
    robot = WeRoBot(token=job.token, SESSION_STORAGE=SQLiteStorage(job.database))

    @robot.text  # type: ignore[untyped-decorator]
    def answer(message: object, session: dict[str, int]) -> str:
        session["asked"] = session.get("asked", 0) + 1
        return job.answer_to(message.content)  # type: ignore[attr-defined]

    return robot


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    application = tornado.web.Application([("/wechat", make_handler(make_robot()))])
    application.listen(port, address="127.0.0.1")
    tornado.ioloop.IOLoop.current().start()


if __name__ == "__main__":
    main()
