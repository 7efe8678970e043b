"""A REDIS_URL says which kind of Redis there is, and how it is reached."""

from fittrack.pubsub.redis_url import Kind, RedisUrl


def test_one_server_with_everything_that_can_be_said() -> None:
    url = RedisUrl.parse("rediss://ada:pass%2Fword@redis.example:6380/3?ssl_ca_certs=/etc/ca.pem")
    assert (url.kind, url.tls, url.db) == (Kind.SERVER, True, 3)
    assert url.addresses == (("redis.example", 6380),)
    assert url.options == {"username": "ada", "password": "pass/word", "ssl_ca_certs": "/etc/ca.pem"}


def test_ports_need_not_be_said() -> None:
    assert RedisUrl.parse("redis://localhost").addresses == (("localhost", 6379),)
    assert RedisUrl.parse("redis://[::1]").addresses == (("::1", 6379),)
    assert RedisUrl.parse("redis+sentinel://a,b:1/m").addresses == (("a", 26379), ("b", 1))
    assert RedisUrl.parse("redis+cluster://a,[::1]:7").addresses == (("a", 6379), ("::1", 7))


def test_sentinels_and_servers_have_users_of_their_own() -> None:
    url = RedisUrl.parse("redis+sentinel://:pw@a:1,b:2/mymaster/2?sentinel_password=other")
    assert (url.kind, url.master, url.db, url.tls) == (Kind.SENTINEL, "mymaster", 2, False)
    assert url.options == {"password": "pw"}
    assert url.sentinel_options == {"password": "other"}


def test_what_is_shown_of_it_holds_no_secret() -> None:
    assert RedisUrl.parse("rediss+cluster://ada:pw@a:1,b:2").places == "a:1, b:2"
