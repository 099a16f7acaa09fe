"""Who is let in: rules, forged forms, networks, failures; and what is written down about it."""

import re
from ipaddress import ip_network

import pytest
from sqlalchemy import text

from bot.domain.permissions import Preset
from tests.console.colleague import Colleague, Page
from tests.console.trial import TrialDesk, open_trial

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "media-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
}


async def audited(trial: TrialDesk) -> list[tuple[str, str]]:
    rows = await trial.town.database.read(lambda conn: conn.execute(text("SELECT action, detail FROM audit")).all())
    return [(row.action, row.detail) for row in rows]


async def send(colleague: Colleague, path: str, *, headers: dict[str, str] | None = None, **fields: str) -> Page:
    return await colleague.asks("POST", path, headers=headers, data=fields)


async def test_nobody_signed_in_is_asked_to_sign_in_and_led_back(trial: TrialDesk) -> None:
    page = await trial.stranger().opens("/trial?state=open&page=2")
    assert page.leads_to == "/sign-in?next=/trial%3Fstate%3Dopen%26page%3D2"
    assert (await trial.stranger().opens("/trial/open")).text == "nobody"


async def test_who_has_the_permission_is_let_in_and_others_are_written_down(trial: TrialDesk) -> None:
    approver = await trial.hire(Preset.APPROVER)
    assert (await approver.opens("/trial")).text == "approver"
    clerk = await trial.hire(Preset.DEPARTMENT)
    refused = await clerk.opens("/trial")
    assert refused.status == 403
    assert "没有打开这一页的权限" in refused.text
    assert await audited(trial) == [("forbidden", "/trial")]


async def test_a_permission_taken_away_counts_from_the_next_click(trial: TrialDesk) -> None:
    approver = await trial.hire()
    await trial.town.database.write(lambda conn: conn.execute(text("UPDATE staff SET taken = 'quiet'")))
    assert (await approver.opens("/trial")).status == 403


async def test_without_the_second_factor_only_setting_up_is_open(trial: TrialDesk) -> None:
    approver = await trial.hire()
    await trial.town.database.write(lambda conn: conn.execute(text("UPDATE staff SET totp = NULL")))
    assert (await approver.opens("/trial")).leads_to == "/account/second-factor"
    assert (await approver.opens("/trial/set-up")).text == "approver"
    assert 'aria-label="主菜单"' not in (await approver.opens("/trial/set-up?full=1")).text


async def test_half_way_through_the_sign_in_nothing_is_open(trial: TrialDesk) -> None:
    approver = await trial.hire()
    await trial.town.database.write(
        lambda conn: conn.execute(text("UPDATE staff_sessions SET stage = 'second_factor'"))
    )
    for path in ("/trial", "/trial/set-up"):
        assert (await approver.opens(path)).leads_to.startswith("/sign-in")
    assert (await approver.opens("/trial/open")).text == "nobody"


async def test_another_department_s_row_is_missing_and_the_look_is_written_down(trial: TrialDesk) -> None:
    clerk = await trial.hire(Preset.DEPARTMENT, department="城管局")
    other = await trial.hire(Preset.DEPARTMENT, name="other", department="住建局")
    assert (await clerk.opens("/trial/rows/1")).text == "a row"
    foreign, forged = await other.opens("/trial/rows/1"), await other.opens("/trial/rows/x")
    assert (foreign.status, forged.status) == (404, 404)
    assert await audited(trial) == [("missing", ""), ("missing", "")]


async def test_an_unknown_address_is_a_page_and_an_audit_line(trial: TrialDesk) -> None:
    for method in ("GET", "POST", "PUT", "HEAD"):
        page = await trial.stranger().asks(method, "/nowhere/../<script>")
        assert page.status == 404
    assert "没有找到" in (await trial.stranger().opens("/nowhere")).text
    assert [action for action, _ in await audited(trial)] == ["missing"] * 5


