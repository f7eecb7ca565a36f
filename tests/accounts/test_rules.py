from datetime import timedelta

import pytest

from charity_portal.accounts.rules import (
    addresses,
    devices,
    events,
    passwords,
    roles,
    second_factor,
    tokens,
)
from charity_portal.accounts.rules.sessions import (
    IDLE_OTHERS,
    IDLE_STAFF,
    LONGEST_STAFF,
    UNCONFIRMED,
    has_expired,
    worth_noting,
)
from charity_portal.kernel import clock
from charity_portal.kernel.throttling import network_of

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_an_address_has_one_spelling() -> None:
    assert addresses.normal_email("  Li@Example.ORG ") == "li@example.org"
    assert addresses.normal_email("ｌｉ@example.org") == "li@example.org"


@pytest.mark.parametrize(
    ("address", "counted", "shown"),
    [
        ("203.0.113.7", "203.0.113.7", "203.0.113.*"),
        ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.*"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64", "2001:db8:1::*"),
        (None, "unknown", "—"),
        ("not an address", "unknown", "—"),
    ],
)
def test_network_addresses_are_counted_and_masked(
    address: str | None, counted: str, shown: str
) -> None:
    assert network_of(address) == counted
    assert addresses.masked_network(address) == shown


@pytest.mark.parametrize(
    ("agent", "word"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/109.0.0.0 Safari/537.36",
            "Chrome 109 · Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.42",
            "WeChat 8 · iPhone",
        ),
        ("curl/8\x00.1" + "x" * 100, ("curl/8.1" + "x" * 100)[:60]),
        ("", "—"),
    ],
)
def test_devices_are_named_as_people_know_them(agent: str, word: str) -> None:
    assert devices.short_device(agent) == word


@pytest.mark.parametrize(
    "weak", ["short", "password1234", "aaaaaaaaaaaaaaaa", "qwertyuiop[]", "x" * 129]
)
def test_weak_passwords_are_refused_with_reasons(weak: str) -> None:
    assert passwords.weaknesses(weak)


def test_a_password_made_of_ones_own_name_is_refused() -> None:
    assert not passwords.weaknesses("zhangsanfeng-7")
    found = passwords.weaknesses("zhangsanfeng-7", ["zhangsanfeng@example.org"])
    assert passwords.NAMED in found


@pytest.mark.parametrize(
    "good", ["correct horse battery staple", "灯塔下的渔船早晨出海去了", "x9!Lq-04vT#k"]
)
def test_good_passwords_pass(good: str) -> None:
    assert passwords.weaknesses(good, ["li@example.org", "李"]) == []


def test_every_finding_of_zxcvbn_has_words() -> None:
    assert passwords.weaknesses("qwertyuiopas")[0] != passwords.HARDER


def test_codes_of_the_neighbouring_half_minutes_count() -> None:
    now = clock.now()
    step = second_factor.step_of(now)
    for drift, counts in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        code = second_factor.code_at(SECRET, step + drift)
        found = second_factor.matching_step(SECRET, code, now, None)
        assert (found == step + drift) is counts


def test_a_code_counts_once_and_none_before_it_counts_any_more() -> None:
    now = clock.now()
    step = second_factor.step_of(now)
    for earlier in (step, step - 1):
        code = second_factor.code_at(SECRET, earlier)
        assert second_factor.matching_step(SECRET, code, now, step) is None
    later = second_factor.code_at(SECRET, step + 1)
    assert second_factor.matching_step(SECRET, later, now, step) == step + 1


def test_a_code_may_be_typed_with_a_space_and_an_empty_one_never_counts() -> None:
    now = clock.now()
    code = second_factor.code_at(SECRET, second_factor.step_of(now))
    assert second_factor.matching_step(SECRET, f"{code[:3]} {code[3:]}", now, None)
    assert second_factor.matching_step(SECRET, "", now, None) is None


def test_the_code_shown_for_demonstrations_is_one_that_counts() -> None:
    now = clock.now()
    last: int | None = None
    for _ in range(2):
        code = second_factor.next_code(SECRET, now, last)
        assert code is not None
        last = second_factor.matching_step(SECRET, code, now, last)
        assert last is not None
    assert second_factor.next_code(SECRET, now, last) is None


def test_recovery_codes_are_read_however_they_are_typed() -> None:
    codes = second_factor.new_recovery_codes()
    assert len(set(codes)) == 10
    typed = codes[0].upper().replace("-", " ")
    assert second_factor.normal_recovery_code(typed) == codes[0]
    assert second_factor.looks_like_recovery_code(typed) or codes[0].replace("-", "").isdigit()


def test_sessions_of_staff_end_sooner() -> None:
    start = clock.now()

    def over(after: timedelta, seen: timedelta, *, staff: bool, pending: bool = False) -> bool:
        return has_expired(start, start + seen, start + after, staff=staff, pending=pending)

    zero, second = timedelta(0), timedelta(seconds=1)
    assert not over(IDLE_STAFF - second, zero, staff=True)
    assert over(IDLE_STAFF, zero, staff=True)
    assert not over(IDLE_STAFF, zero, staff=False)
    assert over(IDLE_OTHERS, zero, staff=False)
    assert over(LONGEST_STAFF, LONGEST_STAFF - second, staff=True)
    assert over(UNCONFIRMED, zero, staff=True, pending=True)


def test_activity_is_noted_every_five_minutes_at_most() -> None:
    now = clock.now()
    assert not worth_noting(now - timedelta(minutes=4, seconds=59), now)
    assert worth_noting(now - timedelta(minutes=5), now)


def test_tokens_are_long_random_and_kept_as_hashes() -> None:
    token = tokens.new_token()
    assert len(token) >= 43
    assert token != tokens.new_token()
    assert token not in tokens.token_hash(token)


def test_any_role_needs_a_second_factor() -> None:
    assert all(roles.needs_second_factor([role]) for role in roles.ROLES)
    assert not roles.needs_second_factor([])


def test_an_unknown_event_is_shown_by_its_code() -> None:
    assert events.word("accounts.user.closed") != "accounts.user.closed"
    assert events.word("something.else") == "something.else"
