"""Every statement of connections can be written for Oracle, without what only SQLite has."""

from tests.fittrack.connections.conftest import TrackerHouse
from tests.google_health import Fault
from tests.oracle_sql import assert_fit_for_oracle, statements_of


async def test_every_statement_of_a_trackers_life_compiles_for_oracle(house: TrackerHouse):
    node = house.rest.inner.node
    assert node.storage.write_engine is not None
    seen = statements_of(node.storage.write_engine, node.storage.read_engine)
    joe, body = await house.connected()
    await house.connect(joe, "google_fit", "another")
    body = house.google.person("another")
    body.walk(house.today, 3_000)
    body.work_out("run", house.ago(hours=3), 30)
    await house.sync()
    del body.exercises["run"]
    house.google.expire_access()
    await house.later(minutes=15)
    house.google.faults.append(Fault(500))
    await house.later(minutes=15)
    await house.call("POST", "/connections/fitbit/sync", token=joe.token)
    await house.call("PATCH", "/connections/fitbit", {"is_primary": False}, token=joe.token)
    await house.call("DELETE", "/connections/fitbit", token=joe.token)
    house.google.token_faults.append(Fault(503))
    await node.jobs.revoke_tokens()
    await house.clock.advance(600)
    await node.jobs.revoke_tokens()
    about = [sql for sql in seen if "tracker_" in sql]
    assert len(about) > 12
    assert_fit_for_oracle(about)
