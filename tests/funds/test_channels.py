"""Ways to give: what they must say, and what the public is told."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from charity_portal.funds.queries import funds as queries
from charity_portal.funds.rules.channels import Channel, problems
from charity_portal.funds.services import channels
from charity_portal.kernel import audit
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Forbidden, WrongState
from tests.factories.funds import make_fund, make_staff

COUNTER = Channel("counter", "接待室", "工作日 9:00—17:00")


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, []),
        ({"kind": "wallet"}, ["kind"]),
        ({"name_zh": " "}, ["name_zh"]),
        ({"detail_zh": "字" * 1001}, ["detail_zh"]),
        ({"kind": "platform"}, ["url"]),
        ({"kind": "platform", "url": "https://gives.test"}, []),
        ({"url": "http://gives.test"}, ["url"]),
        ({"url": "javascript:alert(1)"}, ["url"]),
        ({"url": "https:// gives.test"}, ["url"]),
        ({"url": "https://["}, ["url"]),
        ({"position": 1000}, ["position"]),
        ({"position": -1}, ["position"]),
    ],
)
def test_a_channel_says_where_one_gives(given: dict[str, Any], wrong: list[str]) -> None:
    assert list(problems(replace(COUNTER, **given))) == wrong


def test_channels_are_told_in_order_until_they_are_taken_off(app: Flask) -> None:
    fund, other = make_fund(), make_fund()
    with transaction():
        second = channels.add(fund.staff, fund.host_id, replace(COUNTER, position=2)).id
        first = channels.add(fund.staff, fund.host_id, replace(COUNTER, position=1)).id
        channels.add(other.staff, other.host_id, COUNTER)
    assert [c.id for c in queries.public_channels(fund.host_id)] == [first, second]
    with transaction():
        row = channels.change(fund.staff, first, replace(COUNTER, name_zh="一楼大厅", position=3))
    assert (audit.history(row)[0].after or {}) == {"changed": ["name_zh", "position"]}
    with transaction():
        channels.take_off(fund.staff, second)
    assert [c.name_zh for c in queries.public_channels(fund.host_id)] == ["一楼大厅"]
    assert [c.id for c in queries.channels(fund.host_id)] == [first, second]
    with pytest.raises(WrongState), transaction():
        channels.change(fund.staff, second, COUNTER)


def test_only_the_office_tells_channels(app: Flask) -> None:
    fund, auditor = make_fund(), make_staff("auditor")
    with pytest.raises(Forbidden), transaction():
        channels.add(auditor, fund.host_id, COUNTER)
