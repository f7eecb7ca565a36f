import statistics
from decimal import Decimal

from charity_portal.competitions.rules.seeded import LEVELS, Stream, keyed, quantiles


def test_the_same_seed_and_purpose_give_the_same_draws_however_they_are_asked_for() -> None:
    at_once = Stream("s", "p").normals(100)
    bit_by_bit = Stream("s", "p")
    assert at_once == [z for n in (1, 2, 40, 57) for z in bit_by_bit.normals(n)]


def test_the_first_draws_are_known() -> None:
    """Whoever writes this anew in another language finds the same."""
    assert [str(z) for z in Stream("spring-2026", "draws:papers").normals(3)] == [
        "0.471949",
        "0.477429",
        "0.131647",
    ]


def test_another_seed_or_purpose_gives_other_draws() -> None:
    draws = {tuple(Stream(*names).normals(5)) for names in (("a", "b"), ("a", "c"), ("b", "b"))}
    assert len(draws) == 3
    assert keyed("a", "b", "c") != keyed("a", "bc", "")


def test_normal_quantiles_are_right_to_six_decimals() -> None:
    normal = statistics.NormalDist()
    for at, value in enumerate(quantiles()):
        assert abs(float(value) - normal.inv_cdf((at + 0.5) / LEVELS)) < 1e-6


def test_many_draws_have_mean_zero_and_spread_one() -> None:
    draws = Stream("s", "p").normals(20_000)
    assert abs(sum(draws, Decimal(0)) / len(draws)) < Decimal("0.02")
    assert abs(sum(z * z for z in draws) / len(draws) - 1) < Decimal("0.03")
