"""Connecting trackers: consent, states that work once, tokens at rest, one tracker for one person."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from fittrack.connections.joining import STATE_LIFETIME
from fittrack.db.tables.partners import oauth_states, tracker_connections, tracker_revocations
from tests.fittrack.connections.conftest import TrackerHouse
from tests.google_health import Fault
from tests.rest_house import PASSWORD


async def column(house: TrackerHouse, wanted) -> list:
    return await house.rest.inner.node.reads.run(lambda conn: list(conn.execute(select(wanted)).scalars()))


async def test_consent_that_is_brought_back_connects_the_tracker(house: TrackerHouse):
    joe = await house.person()
    connection = await house.connect(joe)
    assert (connection["provider"], connection["service"]) == ("fitbit", "google_health")
    assert connection["sync_status"] == "pending"
    assert connection["is_primary"] is True
    assert await house.connection(joe) == connection
    [tracker] = (await house.rest.get("/users/me", joe.token))["connections"]
    assert tracker["provider"] == "fitbit"


async def test_the_names_that_can_be_connected_are_told(house: TrackerHouse):
    joe = await house.person()
    told = (await house.rest.get("/connections", joe.token))["providers"]
    assert {each["provider"]: each["availability"] for each in told} == {
        "fitbit": "active",
        "google_fit": "active",
        "google_health": "active",
        "apple_health": "active",
        "health_connect": "active",
        "terra": "active",
    }
    assert {each["service"] for each in told if not each["pushes"]} == {"google_health", "terra"}


async def test_a_state_works_once(house: TrackerHouse):
    joe = await house.person()
    _, begun = await house.call("POST", "/connections/fitbit/initiate", {}, token=joe.token)
    back = house.google.consent(begun["authorization_url"], "joe-at-google")
    assert (await house.call("POST", "/connections/fitbit/callback", back, token=joe.token))[0] == 201
    status, problem = await house.call("POST", "/connections/fitbit/callback", back, token=joe.token)
    assert (status, problem["code"]) == (400, "invalid-state")


async def test_a_state_ends(house: TrackerHouse):
    joe = await house.person()
    _, begun = await house.call("POST", "/connections/fitbit/initiate", {}, token=joe.token)
    back = house.google.consent(begun["authorization_url"], "joe-at-google")
    await house.clock.advance(STATE_LIFETIME.total_seconds())
    status, problem = await house.call("POST", "/connections/fitbit/callback", back, token=joe.token)
    assert (status, problem["code"]) == (400, "invalid-state")


async def test_a_state_of_somebody_else_or_of_another_provider_connects_nobody(house: TrackerHouse):
    joe, eve = await house.person(), await house.person("eve")
    for token, provider in ((eve.token, "fitbit"), (joe.token, "terra")):
        _, begun = await house.call("POST", "/connections/fitbit/initiate", {}, token=joe.token)
        back = house.google.consent(begun["authorization_url"], "joe-at-google")
        status, problem = await house.call("POST", f"/connections/{provider}/callback", back, token=token)
        assert (status, problem["code"]) == (400, "invalid-state")
    assert await house.connections(eve) == []


async def test_pkce_binds_the_code_to_who_asked(house: TrackerHouse):
    """A code that was stolen on its way back is worth nothing with another state."""
    joe, eve = await house.person(), await house.person("eve")
    _, begun = await house.call("POST", "/connections/fitbit/initiate", {}, token=joe.token)
    stolen = house.google.consent(begun["authorization_url"], "joe-at-google")
    _, own = await house.call("POST", "/connections/fitbit/initiate", {}, token=eve.token)
    back = {"code": stolen["code"], "state": own["state"]}
    status, problem = await house.call("POST", "/connections/fitbit/callback", back, token=eve.token)
    assert (status, problem["code"]) == (409, "consent-refused")


async def test_the_verifier_is_kept_sealed_and_the_state_hashed(house: TrackerHouse):
    joe = await house.person()
    _, begun = await house.call("POST", "/connections/fitbit/initiate", {}, token=joe.token)
    [hashed] = await column(house, oauth_states.c.state_hash)
    assert begun["state"].encode() not in hashed
    query = parse_qs(urlsplit(begun["authorization_url"]).query)
    assert query["state"] == [begun["state"]]
    assert "code_verifier" not in query


async def test_tokens_are_kept_sealed(house: TrackerHouse):
    await house.connected()
    [access] = await column(house, tracker_connections.c.sealed_access_token)
    [refresh] = await column(house, tracker_connections.c.sealed_refresh_token)
    assert b"access-" not in access
    assert b"refresh-" not in refresh
    [connection_id] = await column(house, tracker_connections.c.connection_id)
    assert connection_id.hex  # the seal is for this row


async def test_people_are_sent_back_to_registered_addresses_only(house: TrackerHouse):
    joe = await house.person()
    wanted = {"redirect_uri": "https://evil.example/"}
    status, problem = await house.call("POST", "/connections/fitbit/initiate", wanted, token=joe.token)
    assert (status, problem["code"]) == (422, "redirect-not-allowed")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(503), (502, "tracker-unreachable")),
        (Fault(200, "<html>"), (502, "tracker-unreachable")),
        (Fault(200, '{"token_type": "Bearer"}'), (502, "tracker-unreachable")),
        (Fault(400, '{"error": "invalid_grant"}'), (409, "consent-refused")),
        (Fault(400, '{"error": "invalid_client"}'), (502, "tracker-unreachable")),
        (Fault(429, "{}", {"Retry-After": "5"}), (502, "tracker-unreachable")),
    ],
)
async def test_a_code_that_makes_no_tokens_is_told_in_words(
    house: TrackerHouse, fault: Fault, expected: tuple[int, str]
):
    joe = await house.person()
    _, begun = await house.call("POST", "/connections/fitbit/initiate", {}, token=joe.token)
    back = house.google.consent(begun["authorization_url"], "joe-at-google")
    house.google.token_faults.append(fault)
    status, problem = await house.call("POST", "/connections/fitbit/callback", back, token=joe.token)
    assert (status, problem["code"]) == expected
    assert await house.connections(joe) == []


async def test_one_tracker_earns_for_one_account(house: TrackerHouse):
    joe, eve = await house.person(), await house.person("eve")
    await house.connect(joe, "fitbit", "one-tracker")
    _, begun = await house.call("POST", "/connections/google_fit/initiate", {}, token=eve.token)
    back = house.google.consent(begun["authorization_url"], "one-tracker")
    status, problem = await house.call("POST", "/connections/google_fit/callback", back, token=eve.token)
    assert (status, problem["code"]) == (409, "tracker-taken")
    await house.call("DELETE", "/connections/fitbit", token=joe.token)
    await house.connect(eve, "google_fit", "one-tracker")


async def test_fitbit_and_google_fit_are_names_of_one_connection(house: TrackerHouse):
    joe = await house.person()
    await house.connect(joe, "fitbit")
    await house.connect(joe, "google_fit")
    connection = await house.connection(joe)
    assert (connection["provider"], connection["is_primary"]) == ("google_fit", True)
    status, _ = await house.call("POST", "/connections/fitbit/sync", token=joe.token)
    assert status == 202, "either name means it"
    await house.rest.inner.node.jobs.revoke_tokens()
    assert house.google.revoked == [], "that would end the consent they share"


async def test_another_account_at_the_same_service_has_the_former_one_revoked(house: TrackerHouse):
    joe = await house.person()
    await house.connect(joe, "fitbit", "old")
    await house.connect(joe, "fitbit", "new")
    await house.rest.inner.node.jobs.revoke_tokens()
    assert house.google.revoked == ["old"]


async def test_disconnecting_revokes_the_consent(house: TrackerHouse):
    joe, _ = await house.connected()
    assert (await house.call("DELETE", "/connections/fitbit", token=joe.token))[0] == 204
    assert await house.connections(joe) == []
    await house.rest.inner.node.jobs.revoke_tokens()
    assert house.google.revoked == ["joe-at-google"]
    assert await column(house, tracker_revocations.c.connection_id) == []
    assert (await house.call("DELETE", "/connections/fitbit", token=joe.token))[0] == 404


async def test_a_provider_that_is_away_is_told_of_the_end_later(house: TrackerHouse):
    joe, _ = await house.connected()
    await house.call("DELETE", "/connections/fitbit", token=joe.token)
    house.google.token_faults.append(Fault(503))
    await house.rest.inner.node.jobs.revoke_tokens()
    assert house.google.revoked == []
    await house.clock.advance(600)
    await house.rest.inner.node.jobs.revoke_tokens()
    assert house.google.revoked == ["joe-at-google"]


async def test_connecting_anew_before_that_keeps_the_new_consent(house: TrackerHouse):
    joe, _ = await house.connected()
    await house.call("DELETE", "/connections/fitbit", token=joe.token)
    await house.connect(joe)
    await house.rest.inner.node.jobs.revoke_tokens()
    assert house.google.revoked == []


async def test_deleting_the_account_revokes_the_consent(house: TrackerHouse):
    joe, _ = await house.connected()
    status, _ = await house.call("DELETE", "/users/me", {"password": PASSWORD}, token=joe.token)
    assert status == 204
    await house.rest.inner.node.jobs.apply_effects()
    await house.rest.inner.node.jobs.revoke_tokens()
    assert house.google.revoked == ["joe-at-google"]
    assert await column(house, tracker_connections.c.connection_id) == []


async def test_what_lives_on_the_phone_is_connected_at_once(house: TrackerHouse):
    joe = await house.person()
    status, begun = await house.call("POST", "/connections/apple_health/initiate", token=joe.token)
    assert status == 201
    assert begun["authorization_url"] is None
    assert begun["connection"]["sync_status"] == "idle"
    status, problem = await house.call("POST", "/connections/apple_health/sync", token=joe.token)
    assert (status, problem["code"]) == (409, "nothing-to-sync")


async def test_a_provider_without_credentials_is_not_there(tmp_path):
    from tests.rest_house import a_rest_house

    async with a_rest_house(tmp_path) as bare:
        joe = await bare.person("joe")
        status, problem = await bare.call("POST", "/connections/fitbit/initiate", {}, token=joe.token)
        assert (status, problem["code"]) == (404, "tracker-not-configured")
        status, problem = await bare.call("POST", "/connections/garmin/initiate", {}, token=joe.token)
        assert (status, problem["code"]) == (404, "tracker-not-configured")


async def test_admins_and_who_has_no_profile_connect_nothing(house: TrackerHouse):
    newcomer = await house.person("new", complete=False)
    status, problem = await house.call("POST", "/connections/fitbit/initiate", {}, token=newcomer.token)
    assert (status, problem["code"]) == (403, "profile-incomplete")


async def test_syncs_on_demand_are_limited(house: TrackerHouse):
    joe, _ = await house.connected()
    statuses = [(await house.call("POST", "/connections/fitbit/sync", token=joe.token))[0] for _ in range(3)]
    assert statuses == [202, 202, 429]
    await house.clock.advance(timedelta(minutes=1).total_seconds())
    assert (await house.call("POST", "/connections/fitbit/sync", token=joe.token))[0] == 202
