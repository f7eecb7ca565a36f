"""Totals that the database adds up agree with the rows they are made of."""

from flask import Flask

from charity_portal.projects.queries import results
from tests.factories.history import record, take_over


def test_totals_are_those_of_the_rows(app: Flask) -> None:
    music, dance = [{"title": "Music"}], [{"title": "Dance"}]
    without_request = {k: v for k, v in record(4).items() if k != "amountAppliedFor"}
    done = take_over(
        record(1, grantProgramme=music),
        record(2, amountAwarded=1200, grantProgramme=dance),
        record(3, amountAwarded=1000, grantProgramme=[]),
        without_request,
    )
    [call_id] = done.call_ids
    rows, totals = results.awarded_rows(call_id), results.totals(call_id)
    assert totals.count == len(rows) == 4
    assert totals.awarded == sum(row.awarded for row in rows)
    assert totals.requested == sum(row.requested or 0 for row in rows)
    assert totals.above_request == sum(row.above_request for row in rows) == 1
    assert totals.below_request == sum(row.below_request for row in rows) == 1
    tracks = results.track_totals(call_id)
    assert sum(track.awarded for track in tracks) == totals.awarded
    assert {track.title_zh: track.count for track in tracks} == {"Music": 2, "Dance": 1, None: 1}
    assert [track.awarded for track in tracks] == sorted((t.awarded for t in tracks), reverse=True)


def test_a_call_without_awards_has_zeros_and_no_rows(app: Flask) -> None:
    [call_id] = take_over(record(1, amountAwarded=0)).call_ids
    totals = results.totals(call_id)
    assert (totals.count, totals.awarded) == (1, 0)
    assert results.notice_outcomes(call_id) == []
    assert results.outcome_counts(call_id) == {"awarded": 1}
    assert results.refusals(call_id) == []
