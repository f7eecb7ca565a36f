"""The bundle: what goes in comes out, the same bytes always, and nothing hostile gets through."""

import io
import json
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from charity_portal.competitions.rules import bundle
from charity_portal.competitions.rules.bundles import files
from charity_portal.competitions.rules.bundles.files import KNOWN, MOST_BYTES, NEEDED, pack
from charity_portal.competitions.rules.bundles.published import first_difference
from charity_portal.competitions.rules.bundles.readme import README_EN, README_ZH
from charity_portal.competitions.rules.outcome import outcome
from charity_portal.competitions.rules.score_checks import Malformed
from charity_portal.competitions.rules.scores import Material, Override, TrackLimit
from tests.factories.contests import BY_HAND, by_hand, random_contest, unpacked

MATERIAL = random_contest(5, 8, 4, 3, rule="rank")
FOUND = outcome(MATERIAL.scores, MATERIAL.rubric, MATERIAL.applications, MATERIAL.method)
PACKED = bundle.write(MATERIAL, FOUND)


def refusal(source: bytes | Path) -> tuple[str, int | None, str]:
    with pytest.raises(Malformed) as caught:
        bundle.read(source)
    problem = caught.value.problems[0]
    assert problem.why.in_source()
    return problem.file, problem.row, problem.field


# --- What goes in comes out --------------------------------------------------------------------------


def test_a_bundle_holds_the_documented_files_and_no_others() -> None:
    assert tuple(unpacked(PACKED)) == KNOWN


def test_what_was_written_is_read_again_value_by_value() -> None:
    limits = replace(
        MATERIAL.method.selection,
        rule="exact",
        floor=Decimal("12.5000"),
        award_cap_fen=123_456,
        per_group=2,
        partial_bp=5_000,
        fixed_in_bp=9_000,
        tracks=(TrackLimit("T1", 1, 4, 999), TrackLimit("T0")),
    )
    method = replace(
        MATERIAL.method,
        selection=limits,
        bonus_most=Decimal("3.0000"),
        overrides=(Override("A-001", "in", "理由，“引号”", 50), Override("A-002", "out", "x\ny")),
    )
    applications = tuple(
        replace(a, bonus=a.bonus.quantize(Decimal("1.0000")), group="G1")
        for a in sorted(MATERIAL.applications, key=lambda a: a.id)
    )
    scores = tuple(sorted(MATERIAL.scores, key=lambda s: (s.application, s.reviewer, s.criterion)))
    full = Material(scores, MATERIAL.rubric, applications, method)
    assert bundle.read(bundle.write(full, FOUND)).material == full


def test_stages_have_a_column_only_where_there_are_several() -> None:
    stage = MATERIAL.rubric.stages[0]
    rubric = replace(MATERIAL.rubric, stages=(stage, replace(stage, key="pitch")))
    scores = tuple(replace(s, stage=key) for key in ("papers", "pitch") for s in MATERIAL.scores)
    twice = replace(MATERIAL, rubric=rubric, scores=scores)
    packed_files = unpacked(bundle.write(twice, FOUND))
    assert packed_files["scores.csv"].startswith(b"application,reviewer,criterion,score,stage\n")
    assert unpacked(PACKED)["scores.csv"].startswith(b"application,reviewer,criterion,score\n")
    assert set(
        bundle.read(pack({k: v.decode() for k, v in packed_files.items()})).material.scores
    ) == set(scores)


