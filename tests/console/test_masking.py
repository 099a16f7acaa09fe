"""What stands unreadable on an officer's page, and what must stay."""

import pytest

from bot.console.help.masking import mask_text


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        ("电话13812345678，谢谢", "电话138****5678，谢谢"),
        ("138 1234 5678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("身份证410102199001011234", "身份证410****34"),
        ("41010219900101123X", "410****3X"),
        ("座机 0371-66778899", "座机 037****99"),
        ("王小明来过", "王**来过"),
    ],
)
def test_numbers_and_known_names_are_masked(words: str, masked: str) -> None:
    assert mask_text(words, names=["王小明"]) == masked


@pytest.mark.parametrize(
    "words",
    [
        "打 12345",
        "编号 20261124-0042",
        "2026-03-01 到 2026/3/5",
        "12 号楼 3 单元 402",
        "三千五百块",
        "办公室 0371-1234567",
    ],
)
def test_days_tickets_hotlines_and_the_office_stay(words: str) -> None:
    assert mask_text(words, known=["0371-1234567"]) == words
