"""The lists that experts and tracks are described by."""

from charity_portal.competitions.rules import expertise


def test_unknown_and_repeated_keys_are_left_out_and_the_order_is_the_lists() -> None:
    assert expertise.known(["finance", "elderly", "magic", "finance"]) == ["elderly", "finance"]
    assert expertise.known(["senior", "elderly"], expertise.CAPACITIES) == ["senior"]


def test_words_follow_the_keys() -> None:
    assert [str(word.msgid) for word in expertise.words(["health", "elderly"])] == [
        "养老助老",
        "卫生健康",
    ]
