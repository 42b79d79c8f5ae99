"""Over real HTTP: old, foreign, altered and used links and forged forms are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from reports.board import render_board
from reports.case_page import render_case
from reports.finding_page import render_finding
from reports.marts import finding_details
from reports.page import act_link, case_link
from tests.acting.conftest import CASE, COLLEAGUE, NOW, OWNER, Served, publish
from tests.reports.firm import Firm
from tests.reports.sample_case import sample_case

OTHER = "damage_rate.all.level.2026-10-19"


def connected(served: Served) -> httpx.Client:
    return httpx.Client(base_url=served.address, trust_env=False)


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with connected(served) as client:
        yield client


def enter(client: httpx.Client, link: str, case_id: str = CASE) -> httpx.Response:
    return client.post(f"/cases/{case_id}/session", data={"link": link})


def form_token(client: httpx.Client) -> str:
    page = client.get(f"/cases/{CASE}/act").text
    return page.partition('name="token" value="')[2].partition('"')[0]


def act(client: httpx.Client, verb: str, **fields: str) -> httpx.Response:
    return client.post(f"/cases/{CASE}/act/{verb}", data=fields)


def test_a_link_lets_one_person_act_and_records_the_name(
    served: Served, client: httpx.Client
) -> None:
    assert enter(client, served.signer.sign(OWNER, CASE, NOW)).status_code == 303
    done = act(client, "ack", token=form_token(client), note="on it")
    assert done.status_code == 303
    event = served.casebook.events(CASE)[-1]
    assert (event.kind, event.actor, event.at) == ("acknowledged", OWNER, NOW)


def test_opening_a_link_does_nothing_yet(served: Served, client: httpx.Client) -> None:
    link = served.signer.sign(OWNER, CASE, NOW)
    for _ in range(3):  # as mail scanners do
        page = client.get(f"/cases/{CASE}/act", params={"link": link}).text
        assert "Sorter uptime is at 97.35 %</h1>" in page
        assert f"Continue as {OWNER}" in page
    assert served.kinds() == ["opened"]
    assert client.get(f"/cases/{CASE}/act/ack").status_code == 405


def test_a_link_is_refused_the_second_time(served: Served, client: httpx.Client) -> None:
    link = served.signer.sign(OWNER, CASE, NOW)
    assert enter(client, link).status_code == 303
    with connected(served) as another:
        replayed = enter(another, link)
    assert replayed.status_code == 403
    assert "used before" in replayed.text


def test_what_a_link_asks_for_is_taken_once_and_a_refused_act_leaves_the_link_unused(
    served: Served, client: httpx.Client
) -> None:
    link, again = (served.signer.sign(OWNER, CASE, NOW) for _ in range(2))
    pressed = {"link": link, "do": "decline"}
    assert client.post(f"/cases/{CASE}/session", data=pressed).status_code == 303
    assert client.post(f"/cases/{CASE}/session", data=pressed).status_code == 403
    assert served.kinds() == ["opened", "link_used", "declined"]
    needs_words = client.post(f"/cases/{CASE}/session", data={"link": again, "do": "close"})
    assert (needs_words.status_code, "“Cause” is missing" in needs_words.text) == (403, True)
    assert act(client, "ack", token=form_token(client)).status_code == 303
    late = client.post(f"/cases/{CASE}/session", data={"link": again, "do": "ack"})
    assert "is acknowledged: cannot ack it now" in late.text
    assert enter(client, again).status_code == 303
    assert served.kinds()[-2:] == ["acknowledged", "link_used"]


def test_an_expired_link_is_refused(served: Served, client: httpx.Client) -> None:
    link = served.signer.sign(OWNER, CASE, NOW - timedelta(days=3))
    assert "expired" in client.get(f"/cases/{CASE}/act", params={"link": link}).text
    assert enter(client, link).status_code == 403
    assert served.kinds() == ["opened"]


def test_a_link_for_another_case_is_refused(served: Served, client: httpx.Client) -> None:
    served.open_case(OTHER)
    refused = enter(client, served.signer.sign(OWNER, OTHER, NOW))
    assert refused.status_code == 403
    assert "another case" in refused.text


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: "x" + t,
        lambda t: t[:-2] + "AA",
        lambda _: "",
    ],
)
def test_a_link_that_was_altered_or_signed_elsewhere_is_refused(
    served: Served, client: httpx.Client, spoil: object
) -> None:
    assert callable(spoil)
    assert enter(client, spoil(served.signer.sign(OWNER, CASE, NOW))).status_code == 403


def test_who_holds_no_role_cannot_act(served: Served, client: httpx.Client) -> None:
    refused = enter(client, served.signer.sign("left@northline.example", CASE, NOW))
    assert refused.status_code == 403
    assert "holds no role" in refused.text


def test_a_session_of_one_case_serves_no_other(served: Served, client: httpx.Client) -> None:
    served.open_case(OTHER)
    enter(client, served.signer.sign(COLLEAGUE, CASE, NOW))
    cookie = client.cookies["sightline_session"]
    token = form_token(client)
    with connected(served) as elsewhere:
        elsewhere.cookies.set("sightline_session", cookie)
        refused = elsewhere.post(f"/cases/{OTHER}/act/ack", data={"token": token})
    assert refused.status_code == 403
    assert served.kinds(OTHER) == ["opened"]


def test_at_a_shared_screen_the_next_link_begins_a_session_of_its_own_person(
    served: Served, client: httpx.Client
) -> None:
    enter(client, served.signer.sign(COLLEAGUE, CASE, NOW))
    own, link = (served.signer.sign(person, CASE, NOW) for person in (COLLEAGUE, OWNER))
    page = client.get(f"/cases/{CASE}/act", params={"link": own}).text
    assert f"You act as <b>{COLLEAGUE}</b>" in page
    page = client.get(f"/cases/{CASE}/act", params={"link": link}).text
    assert f"Continue as {OWNER}" in page
    assert 'name="token"' not in page
    enter(client, link)
    assert act(client, "ack", token=form_token(client)).status_code == 303
    assert served.casebook.events(CASE)[-1].actor == OWNER
    altered = client.get(f"/cases/{CASE}/act", params={"link": f"{link}x"})
    assert (altered.status_code, "was altered" in altered.text) == (403, True)


def test_the_link_of_a_relapse_leads_to_the_case_that_goes_on(
    served: Served, client: httpx.Client
) -> None:
    relapse = "sorter_uptime.north.level.2026-09-07"
    served.open_case(relapse)
    served.casebook.observe(relapse, "merged", {"into": CASE}, NOW)
    page = client.get(f"/cases/{relapse}/act").text
    assert f'merged</b> into <a href="/cases/{CASE}/act">' in page
    entered = enter(client, served.signer.sign(OWNER, relapse, NOW), relapse)
    assert entered.headers["location"] == f"/cases/{CASE}/act"
    assert act(client, "ack", token=form_token(client)).status_code == 303
    assert served.kinds()[-1] == "acknowledged"


def test_a_session_ends_after_an_hour(served: Served, client: httpx.Client) -> None:
    enter(client, served.signer.sign(OWNER, CASE, NOW))
    token = form_token(client)
    served.set_clock(NOW + timedelta(hours=1))
    assert act(client, "ack", token=token).status_code == 403


@pytest.mark.parametrize("token", ["", "guessed"])
def test_a_form_without_the_token_of_its_session_is_refused(
    served: Served, client: httpx.Client, token: str
) -> None:
    enter(client, served.signer.sign(OWNER, CASE, NOW))
    assert act(client, "ack", token=token).status_code == 403
    assert "acknowledged" not in served.kinds()


def test_a_form_sent_by_another_site_is_refused(served: Served, client: httpx.Client) -> None:
    enter(client, served.signer.sign(OWNER, CASE, NOW))
    token = form_token(client)
    client.headers["Sec-Fetch-Site"] = "cross-site"
    assert act(client, "ack", token=token).status_code == 400


def test_an_illegal_step_is_refused_and_the_legal_ones_are_named(
    served: Served, client: httpx.Client
) -> None:
    enter(client, served.signer.sign(OWNER, CASE, NOW))
    refused = act(client, "decide", token=form_token(client), decision="x")
    assert refused.status_code == 409
    assert "possible are: ack, decline, comment" in refused.text


def test_a_day_that_is_past_is_refused_with_the_way_out(
    served: Served, client: httpx.Client
) -> None:
    enter(client, served.signer.sign(COLLEAGUE, CASE, NOW))
    token = form_token(client)
    act(client, "ack", token=token)
    refused = act(client, "accept", token=token, reason="x", until="2020-01-01")
    assert refused.status_code == 409
    assert "today is 2026-10-26; give a later day" in refused.text
    assert served.kinds()[-1] == "acknowledged"


def test_what_was_decided_beforehand_and_the_grade_stand_where_it_is_acted_on(
    served: Served, client: httpx.Client
) -> None:
    audited = sample_case(case_id=CASE)
    served.casebook.finish_audit(audited, NOW)
    acting, drawn = client.get(f"/cases/{CASE}/act").text, render_case(audited)
    assert words_of(acting, '<p class="do">') == words_of(drawn, '<p class="do">')
    assert words_of(acting, "<p>Data: ") == words_of(drawn, "<dt>Data</dt><dd>") + "."
    assert "Slow down: Keep recalibrating" in words_of(acting, '<p class="do">')
    assert "grade C, 1 question about it" in acting

    served.open_case(OTHER)
    served.casebook.finish_audit(sample_case(case_id=OTHER, instruction=None), NOW)
    acting = client.get(f"/cases/{OTHER}/act").text
    assert "No policy decides this; it has to be decided here." in acting


def words_of(page: str, start: str) -> str:
    """The words from a tag on to the end of its element."""
    return " ".join(re.sub(r"</?b>", "", re.split(r"</(?:p|dd)>", page.split(start)[1])[0]).split())


def test_a_case_is_merged_into_an_open_one_of_its_kpi_or_objective(
    served: Served, client: httpx.Client
) -> None:
    enter(client, served.signer.sign(COLLEAGUE, CASE, NOW))
    assert 'name="into"' not in client.get(f"/cases/{CASE}/act").text
    same_kpi, same_objective, over, another_objective = (
        "sorter_uptime.south.level.2026-10-19",
        "sorting_throughput.north.level.2026-10-19",
        "sorter_uptime.east.level.2026-10-19",
        "complaint_rate.all.level.2026-10-19",
    )
    for case_id in (same_kpi, same_objective, over, another_objective):
        served.open_case(case_id)
    served.casebook.observe(over, "withdrawn", {}, NOW)
    select = client.get(f"/cases/{CASE}/act").text.partition('name="into"')[2]
    options = re.findall(r'<option value="([^"]*)"', select.partition("</select>")[0])
    assert options == ["", same_kpi, same_objective]  # nobody merges by not looking
    assert act(client, "merge", token=form_token(client), into=same_kpi).status_code == 303
    assert served.kinds()[-1] == "merged"


def test_a_preview_of_a_silence_records_nothing_and_asks_for_the_same(
    served: Served, client: httpx.Client, firm: Firm
) -> None:
    publish(served.home, firm)
    wanted = {"reason": "planned stop", "until": "2026-11-02"}
    preview = f"/cases/{CASE}/act/silence/preview"
    assert client.post(preview, data=wanted).status_code == 403
    enter(client, served.signer.sign(OWNER, CASE, NOW))
    token = form_token(client)
    assert client.get(preview).status_code == 405
    for until, said in (("2026-10-26", "a later day"), ("2027-10-26", "31 days at most")):
        refused = client.post(preview, data=wanted | {"token": token, "until": until})
        assert (refused.status_code, said in refused.text) == (409, True)
    assert client.post(preview, data=wanted | {"token": token}).status_code == 200
    assert served.casebook.silencing.silences(NOW) == []
    assert "silenced" not in served.kinds()


def test_another_host_name_is_refused(client: httpx.Client) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_form_may_not_be_long_and_paths_do_not_climb(
    served: Served, client: httpx.Client
) -> None:
    assert act(client, "comment", text="x" * 70_000).status_code == 400
    secret = served.home.root / "secret.html"
    secret.write_text("secret")
    for path in ("/cases/..%2f..%2fsecret.html", "/cases/%2e%2e%2fsecret.html"):
        assert client.get(path).status_code == 404


def test_every_link_of_the_drawn_pages_leads_somewhere(
    served: Served, client: httpx.Client, firm: Firm
) -> None:
    home, audited = served.home, sample_case(case_id=CASE)
    (home.reports / "index.html").write_text(render_board(firm.marts))
    (home.cases / f"{CASE}.html").write_text(render_case(audited))
    row = finding_details(firm.marts)[0]
    firm.marts.execute(
        "insert into marts.fct_integrity_finding "
        "select * replace ('f7' as finding_id) from marts.fct_integrity_finding"
    )
    publish(home, firm)
    for finding_id in (row["finding_id"], audited.integrity.findings[0].finding_id):
        (home.findings / f"{finding_id}.html").write_text(render_finding(row, ("late_booking",)))
    seen, waiting = set(), {httpx.URL(served.address).join("/")}
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        assert answer.status_code == 200, address
        seen.add(address)
        links = re.findall(r'<a href="([^"]*)"', answer.text)
        waiting |= {address.join(link) for link in links} - seen
    pages = {f"/cases/{CASE}.html", f"/cases/{CASE}/act", "/findings/f1.html", "/findings/f7.html"}
    pages |= {"/findings/f1/act", "/findings/f7/act"}
    assert {address.path for address in seen} == pages | {"/", "/index.html"}
    assert "/act" not in (home.cases / f"{CASE}.html").read_text()


def test_every_answer_forbids_scripts_and_is_not_kept(served: Served, client: httpx.Client) -> None:
    (served.home.reports / "index.html").write_text("<p>board")
    for path in ("/", f"/cases/{CASE}/act", "/cases/none.html", "/findings/none.html"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "script-src" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"


def test_the_key_is_readable_by_its_owner_alone(served: Served) -> None:
    assert served.home.link_key.stat().st_mode & 0o077 == 0
    assert served.signer.key.hex() not in repr(served.signer)


def test_a_case_of_a_place_with_a_slash_is_read_and_acted_on(
    served: Served, client: httpx.Client
) -> None:
    case_id = "sorter_uptime.north/dock 1.level.2026-06-29"
    served.open_case(case_id)
    served.casebook.finish_audit(sample_case(case_id=case_id), NOW)
    served.home.case_page(case_id).write_text(render_case(sample_case(case_id=case_id)))
    page = client.get(f"/{case_link(case_id)}")
    assert 'href="/cases/sorter_uptime.north~2Fdock~201.level.2026-06-29/act"' in page.text
    link = act_link("", case_id, "ack", token=served.signer.sign(OWNER, case_id, NOW))
    assert "Acknowledge</button>" in client.get(link).text
    pressed = {"link": link.partition("link=")[2], "do": "ack"}
    entered = client.post(f"{act_link('', case_id).removesuffix('act')}session", data=pressed)
    assert served.kinds(case_id)[-1] == "acknowledged"
    stands = client.get(entered.headers["location"]).text
    assert "This case is <b>acknowledged</b>" in stands
    assert f'href="/{case_link(case_id)}">Read the whole case' in stands
