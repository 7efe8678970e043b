"""The settings in force, and those that stop the start."""

import base64

import pytest

from fittrack.config import AppEnv, Settings, SettingsError, load_settings, masked
from fittrack.config.published import DEVELOPMENT_SECRET, DEVELOPMENT_TOKEN_KEYS
from tests.fittrack.server.keys import rsa_pem

PRIVATE, PUBLIC = rsa_pem()
TOKEN_KEYS = "k1:" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
PRODUCTION = {
    "APP_ENV": "production",
    "PUBLIC_URL": "https://fittrack.example/",
    "SECRET_KEY": "hunter2-hunter2-hunter2-hunter2-hunter2",
    "TOKEN_KEYS": TOKEN_KEYS,
    "JWT_PRIVATE_KEY": PRIVATE,
    "SMTP_URL": "smtp://mailer:hunter2@mail.example:587",
    "CORS_ORIGINS": "https://app.example,https://ops.example",
    "FITBIT_CLIENT_ID": "us",
    "FITBIT_CLIENT_SECRET": "hunter2",
}


@pytest.fixture
def load(tmp_path):
    def load(environ: dict[str, str], dotenv: str = "") -> Settings:
        (tmp_path / ".env").write_text(dotenv)
        return load_settings(environ, tmp_path / ".env")

    return load


@pytest.fixture
def faults(load):
    def faults(environ: dict[str, str]) -> list[str]:
        with pytest.raises(SettingsError) as failure:
            load(environ)
        return failure.value.faults

    return faults


def test_a_fresh_machine_needs_no_settings(load):
    settings = load({})
    assert settings.app_env is AppEnv.DEVELOPMENT
    assert settings.database.url == "sqlite:///var/fittrack.db"
    assert settings.jwt_algorithm == "HS256"
    assert settings.platform_tz.key == "America/New_York"
    assert settings.excluded_states == {"NY", "FL", "RI"}
    assert (settings.rate_limits.anonymous, settings.rate_limits.user, settings.rate_limits.admin) == (
        10,
        100,
        500,
    )
    assert settings.make_token_keys().algorithm == "HS256"


def test_the_budgets_of_the_websocket_are_the_protocols_unless_set(load, faults):
    budgets = load({}).websocket
    assert (budgets.commands_per_second, budgets.commands_burst, budgets.commands_in_flight) == (20, 100, 64)
    assert budgets.connections_per_account == 5
    raised = load({"WS_COMMANDS_PER_SECOND": "500", "WS_CONNECTIONS_PER_ACCOUNT": "9"})
    assert (raised.websocket.commands_per_second, raised.websocket.connections_per_account) == (500, 9)
    assert masked(raised)["WS_COMMANDS_PER_SECOND"] == "500"
    assert faults({"WS_COMMANDS_BURST": "0"}) == ["WS_COMMANDS_BURST is not a whole number from 1 to 1000000"]


def test_the_environment_wins_over_the_file(load):
    settings = load({"LOG_LEVEL": "ERROR"}, "LOG_LEVEL=DEBUG\nMAIL_DIR=post\n")
    assert settings.log_level == "ERROR"
    assert str(settings.mail_dir) == "post"


def test_production_runs_with_secrets_of_its_own(load):
    settings = load(PRODUCTION)
    assert settings.jwt_algorithm == "RS256"
    assert settings.log_format == "json"
    assert settings.public_url == "https://fittrack.example"
    assert settings.drand_url
    assert not settings.drawings_without_beacon
    assert settings.make_token_keys().algorithm == "RS256"


def test_a_beacon_is_the_default_where_drawings_need_one(load):
    assert load(PRODUCTION).drand_url == "https://api.drand.sh"
    assert not load({}).drand_url
    assert not load({**PRODUCTION, "DRAWINGS_WITHOUT_BEACON": "true"}).drand_url
    own = {"DRAWINGS_WITHOUT_BEACON": "true", "DRAND_URL": "https://drand.example"}
    assert load({**PRODUCTION, **own}).drand_url == "https://drand.example"


