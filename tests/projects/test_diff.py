"""Differences people can read, and that always lead from one text to the other."""

from hypothesis import given
from hypothesis import strategies as st

from charity_portal.projects.rules import diff as rules
from charity_portal.projects.rules.diff import Piece, diff

TEXTS = st.text(alphabet="为独居老人送餐 abc12\n，", max_size=60)


def test_chinese_is_compared_by_characters_and_the_rest_by_words():
    assert diff("为老人送餐", "为独居老人送餐") == [
        Piece("same", "为"),
        Piece("added", "独居"),
        Piece("same", "老人送餐"),
    ]
    assert diff("40 meals", "400 meals") == [
        Piece("removed", "40"),
        Piece("added", "400"),
        Piece("same", " meals"),
    ]


@given(TEXTS, TEXTS)
def test_the_pieces_rebuild_both_texts(before, after):
    pieces = diff(before, after)
    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "removed") == after


def test_long_texts_are_compared_by_lines(monkeypatch):
    monkeypatch.setattr(rules, "MOST_COMPARISONS", 10)
    pieces = diff("第一行\n第二行\n", "第一行\n第三行\n")
    assert [p.kind for p in pieces] == ["same", "removed", "added"]
    assert pieces[1].text == "第二行\n"
