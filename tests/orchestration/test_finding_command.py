"""`sightline finding`: the owner answers, somebody else accepts, and each refusal names the way."""

import json

from tests.orchestration.conftest import Firm

OWNER = "people-lead@northline.example"
OTHER = "data-lead@northline.example"


def test_an_owner_answers_and_somebody_else_accepts(as_planned: Firm) -> None:
    listed = as_planned.sightline("finding", "list", "--json")
    assert listed.returncode == 1
    (finding,) = (
        row["finding_id"] for row in json.loads(listed.stdout) if row["kpi_id"] == "staff_trained"
    )
    said = ("--text", "Pasted from the site's list.", "--by")
    answer = ("finding", "answer", finding, "--reason", "copied_without_formula", *said)
    stranger = as_planned.sightline(*answer, OTHER)
    assert (stranger.returncode, "people_lead" in stranger.stderr) == (2, True)
    early = as_planned.sightline("finding", "accept", finding, *said, OTHER)
    assert (early.returncode, "not answered yet" in early.stderr) == (2, True)
    assert as_planned.sightline(*answer, OWNER).returncode == 0
    own = as_planned.sightline("finding", "accept", finding, *said, OWNER)
    assert (own.returncode, "somebody without that role" in own.stderr) == (2, True)
    assert as_planned.sightline("finding", "accept", finding, *said, OTHER).returncode == 0
    shown = as_planned.sightline("finding", "show", finding)
    assert f"answered by {OWNER}: copied_without_formula" in shown.stdout
    assert f"accepted by {OTHER}" in shown.stdout
    told = json.loads(as_planned.sightline("finding", "show", finding, "--json").stdout)
    assert [act["kind"] for act in told["acts"]] == ["answered", "accepted"]
    assert told["evidence"]
    assert all(f"Perhaps: {reason}" in shown.stdout for reason in told["innocent_explanations"])
    assert told["innocent_explanations"]


def test_a_finding_nobody_made_is_refused(as_planned: Firm) -> None:
    done = as_planned.sightline("finding", "show", "no.such.finding")
    assert (done.returncode, "finding list" in done.stderr) == (2, True)