@pytest.mark.parametrize(
    "url", ["api.drand.sh", "ftp://drand.example", "https://", "https://drand.example:x", "http://["]
)
def test_the_address_of_a_beacon_is_one_of_the_web(faults, url):
    (fault,) = faults({"DRAND_URL": url})
    assert fault.startswith("DRAND_URL is written https://host")


def test_people_sign_in_with_google_and_apple_where_our_apps_are_known_to_them(load):
    settings = load({**PRODUCTION, "GOOGLE_CLIENT_ID": "server.example, ios.example"})
    assert settings.google_sign_in.client_ids == ("server.example", "ios.example")
    assert settings.google.client_id == "server.example"
    assert settings.google_sign_in.issuer == "https://accounts.google.com"
    assert settings.apple_sign_in.jwks_url == "https://appleid.apple.com/auth/keys"
    assert settings.apple_sign_in.client_ids == ()
    assert masked(settings)["GOOGLE_CLIENT_ID"] == "server.example,ios.example"


@pytest.mark.parametrize("name", ["GOOGLE_ISSUER", "GOOGLE_JWKS_URL", "APPLE_ISSUER", "APPLE_JWKS_URL"])
def test_whom_we_believe_is_reached_by_https_where_others_rely_on_it(load, faults, name):
    local = {name: "http://127.0.0.1:9000/keys"}
    assert load(local)
    assert faults({**PRODUCTION, **local})[0].startswith(f"{name} is written https://host")
    assert faults({name: "accounts.example"})[0].startswith(f"{name} is written https://host")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("rediss://ada:hunter2@redis.example:6380/1", "rediss://********@redis.example:6380/1"),
        ("redis://hunter2@redis.example", "redis://********@redis.example"),
        ("redis://redis.example/0?password=hunter2", "redis://redis.example/0"),
    ],
)
def test_who_signs_in_to_redis_is_not_shown(load, url, shown):
    settings = load({"REDIS_URL": url})
    assert settings.redis_url == url
    assert masked(settings)["REDIS_URL"] == shown


ORACLE = {"ORACLE_DSN": "db/free", "ORACLE_USER": "ada", "ORACLE_PASSWORD": "hunter2"}


def test_nodes_without_a_name_are_called_as_by_every_version_before(load):
    assert load({**PRODUCTION, **ORACLE}).namespace == "fittrack:26c946d64c46bdcd"


def test_nodes_that_are_given_the_name_that_they_had_keep_it_with_another_secret(load):
    before = load({**PRODUCTION, **ORACLE})
    renewed = {**PRODUCTION, **ORACLE, "SECRET_KEY": "hunter3-" * 5}
    assert load(renewed).namespace != before.namespace
    named = load({**renewed, "CLUSTER_NAME": before.namespace.removeprefix("fittrack:")})
    assert named.namespace == before.namespace