async def test_strangers_cannot_fill_the_audit_log(trial: TrialDesk) -> None:
    stranger = trial.stranger()
    for _ in range(70):
        assert (await stranger.opens("/nowhere")).status == 404
    assert len(await audited(trial)) <= 62  # sixty a minute, and the minute may have turned: then a few more


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
async def test_a_form_of_another_site_changes_nothing(trial: TrialDesk, headers: dict[str, str]) -> None:
    approver = await trial.hire()
    token = await trial.token(approver)
    assert (await send(approver, "/trial/keep", headers=headers, csrf=token, words="x")).status == 403
    assert trial.trial.done == []
    assert await audited(trial) == [("forged", "/trial/keep")]
    own = {"Sec-Fetch-Site": "same-origin", "Origin": trial.address}
    assert (await send(approver, "/trial/keep", headers=own, csrf=token, words="x")).status == 303
    assert trial.trial.done == ["x"]


async def test_a_form_without_its_own_token_changes_nothing(trial: TrialDesk) -> None:
    approver, other = await trial.hire(), await trial.hire(Preset.ADMINISTRATOR)
    own, foreign = await trial.token(approver), await trial.token(other)
    number, _, mark = own.partition(".")
    for token in (
        "",
        foreign,
        mark,
        f"{number}.",
        f"{number}.{'0' * 32}",
        f"{int(number) + 1}.{mark}",
        "1.ä",
        own + "0",
    ):
        assert (await send(approver, "/trial/keep", csrf=token, words="x")).status == 403, token
    assert trial.trial.done == []
    assert (await send(approver, "/trial/keep", headers={"X-CSRF-Token": own}, words="x")).status == 303


async def test_a_stranger_s_form_needs_the_token_of_his_browser(trial: TrialDesk) -> None:
    stranger, other = trial.stranger(), trial.stranger()
    token = (await stranger.opens("/trial/open?full=1")).form("/theme").value("csrf")
    assert (await other.opens("/trial/open?full=1")).status == 200
    assert (await send(other, "/trial/echo-open", csrf=token)).status == 403
    assert (await send(trial.stranger(), "/trial/echo-open", csrf=token)).status == 403
    assert (await send(stranger, "/trial/echo-open", csrf=token)).status == 200


async def test_every_answer_carries_the_headers(trial: TrialDesk) -> None:
    approver = await trial.hire()
    style = re.search(r'href="/desk(/static/desk.css[^"]+)', (await approver.opens("/")).text)
    assert style
    for path in ("/", "/nowhere", "/trial", "/trial/broken", "/sign-in", style[1], "/static/none.css"):
        page = await approver.opens(path)
        policy = {rule.strip() for rule in page.headers["Content-Security-Policy"].split(";")}
        assert policy - POLICY == {f"frame-ancestors 'self' {trial.settings.wechat_mp_url}"}, path
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Server" not in page.headers
        if not path.startswith("/static"):
            assert page.headers["Cache-Control"] == "no-store"


