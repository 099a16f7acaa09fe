"""What somebody does with his own account: password, second factor, recovery codes, where he is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain import lockout, second_factor
from bot.domain.lockout import Attempt, Locked
from bot.domain.passwords import Passwords
from bot.domain.permissions import Staff, needs_second_factor
from bot.domain.sessions import Caller, Limits, Stage, open_session
from bot.domain.staff_words import Refused, Said
from store import audit, recovery, sessions, staff
from store.database import Connection, Database
from store.sealing import Seal
from store.staff import Proofs


@dataclass(frozen=True, slots=True)
class SetUp:
    """A second factor that counts from now on: a fresh token for the browser, and codes that are shown once."""

    token: str
    codes: Sequence[str]


class OwnAccount:
    """Changes that a member of staff makes to what he proves himself with. Every refusal is a `Refused`."""

    def __init__(self, database: Database, *, seal: Seal, passwords: Passwords, limits: Limits) -> None:
        self._database = database
        self._seal = seal
        self._passwords = passwords
        self._limits = limits

    async def change_password(self, me: Staff, old: str, new: str, again: str, *, caller: Caller) -> str:
        """Change the password and end every session; return the token of a new one.

        Raises:
            Refused: the old one is wrong, or the new one is weak, the old one, or typed differently again.
        """
        await self._demand_password(me, old, caller=caller)
        if new != again:
            raise Refused(Said.NOT_TWICE_THE_SAME)
        if new == old:
            raise Refused(Said.SAME_AS_BEFORE)
        await self._passwords.demand_strength(new, name=me.name, display=me.display)
        kept = await self._passwords.hash(new)
        return await self._database.write(self._keep_password, me, kept, caller)

    async def offer_totp(self, me: Staff, password: str, *, caller: Caller) -> None:
        """Make a secret that becomes the second factor once a code of it was typed.

        Raises:
            Refused: there is one already, and the password is wrong.
        """
        if me.totp:
            await self._demand_password(me, password, caller=caller)
        sealed = self._seal.close(second_factor.new_secret())
        await self._database.write(staff.offer_totp, me.staff_id, sealed)

    async def offered_secret(self, me: Staff) -> str | None:
        """Return the secret that is being set up."""
        proofs = await self._database.read(staff.find_proofs, me.staff_id)
        return None if proofs is None or proofs.totp_offered is None else self._seal.open(proofs.totp_offered)

    async def accept_totp(self, me: Staff, code: str, *, caller: Caller) -> SetUp:
        """Make the offered secret the second factor and end every session.

        Raises:
            Refused: the code is wrong, too many were, or nothing was offered.
        """
        attempt = await self._begin(me, caller)
        codes = second_factor.new_recovery_codes()
        done = await self._database.write(self._accept_totp, me, attempt, code, codes, caller)
        if isinstance(done, Refused):
            raise done
        return SetUp(done, codes)

    async def drop_totp(self, me: Staff, password: str, *, caller: Caller) -> None:
        """Do without a second factor.

        Raises:
            Refused: the preset or the permissions ask for one, or the password is wrong.
        """
        if needs_second_factor(me.preset, me.permissions):
            raise Refused(Said.IS_NEEDED)
        await self._demand_password(me, password, caller=caller)
        await self._database.write(_drop_totp, me, caller)

    async def renew_recovery_codes(self, me: Staff, password: str, *, caller: Caller) -> Sequence[str]:
        """Return fresh recovery codes; those from before are worthless.

        Raises:
            Refused: the password is wrong, or there is no second factor.
        """
        if not me.totp:
            raise Refused(Said.NOTHING_OFFERED)
        await self._demand_password(me, password, caller=caller)
        codes = second_factor.new_recovery_codes()
        await self._database.write(_replace_codes, me, codes, caller)
        return codes

    async def _begin(self, me: Staff, caller: Caller) -> Attempt:
        begun = await self._database.write(lockout.begin, me.name, caller.address, now=caller.now)
        if isinstance(begun, Locked):
            raise begun
        return begun

    async def _demand_password(self, me: Staff, password: str, *, caller: Caller) -> None:
        """Have the password typed again; a wrong one counts as at the door: the session may be a stolen one."""
        attempt = await self._begin(me, caller)
        proofs = await self._database.read(staff.find_proofs, me.staff_id)
        verdict = await self._passwords.check(proofs.password if proofs else None, password)
        await self._database.write(_settle, me, attempt, verdict.good, caller)
        if not verdict.good:
            raise Refused(Said.WRONG_OLD_PASSWORD)

    def _keep_password(self, conn: Connection, me: Staff, kept: str, caller: Caller) -> str:
        staff.set_password(conn, me.staff_id, password=kept, now=caller.now)
        return self._rotate(conn, me, "password_changed", caller)

    def _accept_totp(
        self,
        conn: Connection,
        me: Staff,
        attempt: Attempt,
        code: str,
        codes: Sequence[str],
        caller: Caller,
    ) -> str | Refused:
        step = self._offered_step(staff.find_proofs(conn, me.staff_id), code, caller)
        if isinstance(step, Refused):
            _record(conn, "second_factor_failed", me, caller)
            return step
        lockout.take_back(conn, attempt, now=caller.now)
        staff.accept_totp(conn, me.staff_id, step=step)
        recovery.replace(conn, me.staff_id, [second_factor.salt_code(one) for one in codes])
        return self._rotate(conn, me, "second_factor_set", caller)

    def _offered_step(self, proofs: Proofs | None, code: str, caller: Caller) -> int | Refused:
        if proofs is None or proofs.totp_offered is None:
            return Refused(Said.NOTHING_OFFERED)
        step = second_factor.find_step(self._seal.open(proofs.totp_offered), code, now=caller.now)
        return Refused(Said.WRONG_CODE) if step is None else step

    def _rotate(self, conn: Connection, me: Staff, action: str, caller: Caller) -> str:
        """End every session, also those that somebody else may hold, and open one for this browser."""
        sessions.end_all(conn, me.staff_id)
        token = open_session(conn, me.staff_id, stage=Stage.FULL, caller=caller, limits=self._limits)
        _record(conn, action, me, caller)
        return token


def sign_out_everywhere(conn: Connection, me: Staff, *, caller: Caller) -> int:
    """End all of one's sessions; return how many."""
    ended = sessions.end_all(conn, me.staff_id)
    _record(conn, "signed_out_everywhere", me, caller)
    return ended


