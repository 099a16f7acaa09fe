"""What gives a person away is taken out of a question before it leaves this machine."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.knowledge.anonymous import without_personal_data

GONE = [
    ("我电话13812345678，垃圾没人收", "13812345678"),
    ("打我手机 138-1234 5678", "5678"),
    ("座机0371-65551234没人接", "65551234"),
    ("电话１３８１２３４５６７８", "5678"),
    ("号码是幺三八零零一二三四五六", "三四五六"),
    ("身份证41010119900307123X怎么改", "123X"),
    ("身份证 410101 19900307 123x", "0307"),
    ("卡号6222 0210 0111 2233 445", "2233"),
    ("邮箱zhang.san+1@qq.com收不到", "zhang"),
    ("邮箱 li@mail.example.com.cn", "example"),
    ("openid是o6_bmjrPTlm6_2sgVtMW7fFOMZcM", "bmjr"),
    ("微信号zhang_san88加我", "zhang"),
    ("加我微信:abc12345", "abc12345"),
    ("qq 是88234", "88234"),
    ("wxid_a1b2c3 是我", "a1b2"),
    ("豫A12345占道停车", "12345占"),
    ("豫A·D1234占道", "D1234"),
    ("新能源豫ad12345停在消防通道", "ad12345"),
    ("京 N 8K9L7 乱停", "8K9L7"),
    ("我叫王小明，想报名", "小明"),
    ("我叫欧阳小红想报名", "小红"),
    ("我是李建国，孩子叫李想", "建国"),
    ("姓名：张三", "张三"),
    ("本人是赵六，反映噪音", "赵六"),
    ("我姓王，路灯坏了", "王"),
    ("他叫陈大伟，天天乱停车", "大伟"),
    ("幸福小区3号楼2单元501室漏水", "501"),
    ("看https://example.com/u?id=abc这个", "example"),
]


@pytest.mark.parametrize(("said", "personal"), GONE)
def test_it_is_taken_out(said: str, personal: str) -> None:
    assert personal in said or personal == "5678"
    assert personal not in without_personal_data(said)


STAYS = [
    "图书馆几点开门",
    "12345打不通怎么办",
    "96110是什么电话",
    "3路公交几点末班",
    "11月24日有活动吗",
    "我是社区的志愿者，想问问培训",
    "我叫不到车",
    "垃圾分类四种桶怎么分",
    "WiFi密码多少",
    "woxiangbaomingzhiyuanzhe",
    "65岁以上老人有补贴吗",
    "我姓啥你知道不",
]


@pytest.mark.parametrize("said", STAYS)
def test_what_is_asked_stays(said: str) -> None:
    assert without_personal_data(said).replace(",", "，") == said


@given(st.text(max_size=60), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(max_size=60))
@example("电话", "13812345678", "")
def test_no_phone_survives_whatever_stands_around_it(before: str, phone: str, after: str) -> None:
    cleaned = without_personal_data(before + phone + after)
    assert phone not in re.sub(r"\D", "", cleaned)
    assert not re.search(r"\d{6}", cleaned)


@given(st.text(max_size=400))
def test_any_text_is_taken_and_a_second_time_finds_no_number(text: str) -> None:
    assert not re.search(r"[0-9]{6}", without_personal_data(text))
