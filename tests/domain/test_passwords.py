"""Passwords: which are refused and why, how they are kept, and that an unknown name costs the same work."""

import asyncio
from typing import Literal

import pytest
from argon2 import PasswordHasher

from bot.domain.passwords import LONGEST, SHORTEST, Passwords
from bot.domain.staff_words import Refused, Said

GOOD = "槐树 copper 听风 ladder 7"


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", Said.TOO_SHORT),
        ("k7#Qz!9wLp@", Said.TOO_SHORT),  # 11 characters, however wild
        ("x" * (LONGEST + 1), Said.TOO_LONG),
        ("x" * 100_000, Said.TOO_LONG),
        ("passwordpassword", Said.WEAK_REPEATED),
        ("aaaaaaaaaaaaaaaa", Said.WEAK_REPEATED),
        ("sdfghjkl;'][", Said.WEAK_KEYBOARD),
        ("abcdefghijklmn", Said.WEAK_SEQUENCE),
        ("20241124abcd", Said.WEAK_DATE),
        ("wangxiaoli1", Said.TOO_SHORT),
        ("wangxiaoli-wx", Said.WEAK_PERSONAL),
        ("administrator1", Said.WEAK_COMMON),
    ],
)
async def test_a_weak_password_is_refused_with_the_reason(password: str, said: Said) -> None:
    with pytest.raises(Refused) as refused:
        await Passwords().demand_strength(password, name="xiaoli", display="王小丽")
    assert refused.value.said is said
    assert "{" not in str(refused.value)


@pytest.mark.parametrize("password", [GOOD, "正确的马儿吃电池订书钉", "tram lantern quince 4 vox", "x9$" + GOOD * 5])
async def test_a_strong_one_is_taken_in_any_script(password: str) -> None:
    assert SHORTEST <= len(password) + 2 <= LONGEST
    if len(password) < SHORTEST:
        password += " 九月"
    await Passwords().demand_strength(password, name="xiaoli", display="王小丽")


async def test_only_the_right_password_is_right_however_it_is_composed() -> None:
    passwords = Passwords()
    kept = await passwords.hash("café 槐树 ladder 7")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await passwords.check(kept, "cafe\u0301 槐树 ladder 7")).good
    assert not (await passwords.check(kept, "café 槐树 ladder 8")).good
    assert not (await passwords.check(None, "café 槐树 ladder 7")).good
    assert not (await passwords.check("argon2id would stand here", GOOD)).good
    assert not (await passwords.check(await passwords.hash("x" * LONGEST), "x" * (LONGEST + 1))).good


async def test_a_hash_by_older_parameters_is_renewed_at_the_next_sign_in() -> None:
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)
    passwords = Passwords()
    verdict = await passwords.check(older, GOOD)
    assert verdict.good
    assert verdict.renewed is not None
    assert "m=19456,t=2" in verdict.renewed
    assert (await passwords.check(verdict.renewed, GOOD)).renewed is None
    assert (await passwords.check(older, "something else")).renewed is None


class Counting(PasswordHasher):
    """Counts the work that is done."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.verified: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        assert isinstance(hash, str)
        self.verified.append(hash.rsplit("$", 2)[0])
        return super().verify(hash, password)


async def test_an_unknown_name_costs_the_same_work_as_a_wrong_password() -> None:
    hasher = Counting()
    passwords = Passwords(hasher)
    kept = await passwords.hash(GOOD)
    await passwords.check(kept, "a wrong one")
    await passwords.check(None, "a wrong one")
    assert len(hasher.verified) == 2
    assert len(set(hasher.verified)) == 1  # the same parameters


async def test_a_flood_is_turned_away_instead_of_queueing() -> None:
    passwords = Passwords(Counting())
    done = await asyncio.gather(*(passwords.check(None, "guess") for _ in range(60)), return_exceptions=True)
    refused = [one for one in done if isinstance(one, Refused)]
    assert len(refused) == 20
    assert {one.said for one in refused} == {Said.BUSY}
    assert not (await passwords.check(None, "guess")).good  # and afterwards all is as before