@pytest.mark.parametrize("name", ["SECRET_KEY", "TOKEN_KEYS", "JWT_PRIVATE_KEY"])
@pytest.mark.parametrize("app_env", ["production", "staging"])
def test_a_missing_secret_stops_the_start_and_is_named(faults, name, app_env):
    (fault,) = faults({**PRODUCTION, "APP_ENV": app_env, name: ""})
    assert fault.startswith(f"{name} is missing; {app_env} ")


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECRET_KEY", DEVELOPMENT_SECRET), ("TOKEN_KEYS", f"{TOKEN_KEYS},{DEVELOPMENT_TOKEN_KEYS}")],
)
def test_a_published_secret_stops_the_start_and_is_named(faults, name, value):
    (fault,) = faults({**PRODUCTION, name: value})
    assert fault.startswith(name)
    assert "everybody knows" in fault


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "short", "shorter than 32"),
        ("TOKEN_KEYS", "k1:nonsense", "TOKEN_KEYS cannot be used"),
        ("JWT_PRIVATE_KEY", "-----BEGIN nonsense", "not an unencrypted private key"),
        ("JWT_PRIVATE_KEY", "/nowhere/key.pem", "neither a key in PEM nor a file"),
        ("JWT_ALGORITHM", "HS256", "must be RS256 in production"),
        ("JWT_ALGORITHM", "none", "is one of HS256, RS256"),
        ("CORS_ORIGINS", "*", "must name origins"),
        ("CORS_ORIGINS", "app.example", "is no origin"),
        ("CORS_ORIGINS", "https://app.example/", "is no origin"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL is written redis://"),
        ("REDIS_URL", "http://localhost", "REDIS_URL is written redis://"),
        ("REDIS_URL", "redis+sentinel://host:26379", "the name of the master is missing"),
        ("REDIS_URL", "redis+cluster://host/1", "one database only"),
        ("REDIS_URL", "redis://host:port", "no host:port"),
        ("REDIS_URL", "redis://host/zero", "no number of a database"),
        ("REDIS_URL", "redis://host?colour=red", "options that are none: colour"),
        ("CLUSTER_NAME", "a:b", "CLUSTER_NAME has up to 40 letters"),
        ("CLUSTER_NAME", "{fittrack}", "CLUSTER_NAME has up to 40 letters"),
        ("CLUSTER_NAME", "x" * 41, "CLUSTER_NAME has up to 40 letters"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "TRUSTED_PROXIES is not a list of addresses"),
        ("FORWARDED_HEADER", "X-Real-IP", "FORWARDED_HEADER is one of"),
        ("ORACLE_DSN", "db/free", "ORACLE_USER or ORACLE_PASSWORD"),
        ("ORACLE_POOL_MIN", "9", "larger than ORACLE_POOL_MAX"),
        ("ORACLE_POOL_MAX", "0", "from 1 to 64"),
        ("PLATFORM_TZ", "Mars/Olympus", "PLATFORM_TZ is not a time zone"),
        ("EXCLUDED_STATES", "NY,XX", "no state: XX"),
        ("APP_ENV", "prod", "APP_ENV is one of"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(faults, name, value, words):
    assert any(words in fault for fault in faults({**PRODUCTION, name: value}))


def test_all_faults_are_told_at_once(faults):
    assert len(faults({"APP_ENV": "production"})) == 3


def test_keys_may_lie_in_files(load, tmp_path):
    (tmp_path / "key.pem").write_text(PRIVATE)
    settings = load({**PRODUCTION, "JWT_PRIVATE_KEY": str(tmp_path / "key.pem"), "JWT_PUBLIC_KEY": PUBLIC})
    assert settings.jwt_private_key == PRIVATE


def test_keys_may_be_written_on_one_line(load):
    settings = load({**PRODUCTION, "JWT_PRIVATE_KEY": PRIVATE.replace("\n", "\\n")})
    assert settings.jwt_private_key == PRIVATE


def test_oracle_takes_the_place_of_sqlite(load):
    settings = load({"ORACLE_DSN": "db/free", "ORACLE_USER": "fit", "ORACLE_PASSWORD": "hunter2"})
    assert (settings.database.oracle_dsn, settings.database.oracle_user) == ("db/free", "fit")


def test_the_list_of_excluded_states_may_be_empty(load):
    assert load({"EXCLUDED_STATES": "none"}).excluded_states == frozenset()


def test_what_is_shown_holds_no_secret(load):
    oracle = {"ORACLE_DSN": "db", "ORACLE_USER": "fit", "ORACLE_PASSWORD": "hunter2"}
    shown = masked(load({**PRODUCTION, **oracle}))
    assert "hunter2" not in str(shown)
    assert PRIVATE not in shown.values()
    assert TOKEN_KEYS not in shown.values()
    assert shown["SMTP_URL"] == "smtp://mailer:********@mail.example:587"
    assert shown["SECRET_KEY"] == "********"
    assert masked(load({}))["SECRET_KEY"] == "(development default)"


def test_the_settings_do_not_show_their_secrets_by_accident(load):
    assert "hunter2" not in repr(load(PRODUCTION))
