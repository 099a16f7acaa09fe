"""Signing in: a password, then the second factor where one is set up; and the first password, by invitation.

Passwords are compared between two transactions, in a thread: the first counts the attempt, the second settles it.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import lockout, second_factor
from bot.domain.lockout import Attempt, Locked
from bot.domain.passwords import Passwords, Verdict
from bot.domain.sessions import Caller, Limits, Stage, find_session, hash_token, open_session
from bot.domain.staff import hash_invitation, plain_name
from bot.domain.staff_words import Refused, Said
from store import audit, invitations, recovery, sessions, staff
from store.database import Connection, Database
from store.invitations import StoredInvitation
from store.sealing import Seal
from store.staff import Proofs, StoredStaff


@dataclass(frozen=True, slots=True)
class Entered:
    """A token for the browser. While not `full`, the second factor is still asked for.

    `failures`: how often it was tried in vain since the last sign-in, for the owner to be told.
    """

    token: str
    full: bool
    failures: int = 0
    codes_left: int | None = None  # of recovery, if one was used just now


class SignIn:
    """The door. Every refusal is a `Refused`, whose words say why."""

    def __init__(self, database: Database, *, seal: Seal, passwords: Passwords, limits: Limits) -> None:
        self._database = database
        self._seal = seal
        self._passwords = passwords
        self._limits = limits

    async def sign_in(self, name: str, password: str, *, caller: Caller) -> Entered:
        """Check a password. The session that the browser had ends.

        Raises:
            Refused: the name or the password is wrong, which of them isn't told; or too many were (`Locked`).
        """
        attempt, proofs = await self._begin(plain_name(name), caller)
        verdict = await self._passwords.check(proofs.password if proofs else None, password)
        entered = await self._database.write(self._enter, attempt, proofs, verdict, caller)
        if entered is None:
            raise Refused(Said.WRONG)
        return entered

    async def confirm_totp(self, code: str, *, caller: Caller) -> Entered:
        """Check the six digits after the password; each counts once.

        Raises:
            Refused: they are wrong or used, too many were wrong, or the password was too long ago.
        """
        return await self._second_factor(code, caller, recovering=False)

    async def use_recovery_code(self, code: str, *, caller: Caller) -> Entered:
        """Check a recovery code in their place; it is used up.

        Raises:
            Refused: as above.
        """
        return await self._second_factor(code, caller, recovering=True)

    async def read_invitation(self, invitation: str, *, now: datetime) -> StoredStaff:
        """Return who was invited with a link.

        Raises:
            Refused: the link is good for nothing, or not any more.
        """
        return await self._database.read(lambda conn: _invited(conn, invitation, now)[1])

    async def accept_invitation(self, invitation: str, password: str, again: str, *, caller: Caller) -> Entered:
        """Give an invited person his password, and let him in.

        Raises:
            Refused: the link isn't good, the password is weak, or was typed differently the second time.
        """
        invited = await self.read_invitation(invitation, now=caller.now)
        if password != again:
            raise Refused(Said.NOT_TWICE_THE_SAME)
        await self._passwords.demand_strength(password, name=invited.name, display=invited.display)
        kept = await self._passwords.hash(password)
        return await self._database.write(self._accept, invitation, kept, caller)

    async def _begin(self, name: str, caller: Caller) -> tuple[Attempt, Proofs | None]:
        begun, proofs = await self._database.write(_begin, name, caller)
        if isinstance(begun, Locked):
            raise begun
        return begun, proofs

    def _enter(
        self, conn: Connection, attempt: Attempt, checked: Proofs | None, verdict: Verdict, caller: Caller
    ) -> Entered | None:
        """Settle an attempt; what was checked must still hold, a reset may have come in between."""
        present = _proofs(conn, attempt.name)
        if not verdict.good or checked is None or present is None or present.password != checked.password:
            _note_failure(conn, attempt, checked, caller, "sign_in_failed")
            return None
        if verdict.renewed is not None:
            staff.rehash_password(conn, present.staff_id, verdict.renewed)
        if caller.token:
            sessions.end(conn, hash_token(caller.token))
        if present.totp is None:
            return self._let_in(conn, attempt, present.staff_id, caller, "sign_in")
        lockout.take_back(conn, attempt, now=caller.now)
        stage, limits = Stage.SECOND_FACTOR, self._limits
        token = open_session(conn, present.staff_id, stage=stage, caller=caller, limits=limits)
        return Entered(token, full=False)

    def _let_in(self, conn: Connection, attempt: Attempt, staff_id: int, caller: Caller, action: str) -> Entered:
        lockout.succeed(conn, attempt, now=caller.now)
        staff.note_sign_in(conn, staff_id, failures=attempt.failures_before, now=caller.now)
        token = open_session(conn, staff_id, stage=Stage.FULL, caller=caller, limits=self._limits)
        _record(conn, action, staff_id, caller)
        return Entered(token, full=True, failures=attempt.failures_before)

    async def _second_factor(self, code: str, caller: Caller, *, recovering: bool) -> Entered:
        session = await self._database.read(find_session, hash_token(caller.token), caller.now)
        if session is None or session.full:
            raise Refused(Said.SIGNED_OUT)
        attempt, _ = await self._begin(session.staff.name, caller)
        done = await self._database.write(self._recover if recovering else self._confirm, attempt, code, caller)
        if isinstance(done, Refused):
            raise done  # not within the transaction: the failure stays counted
        return done

    def _confirm(self, conn: Connection, attempt: Attempt, code: str, caller: Caller) -> Entered | Refused:
        proofs = _half_way_in(conn, caller)
        if proofs is None or proofs.totp is None:
            return Refused(Said.SIGNED_OUT)
        step = second_factor.find_step(self._seal.open(proofs.totp), code, now=caller.now)
        if step is None:
            _note_failure(conn, attempt, proofs, caller, "second_factor_failed")
            return Refused(Said.WRONG_CODE)
        if not staff.use_totp_step(conn, proofs.staff_id, step=step):
            _note_failure(conn, attempt, proofs, caller, "second_factor_replayed")
            return Refused(Said.USED_CODE)
        sessions.end(conn, hash_token(caller.token))
        return self._let_in(conn, attempt, proofs.staff_id, caller, "sign_in")

    def _recover(self, conn: Connection, attempt: Attempt, code: str, caller: Caller) -> Entered | Refused:
        proofs = _half_way_in(conn, caller)
        if proofs is None:
            return Refused(Said.SIGNED_OUT)
        if not _use_recovery_code(conn, proofs.staff_id, code, caller.now):
            _note_failure(conn, attempt, proofs, caller, "second_factor_failed")
            return Refused(Said.WRONG_CODE)
        sessions.end(conn, hash_token(caller.token))
        entered = self._let_in(conn, attempt, proofs.staff_id, caller, "sign_in_recovered")
        return replace(entered, codes_left=recovery.count_unused(conn, proofs.staff_id))

    def _accept(self, conn: Connection, token: str, kept: str, caller: Caller) -> Entered:
        invitation, invited = _invited(conn, token, caller.now)
        if not invitations.use(conn, invitation.id, now=caller.now):
            raise Refused(Said.BAD_INVITATION)
        staff.set_password(conn, invited.id, password=kept, now=caller.now)
        staff.note_sign_in(conn, invited.id, failures=0, now=caller.now)
        lockout.forgive(conn, invited.name)
        sessions.end_all(conn, invited.id)
        opened = open_session(conn, invited.id, stage=Stage.FULL, caller=caller, limits=self._limits)
        _record(conn, "invitation_accepted", invited.id, caller)
        return Entered(opened, full=True)


def sign_out(conn: Connection, staff_id: int, *, caller: Caller) -> None:
    """End the session of a browser."""
    sessions.end(conn, hash_token(caller.token))
    _record(conn, "sign_out", staff_id, caller)


def _begin(conn: Connection, name: str, caller: Caller) -> tuple[Attempt | Locked, Proofs | None]:
    begun = lockout.begin(conn, name, caller.address, now=caller.now)
    return begun, None if isinstance(begun, Locked) else _proofs(conn, name)


def _proofs(conn: Connection, name: str) -> Proofs | None:
    """Return what somebody who works here now proves his identity with."""
    stored = staff.find_by_name(conn, name)
    return staff.find_proofs(conn, stored.id) if stored is not None and stored.active else None


def _half_way_in(conn: Connection, caller: Caller) -> Proofs | None:
    """Return the proofs of who has given his password in this browser, and nothing more yet."""
    session = find_session(conn, hash_token(caller.token), caller.now)
    return None if session is None or session.full else staff.find_proofs(conn, session.staff.staff_id)


def _note_failure(conn: Connection, attempt: Attempt, proofs: Proofs | None, caller: Caller, action: str) -> None:
    """Write down a failure; it was counted before the password was looked at. Nobody knows who it was."""
    about = "" if proofs is None else str(proofs.staff_id)
    for one in (action, "sign_in_locked") if attempt.shut_by_it else (action,):
        audit.record(
            conn, staff_id=None, action=one, subject="staff", subject_id=about, ip=caller.address, now=caller.now
        )


def _use_recovery_code(conn: Connection, staff_id: int, code: str, now: datetime) -> bool:
    good = [
        one
        for one in recovery.list_unused(conn, staff_id)
        if hmac.compare_digest(one.code_hash, second_factor.hash_code(one.salt, code))
    ]
    return bool(good) and recovery.use(conn, good[0].id, now=now)


def _invited(conn: Connection, token: str, now: datetime) -> tuple[StoredInvitation, StoredStaff]:
    invitation = invitations.find(conn, hash_invitation(token))
    invited = staff.find(conn, invitation.staff_id) if invitation is not None else None
    if invitation is None or invited is None or not invited.active:
        raise Refused(Said.BAD_INVITATION)
    if invitation.expires <= now:
        raise Refused(Said.EXPIRED_INVITATION)
    return invitation, invited


def _record(conn: Connection, action: str, staff_id: int, caller: Caller) -> None:
    audit.record(
        conn,
        staff_id=staff_id,
        action=action,
        subject="staff",
        subject_id=str(staff_id),
        ip=caller.address,
        now=caller.now,
    )