def test_the_same_contents_always_give_the_same_bytes() -> None:
    assert bundle.write(MATERIAL, FOUND) == PACKED
    with zipfile.ZipFile(io.BytesIO(PACKED)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_the_readme_names_every_file_and_every_field_in_both_languages() -> None:
    packed_files = unpacked(PACKED)
    method = json.loads(packed_files["method.json"])
    fields = [*method, *method["selection"], *json.loads(packed_files["rubric.json"])["stages"][0]]
    for text in (README_ZH, README_EN):
        assert all(word in text for word in [*KNOWN[:5], *fields])
        assert text in packed_files["README.txt"].decode()


# --- Comparing ---------------------------------------------------------------------------------------


def test_a_recomputed_bundle_is_equal() -> None:
    verdict = bundle.recompute(bundle.read(PACKED))
    assert (verdict.compared, verdict.difference) == (True, None)


def test_a_changed_figure_is_named_by_its_place() -> None:
    packed_files = {name: data.decode() for name, data in unpacked(PACKED).items()}
    told = json.loads(packed_files["published.json"])
    told["ranking"][2]["points"] = "1.0000"
    told["selection"]["spent_fen"] += 1
    packed_files["published.json"] = json.dumps(told)
    difference = bundle.recompute(bundle.read(pack(packed_files))).difference
    assert difference is not None
    assert difference[:2] == ("ranking[2].points", "1.0000")
    assert difference[2] == str(FOUND.ranking[2].points)


def test_a_changed_input_is_noticed_even_where_no_figure_depends_on_it() -> None:
    packed_files = {name: data.decode() for name, data in unpacked(PACKED).items()}
    method = json.loads(packed_files["method.json"])
    method["selection"]["award_cap"] = "99999999.00"  # above every request
    packed_files["method.json"] = json.dumps(method)
    difference = bundle.recompute(bundle.read(pack(packed_files))).difference
    assert difference is not None
    assert difference[0] == "inputs.method.json"


def test_rows_in_another_order_and_other_line_ends_are_the_same_bundle(tmp_path: Path) -> None:
    for name, data in unpacked(PACKED).items():
        if name == "scores.csv":
            head, *rows = data.decode().splitlines()
            data = "\r\n".join(["\ufeff" + head, *reversed(rows), ""]).encode()
        (tmp_path / name).write_bytes(data)
    assert bundle.recompute(bundle.read(tmp_path)).difference is None


def test_differences_are_found_in_any_shape() -> None:
    assert first_difference({"a": [1, 2]}, {"a": [1, 2]}) is None
    assert first_difference({"a": [1, 2]}, {"a": [1]}) == ("a[1]", 2, None)
    assert first_difference({"a": 1}, {"b": 1}) == ("a", 1, None)
    assert first_difference({"a": 1}, {"a": True}) == ("a", 1, True)
    assert first_difference({"a": 1}, {"a": "1"}) == ("a", 1, "1")
    assert first_difference({"z": 1, "ranking": 2}, {"z": 0, "ranking": 0}) == ("ranking", 2, 0)


# --- Made by hand ------------------------------------------------------------------------------------


def test_a_bundle_of_the_four_documented_files_is_enough(tmp_path: Path) -> None:
    for name, text in BY_HAND.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for source in (tmp_path, pack(BY_HAND)):
        verdict = bundle.recompute(bundle.read(source))
        assert not verdict.compared
        assert [(r.application, str(r.points)) for r in verdict.outcome.ranking] == [
            ("A1", "80.0000"),
            ("A2", "80.0000"),
        ] or verdict.outcome.ranking[0].tie == "lot"
        assert verdict.outcome.selection.spent_fen == 58_000_50


def test_a_compressed_zip_does_as_well() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in BY_HAND.items():
            archive.writestr(name, text)
    assert len(bundle.read(buffer.getvalue()).material.scores) == 4


# --- Malformed ---------------------------------------------------------------------------------------

SCORES = BY_HAND["scores.csv"]
HEAD = "application,reviewer,criterion,score\n"


@pytest.mark.parametrize(
    ("scores", "place"),
    [
        (HEAD + "A1,J1,need,NaN\n", (1, "score")),
        (HEAD + "A1,J1,need,1e400\n", (1, "score")),
        (HEAD + "A1,J1,need,-1\n", (1, "score")),
        (HEAD + "A1,J1,need,4.0\n", (1, "score")),
        (HEAD + "A1,J1,need,９\n", (1, "score")),
        (HEAD + "A1,J1,need,99999999999999999999\n", (1, "score")),
        (HEAD + "A1,J1,need,9\n", (1, "score")),
        (SCORES + "A1,J1,need,4\n", (5, "criterion")),
        (HEAD + "A9,J1,need,4\n", (1, "application")),
        (HEAD + "A1,J1,other,4\n", (1, "criterion")),
        (HEAD + "A1,,need,4\n", (1, "reviewer")),
        (HEAD + "A1,=cmd(),need,4\n", (1, "reviewer")),
        (HEAD + "A1,J1,need\n", (1, "—")),
        (HEAD + "A1,J1,need,4,5\n", (1, "—")),
        (HEAD + 'A1,"J1,need,4\n', (1, "—")),
        (HEAD + f"A1,{'J' * 200_000},need,4\n", (1, "—")),
        ("reviewer,application,criterion,score\nJ1,A1,need,4\n", (None, "—")),
        ("application,reviewer,criterion,score,name\n", (None, "—")),
        ("application,reviewer,criterion,score,stage,stage\n", (None, "—")),
        ("", (None, "—")),
    ],
)
def test_a_bad_score_is_refused_with_its_row_and_field(
    scores: str, place: tuple[int | None, str]
) -> None:
    assert refusal(pack(by_hand(scores=scores))) == ("scores.csv", *place)


@pytest.mark.parametrize(
    ("applications", "field"),
    [
        ("A1,T1,-5", "requested"),
        ("A1,T1,1e5", "requested"),
        ("A1,T1,NaN", "requested"),
        ("A1,T1,1.234", "requested"),
        ("A1,T1,", "requested"),
        ("A1,T1,0", "requested"),
        ("A1,T1,5\nA1,T1,5", "application"),
    ],
)
def test_a_bad_application_is_refused(applications: str, field: str) -> None:
    text = f"application,track,requested\n{applications}\n"
    file, row, found = refusal(pack(by_hand(applications=text)))
    assert (file, found) == ("applications.csv", field)
    assert row is not None


METHOD = '{"aggregation": "mean", "seed": "x", "selection": {"rule": "rank", "purse": "1"%s}%s}'


@pytest.mark.parametrize(
    ("method", "field"),
    [
        ("{", "—"),
        ("[]", "—"),
        ("[" * 100_000, "—"),
        ('{"aggregation": "mean"}', "selection"),
        (METHOD % ("", ', "draws": 1e400'), "1e400"),
        (METHOD % ("", ', "draws": 200.0'), "200.0"),
        (METHOD % ("", ', "draws": NaN'), "NaN"),
        (METHOD % ("", ', "draws": -Infinity'), "-Infinity"),
        (METHOD % ("", ', "draws": true'), "draws"),
        (METHOD % ("", f', "draws": {"9" * 5_000}'), "—"),
        (METHOD % ("", ', "draws": -200'), "draws"),
        (METHOD % ("", ', "drows": 200'), "drows"),
        (METHOD % ("", ', "seed": "y"'), "—"),
        (METHOD % ("", ', "announced": "yes"'), "announced"),
        (METHOD % ("", ', "ties": "median"'), "ties"),
        (METHOD % ("", ', "ties": [1]'), "ties"),
        (METHOD % ("", ', "bonus_most": "ten"'), "bonus_most"),
        (
            METHOD % ("", ', "overrides": [{"application": "A1", "decision": "in"}]'),
            "overrides[0].reason",
        ),
        (METHOD % (', "least": "two"', ""), "selection.least"),
        (METHOD % (', "colour": 1', ""), "selection.colour"),
        (METHOD % (', "award_cap": -5', ""), "selection.award_cap"),
        (METHOD % (', "tracks": [{"track": "T1", "min": 2}]', ""), "selection.tracks[0].min"),
        (METHOD % (', "cut": "jump"', ""), "selection.cut"),
    ],
)
def test_a_bad_method_is_refused_with_its_field(method: str, field: str) -> None:
    assert refusal(pack(by_hand(method=method))) == ("method.json", None, field)


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_file_is_named(name: str) -> None:
    assert refusal(pack({key: text for key, text in BY_HAND.items() if key != name}))[0] == name


def test_published_must_be_an_object() -> None:
    assert refusal(pack(by_hand(published="[]"))) == ("published.json", None, "—")
    assert refusal(pack(by_hand(published='{"a": 1.5}'))) == ("published.json", None, "1.5")


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    for name, text in BY_HAND.items():
        (tmp_path / name).write_bytes(text.encode())
    (tmp_path / "rubric.json").write_bytes(b'{"stages": "\xff"}')
    assert refusal(tmp_path) == ("rubric.json", None, "—")


# --- Hostile -----------------------------------------------------------------------------------------


def zipped(*members: tuple[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["../scores.csv", "/etc/passwd", "a/scores.csv", "notes.txt"])
def test_a_file_that_does_not_belong_there_is_refused(name: str) -> None:
    members = [(n, t.encode()) for n, t in BY_HAND.items()]
    assert refusal(zipped(*members, (name, b"x"))) == (name, None, "—")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused() -> None:
    assert refusal(zipped(("scores.csv", b"a"), ("scores.csv", b"b")))[0] == "scores.csv"


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = zipped(("scores.csv", b"0" * (MOST_BYTES + 1)), packing=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    assert refusal(bomb) == ("scores.csv", None, "—")


def test_no_more_of_a_bomb_is_unpacked_than_may_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped(("scores.csv", b"0" * 30_000_000), packing=zipfile.ZIP_DEFLATED)
    monkeypatch.setattr(files, "MOST_BYTES", 1_000)
    tracemalloc.start()
    refusal(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_bomb_that_lies_about_its_size_is_not_unpacked_either() -> None:
    bomb = bytearray(zipped(("scores.csv", b"0" * (MOST_BYTES + 1)), packing=zipfile.ZIP_DEFLATED))
    central = bomb.rfind(b"PK\x01\x02")
    struct.pack_into("<L", bomb, central + 24, 10)
    refusal(bytes(bomb))


def test_a_row_more_than_is_allowed_ends_the_reading() -> None:
    rows = HEAD + "A1,J1,need,4\n" * 200_001
    assert refusal(pack(by_hand(scores=rows))) == ("scores.csv", 200_001, "—")


def test_a_file_in_a_folder_that_is_too_large_is_refused(tmp_path: Path) -> None:
    for name, text in BY_HAND.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with (tmp_path / "scores.csv").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert refusal(tmp_path) == ("scores.csv", None, "—")


def encrypted(data: bytes) -> bytes:
    changed = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[changed.find(mark) + at] |= 1
    return bytes(changed)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-30],
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"need", b"nead", 1),  # the check sum no longer fits
        lambda data: b"",
        lambda data: b"PK",
        lambda data: b"application,reviewer\n",
        encrypted,
    ],
)
def test_what_is_no_sound_zip_is_refused(damage: Callable[[bytes], bytes]) -> None:
    refusal(damage(pack(BY_HAND)))


def test_a_zip_of_another_packing_is_refused() -> None:
    members = [(name, text.encode()) for name, text in BY_HAND.items()]
    assert refusal(zipped(*members, packing=zipfile.ZIP_LZMA))[0] == "scores.csv"
