"""Knowledge: what citizens are told, what nobody could answer, and the words in which both are put."""

from bot.console.knowledge import (
    articles,
    deciding,
    editing,
    exchange,
    self_test,
    trying,
    unanswered,
    versions,
    words,
)
from bot.console.page import Route, Subject
from bot.domain.permissions import Permission

_READ, _EDIT, _APPROVE = Permission.KNOWLEDGE_READ, Permission.KNOWLEDGE_EDIT, Permission.KNOWLEDGE_APPROVE
_ONE = "/knowledge/articles/{slug}"
_QUEUE = "/knowledge/unanswered"

SUBJECT = Subject(
    name="knowledge",
    routes=(
        Route("GET", "/knowledge", articles.show_list, _READ),
        Route("GET", "/knowledge/ask", trying.ask, _READ),
        Route("GET", "/knowledge/new", editing.show_new, _EDIT),
        Route("POST", "/knowledge/new", editing.save_new, _EDIT, most_bytes=editing.FORM_BYTES),
        Route("POST", "/knowledge/try", editing.try_it, _EDIT, most_bytes=editing.FORM_BYTES),
        Route("POST", "/knowledge/look", editing.look, _EDIT, most_bytes=editing.FORM_BYTES),
        Route("GET", _ONE, articles.show_article, _READ),
        Route("GET", _ONE + "/versions", versions.show_versions, _READ),
        Route("GET", _ONE + "/edit", editing.show_edit, _EDIT),
        Route("POST", _ONE + "/edit", editing.save_edit, _EDIT, most_bytes=editing.FORM_BYTES),
        Route("POST", _ONE + "/submit", deciding.submit, _EDIT),
        Route("POST", _ONE + "/restore", deciding.restore, _EDIT),
        Route("POST", _ONE + "/approve", deciding.approve, _APPROVE),
        Route("POST", _ONE + "/send-back", deciding.send_back, _APPROVE),
        # Whoever writes and whoever approves may both stop an answer at once.
        Route("POST", _ONE + "/withdraw", deciding.withdraw, _EDIT),
        Route("POST", _ONE + "/take-down", deciding.withdraw, _APPROVE),
        Route("GET", _QUEUE, unanswered.show_queue, Permission.UNANSWERED),
        Route("POST", _QUEUE, unanswered.settle, Permission.UNANSWERED),
        Route("POST", _QUEUE + "/choose", unanswered.choose, Permission.UNANSWERED),
        Route("GET", "/knowledge/synonyms", words.show_synonyms, _READ),
        Route("POST", "/knowledge/synonyms", words.add_synonyms, _EDIT),
        Route("POST", "/knowledge/synonyms/remove", words.remove_synonyms, _EDIT),
        Route("GET", "/knowledge/wordings", words.show_wordings, _READ),
        Route("POST", "/knowledge/wordings", words.put_wording, _APPROVE),
        Route("POST", "/knowledge/wordings/remove", words.remove_wording, _APPROVE),
        Route("GET", "/knowledge/self-test", self_test.show_scores, _READ),
        Route("GET", "/knowledge/import", exchange.show_import, _EDIT),
        Route("POST", "/knowledge/import", exchange.look_over_file, _EDIT, most_bytes=exchange.UPLOAD_BYTES),
        Route("POST", "/knowledge/import/confirm", exchange.take_in, _EDIT),
        Route("GET", "/knowledge/export", exchange.export, _READ),
    ),
    rule=_READ,
    home="/knowledge",
    waiting=articles.count_waiting,
    search=articles.find_hits,
    waiting_first=articles.list_waiting,
)
