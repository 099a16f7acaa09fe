"""The console's subjects, in the order of the menu. Each owner adds the line of a subject once its module imports."""

from bot.console import account, audit, help, home, kept, knowledge, office, overview, search, sign_in, staff
from bot.console.page import Subject

SUBJECTS: tuple[Subject, ...] = (
    home.SUBJECT,
    help.SUBJECT,
    knowledge.SUBJECT,
    overview.SUBJECT,
    office.SUBJECT,
    staff.SUBJECT,
    audit.SUBJECT,
    account.SUBJECT,
    search.SUBJECT,
    sign_in.SUBJECT,
    kept.SUBJECT,
)
