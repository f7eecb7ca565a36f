"""Whoever started long work watches it, with and without scripts."""

from flask import Flask
from flask.testing import FlaskClient

from charity_portal.kernel import jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.permissions import Actor
from tests.factories import personas
from tests.factories.examples import World
from tests.support.people import sign_in


def start(world: World) -> int:
    with transaction():
        return jobs.enqueue(Actor(user_id=world.people["officer"]), "work", {}).id


def test_the_page_reloads_itself_until_the_work_has_ended(app: Flask, client: FlaskClient) -> None:
    world = personas.settle()
    job_id = start(world)
    sign_in(client, world.people["officer"])
    waiting = client.get(f"/jobs/{job_id}").text
    assert '<noscript><meta http-equiv="refresh"' in waiting
    assert f'data-poll="/jobs/{job_id}/state"' in waiting
    with transaction():
        job = db.session.get_one(Job, job_id)
        job.state, job.result = "done", {"url": "/verify"}
    done = client.get(f"/jobs/{job_id}").text
    assert "http-equiv" not in done
    assert "data-poll=" not in done
    assert 'href="/verify"' in done
    assert client.get(f"/jobs/{job_id}/state").json == {
        "state": "done", "done": 0, "total": 0, "note": "", "url": "/verify",
    }  # fmt: skip


def test_others_do_not_see_it(app: Flask, client: FlaskClient) -> None:
    world = personas.settle()
    job_id = start(world)
    assert client.get(f"/jobs/{job_id}").status_code == 302
    sign_in(client, world.people["approver"])
    assert client.get(f"/jobs/{job_id}").status_code == 403
    assert client.get(f"/jobs/{job_id}/state").status_code == 403
    sign_in(client, world.people["administrator"])
    assert client.get(f"/jobs/{job_id}").status_code == 200


def test_work_that_was_never_started_is_not_found(app: Flask, client: FlaskClient) -> None:
    sign_in(client, personas.settle().people["officer"])
    assert client.get("/jobs/999999").status_code == 404
