"""When the demo world is loaded, and when it is not."""

from dataclasses import replace
from pathlib import Path

import pytest

from fittrack.config.settings import AppEnv, Settings
from fittrack.demo.loading import AlreadyInhabited, check_loadable
from fittrack.demo.world import plain
from fittrack.kit.problems import Forbidden
from tests.fittrack.demo.conftest import TOGETHER, DemoWorld
from tests.world import make_world, migrated, settings_for


def test_an_empty_database_takes_it(tmp_path: Path) -> None:
    check_loadable(migrated(settings_for(tmp_path)))


@TOGETHER
def test_it_is_not_loaded_twice(demo: DemoWorld) -> None:
    with pytest.raises(AlreadyInhabited, match="is there already") as raised:
        check_loadable(demo.settings)
    assert raised.value.complete


async def test_it_moves_in_with_nobody(tmp_path: Path) -> None:
    settings = migrated(settings_for(tmp_path))
    await make_world(settings, players=1)
    with pytest.raises(AlreadyInhabited, match="2 accounts, and no complete demo world") as raised:
        check_loadable(settings)
    assert not raised.value.complete


@pytest.mark.parametrize("where", [AppEnv.STAGING, AppEnv.PRODUCTION])
def test_published_passwords_do_not_belong_where_others_can_reach_them(tmp_path: Path, where: AppEnv) -> None:
    deployed: Settings = replace(migrated(settings_for(tmp_path)), app_env=where)
    with pytest.raises(Forbidden, match="password is published"):
        check_loadable(deployed)


def test_no_beacon_is_asked_about_a_past_that_never_was(tmp_path: Path) -> None:
    settings = replace(
        migrated(settings_for(tmp_path)), drand_url="http://127.0.0.1:9", drawings_without_beacon=False
    )
    assert not plain(settings).drand_url
    assert plain(settings).drawings_without_beacon
    assert plain(settings).database == settings.database
