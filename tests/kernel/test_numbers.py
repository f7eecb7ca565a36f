import threading

import pytest
from flask import Flask

from charity_portal.kernel.database import WriteOutsideTransaction, transaction
from charity_portal.kernel.numbers import next_number


def test_numbers_run_per_kind_and_year(app: Flask) -> None:
    with transaction():
        given = [
            next_number(*key) for key in [("SL", 2026), ("SL", 2026), ("SL", 2027), ("XY", 2026)]
        ]
    assert given == ["SL-2026-000001", "SL-2026-000002", "SL-2027-000001", "XY-2026-000001"]
    with transaction():
        assert next_number("SL", 2026, width=4) == "SL-2026-0003"


def test_a_rollback_gives_the_number_back(app: Flask) -> None:
    with pytest.raises(LookupError), transaction():
        next_number("SL", 2026)
        raise LookupError
    with transaction():
        assert next_number("SL", 2026) == "SL-2026-000001"


def test_a_number_outside_a_transaction_is_refused(app: Flask) -> None:
    with pytest.raises(WriteOutsideTransaction):
        next_number("SL", 2026)


def test_many_at_once_get_each_number_once(app: Flask) -> None:
    given: list[str] = []
    start = threading.Barrier(8)

    def take() -> None:
        with app.app_context():
            start.wait(10)
            for _ in range(5):
                with transaction():
                    given.append(next_number("SL", 2026))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(given) == [f"SL-2026-{n:06d}" for n in range(1, 41)]
