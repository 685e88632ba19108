"""How long jobs take, and how many are at work, as the server's settings say."""

import pytest
import requests

import edi
from pipeline import Pipeline, until
from world import told


def status(world, job):
    return told(world.b2bi.get_transformer_job(**job))["status"]


def jobs(world):
    return requests.get(f"{world.b2bi.meta.endpoint_url}/_b2bi/jobs").json()


def sleepers(world):
    return requests.get(f"{world.b2bi.meta.endpoint_url}/_b2bi/clock").json()["sleeping"]


def advance(world, millis):
    changed = requests.put(f"{world.b2bi.meta.endpoint_url}/_b2bi/clock", json={"advanceMs": millis})
    assert changed.status_code == 200, changed.text


def test_a_job_takes_its_time_on_the_clock(world_with):
    world = world_with("--clock", "manual", "--job-duration", "5s")
    job = world.start(world.put(edi.order()))
    until(lambda: sleepers(world), lambda value: value == 1)
    advance(world, 4999)
    assert (status(world, job), jobs(world)["counts"]["accepted"]) == ("running", 1)
    advance(world, 1)
    until(lambda: status(world, job), lambda value: value == "succeeded")


def test_a_job_goes_on_when_it_was_asked_for(world_with):
    world = world_with("--job-duration", "polls(3)")
    job = world.start(world.put(edi.order()))
    assert [status(world, job) for _ in range(3)] == ["running"] * 3
    until(lambda: status(world, job), lambda value: value == "succeeded")


def test_files_of_pipelines_wait_for_no_polls(world_with):
    world = world_with("--job-duration", "polls(3)", "--job-concurrency", "1")
    item = Pipeline(world, world.b2bi.meta.endpoint_url)
    for name in "abc":
        item.put(edi.order(), name)
    item.events("Transformation Completed", 3)
    until(lambda: jobs(world)["counts"], lambda counts: counts["succeeded"] == 3)


@pytest.mark.parametrize("value", ["soon", "5", "5m", "polls", "polls(x)", "-1s"])
def test_durations_that_make_no_sense_are_refused(server_with, value):
    with pytest.raises(AssertionError):
        server_with("--job-duration", value)