async def test_a_live_console_cannot_be_framed_and_stays_on_https(trial: TrialDesk) -> None:
    async with open_trial(trial.town, live=True, public_url="https://wx.example.gov.cn") as live:
        page = await live.stranger().opens("/nowhere")
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Strict-Transport-Security"].startswith("max-age=")
        cookie = page.headers["Set-Cookie"]
        assert cookie.startswith("__Host-desk-visitor=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}


async def test_only_the_allowed_networks_may_enter(trial: TrialDesk) -> None:
    networks = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    async with open_trial(trial.town, desk_allowed_networks=networks, desk_proxy_header="X-Real-IP") as guarded:
        stranger = guarded.stranger()
        for address in ("10.1.2.3", "fd00::1", "::ffff:10.1.2.3", "8.8.8.8, 10.1.2.3"):
            page = await stranger.opens("/trial/open", headers={"X-Real-IP": address})
            assert (page.status, page.text) == (200, "nobody"), address
        for address in ("10.2.0.1", "fe80::1", "nonsense", "", "10.1.2.3, 8.8.8.8"):
            page = await stranger.opens("/trial/open", headers={"X-Real-IP": address})
            assert page.status == 403, address
            assert "不能从这里打开" in page.text
        assert (await stranger.opens("/trial/open")).status == 403  # the connection's own address: 127.0.0.1
        assert (await stranger.opens("/static/desk.css")).status == 403


async def test_without_a_setting_no_header_is_believed(trial: TrialDesk) -> None:
    stranger = trial.stranger()
    await stranger.opens("/nowhere", headers={"X-Real-IP": "10.9.9.9", "X-Forwarded-For": "10.9.9.9"})
    addresses = await trial.town.database.read(lambda conn: conn.scalars(text("SELECT address FROM audit")).all())
    assert addresses == ["127.0.0.1"]


async def test_an_unknown_failure_has_a_number_that_is_in_the_log(
    trial: TrialDesk, caplog: pytest.LogCaptureFixture
) -> None:
    approver = await trial.hire()
    page = await approver.opens("/trial/broken?words=13900000000")
    assert page.status == 500
    reference = re.search(r"编号：<strong>([0-9A-F]{6})</strong>", page.text)
    assert reference
    records = [record for record in caplog.records if getattr(record, "reference", "") == reference[1]]
    assert len(records) == 1
    assert "13900000000" not in page.text + str(vars(records[0]))


async def test_only_a_person_keeps_a_session_alive(trial: TrialDesk) -> None:
    approver = await trial.hire()

    async def seen() -> int:
        return int(
            await trial.town.database.read(
                lambda conn: conn.scalar(text("SELECT count(*) FROM staff_sessions WHERE seen > started"))
            )
        )

    await trial.town.database.write(
        lambda conn: conn.execute(text("UPDATE staff_sessions SET started = started, seen = started"))
    )
    clock = trial.settings.clock_offset_file
    assert clock
    clock.write_text("120")
    await approver.opens("/trial", headers={"X-Live": "1"})
    await approver.opens("/trial", headers={"Accept": "text/event-stream"})
    assert await seen() == 0
    await approver.opens("/trial")
    assert await seen() == 1


async def test_after_the_idle_time_the_session_is_over(trial: TrialDesk) -> None:
    approver = await trial.hire()
    clock = trial.settings.clock_offset_file
    assert clock
    clock.write_text(str(trial.settings.desk_idle_minutes * 60 - 5))
    assert (await approver.opens("/trial")).status == 200
    clock.write_text(str(trial.settings.desk_idle_minutes * 60 * 2))
    assert (await approver.opens("/trial")).leads_to.startswith("/sign-in")


async def test_htmx_gets_the_content_alone_and_is_led_by_its_own_header(trial: TrialDesk) -> None:
    approver = await trial.hire()
    part = await approver.opens("/search?q=x", headers={"HX-Request": "true"})
    assert "<h1>" in part.text
    assert "<html" not in part.text
    whole = await approver.opens("/search?q=x", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in whole.text
    led = await trial.stranger().opens("/trial", headers={"HX-Request": "true"})
    assert (led.status, led.headers["HX-Redirect"]) == (200, "/desk/sign-in?next=/trial")


async def test_the_console_s_own_address_without_a_slash_leads_in(trial: TrialDesk) -> None:
    async with trial.town.session.get(f"{trial.address}/desk", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (308, "/desk/")


async def test_a_database_in_trouble_is_told_in_plain_words(trial: TrialDesk) -> None:
    approver = await trial.hire()
    token = await trial.token(approver)
    await trial.town.database.write(lambda conn: conn.execute(text("ALTER TABLE once RENAME TO away")))
    page = await send(approver, "/trial/keep", csrf=token, once="a" * 22, words="x")
    assert page.status == 503
    assert "数据库暂时连不上" in page.text