def end_session(conn: Connection, me: Staff, session_id: int, *, caller: Caller) -> bool:
    """End one of one's sessions elsewhere; False if it isn't one's own."""
    ended = sessions.end_one(conn, session_id, staff_id=me.staff_id)
    if ended:
        _record(conn, "signed_out_elsewhere", me, caller)
    return ended


def _settle(conn: Connection, me: Staff, attempt: Attempt, good: bool, caller: Caller) -> None:
    if good:
        lockout.take_back(conn, attempt, now=caller.now)
    else:
        _record(conn, "password_failed", me, caller)


def _drop_totp(conn: Connection, me: Staff, caller: Caller) -> None:
    staff.drop_totp(conn, me.staff_id)
    recovery.replace(conn, me.staff_id, ())
    _record(conn, "second_factor_dropped", me, caller)


def _replace_codes(conn: Connection, me: Staff, codes: Sequence[str], caller: Caller) -> None:
    recovery.replace(conn, me.staff_id, [second_factor.salt_code(one) for one in codes])
    _record(conn, "recovery_codes_renewed", me, caller)


def _record(conn: Connection, action: str, me: Staff, caller: Caller) -> None:
    audit.record(
        conn,
        staff_id=me.staff_id,
        action=action,
        subject="staff",
        subject_id=str(me.staff_id),
        ip=caller.address,
        now=caller.now,
    )
