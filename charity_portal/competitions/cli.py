"""Commands of the competitions domain."""

from pathlib import Path

import click
from flask.cli import AppGroup

from charity_portal.competitions.rules import assignment, assignment_files, bundle
from charity_portal.competitions.rules.bundle import Verdict
from charity_portal.competitions.rules.bundles import report
from charity_portal.competitions.rules.bundles.published import as_json
from charity_portal.competitions.rules.score_checks import Malformed
from charity_portal.kernel.i18n import say, speak_as_terminal
from charity_portal.kernel.matching.levels import Undecided

DIFFERENT, MALFORMED, INFEASIBLE = 1, 2, 3
MOST_PROBLEMS = 50

group = AppGroup("competitions", help="Assignment of reviewers, and recomputing results.")


@group.command("assign")
@click.argument("instance", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the result here."
)
def assign(instance: Path, out: Path | None) -> None:
    """Give every application its reviewers; no database is used.

    INSTANCE is a JSON file, the result another:

    \b
    {"k": 1,                          reviewers for each application
     "reviewers": [{"id": "r1", "min": 0, "max": 9},
                   {"id": "r2", "min": 0, "max": 9}],
     "applications": ["a1", "a2"],
     "affinity": [["r1", "a1", 0.75]],     a pair left out counts 0
     "conflicts": [["r1", "a2"]],          never chosen
     "objective": "fair"}             "fair": worst application first, then
                                      the total; "total": the total alone
    \b
    {"assignment": [["r1", "a1"], ["r2", "a2"]],
     "total": 0.75, "worst": 0.0, "worst_bound": 0.0, "violations": 0}

    worst is the smallest sum of affinities of an application; worst_bound is proven: no assignment
    lifts its worst application above it. "key" (any string) in the instance decides between equals; the
    order of entries decides nothing.

    Exit status: 0 assigned, 2 malformed (what and where), 3 impossible. The result then is

    \b
    {"shortages": {"applications": [["a1", 1]], "reviewers": []},
     "relief": [["r1", 1]]}

    reviews that each application lacks, reviews that each reviewer stays below the minimum, and the
    fewest reviews by which maximums would have to rise.
    """
    speak_as_terminal()
    try:
        with instance.open("rb") as file:
            read = assignment_files.read(file)
        found = assignment.solve(read)
    except assignment_files.Malformed as refusal:
        _tell_places(refusal)
        raise SystemExit(MALFORMED) from refusal
    except assignment.Infeasible as problem:
        _hand_out(assignment_files.shortages_json(problem), out)
        _tell_shortages(problem)
        raise SystemExit(INFEASIBLE) from problem
    except Undecided as problem:
        text = say("在计算限度内既没有找到方案，也没有证明无解。请放宽要求后重新计算。")
        raise click.ClickException(str(text)) from problem
    _hand_out(assignment_files.answer_json(found), out)


def _hand_out(result: str, out: Path | None) -> None:
    if out is None:
        click.echo(result, nl=False)
    else:
        out.write_text(result, encoding="utf-8")


def _tell_places(refusal: assignment_files.Malformed) -> None:
    click.echo(str(refusal.message), err=True)
    for problem in refusal.problems[:MOST_PROBLEMS]:
        click.echo(_harmless(f"{problem.place}: {problem.why}"), err=True)
    _tell_rest(len(refusal.problems))


def _tell_shortages(problem: assignment.Infeasible) -> None:
    """In words, beside the figures of the result."""
    lacking, idle, relief = (
        sum(part.values()) for part in (problem.applications, problem.reviewers, problem.relief)
    )
    click.echo(str(say("按现有评委和回避情况，排不出完整的方案。")), err=True)
    if lacking:
        text = say(
            "%(n)s 项申请共缺 %(count)s 份评审。", n=len(problem.applications), count=lacking
        )
        click.echo(str(text), err=True)
    if idle:
        text = say(
            "%(n)s 位评委达不到下限，共差 %(count)s 份。", n=len(problem.reviewers), count=idle
        )
        click.echo(str(text), err=True)
    if relief:
        text = say("至少再增加 %(count)s 份上限（见 relief）才有助于解决。", count=relief)
        click.echo(str(text), err=True)
    elif lacking:
        click.echo(str(say("提高上限无济于事，需要增补评委。")), err=True)


@group.command("recompute")
@click.argument("source", metavar="BUNDLE", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--json", "as_figures", is_flag=True, help="Print the figures as JSON, not as a table."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write that JSON here."
)
def recompute(source: Path, as_figures: bool, out: Path | None) -> None:
    """Rank and select again from the published scores alone; no database is used.

    BUNDLE is the published ZIP, or a folder with the same files:

    \b
    scores.csv        application,reviewer,criterion,score (empty score: not
                      applicable; a column stage where the rubric has several)
    rubric.json       {"stages": [{"key", "weight_bp", "criteria":
                      [{"key", "weight_bp", "top", "track"}]}]}
    applications.csv  application,track,requested (yuan) and, if need be,
                      bonus (points), applicant (anonymous code)
    method.json       {"aggregation": "mean" | "trimmed" | "standardised" |
                      "mixed", "seed", "announced", "ties", "draws",
                      "selection": {"rule": "rank" | "exact", "purse", …}}
    published.json    what was published; without it the result is only printed

    The README in every bundle describes each field. Exit status: 0 equal to what was published,
    1 different (the first difference is named), 2 malformed (file, row, field and reason are named).
    """
    speak_as_terminal()
    try:
        verdict = bundle.recompute(bundle.read(source))
    except Malformed as refusal:
        _tell(refusal)
        raise SystemExit(MALFORMED) from refusal
    figures = as_json(verdict.figures)
    if out is not None:
        out.write_text(figures, encoding="utf-8")
    if as_figures:
        click.echo(figures, nl=False)
    else:
        for line in report.lines(verdict.outcome):
            click.echo(_harmless(line))
    _compare(verdict)


def _compare(verdict: Verdict) -> None:
    """Say whether it is what was published; on stderr, so that stdout stays clean JSON."""
    if not verdict.compared:
        click.echo(str(say("资料包中没有 published.json，未作比对。")), err=True)
    elif verdict.difference is None:
        click.echo(str(say("与公布的结果逐位相同。")), err=True)
    else:
        place, told, found = verdict.difference
        text = say(
            "与公布的结果不同。第一处：%(place)s，公布为 %(told)s，复算为 %(found)s。",
            place=place,
            told=as_json(told).strip()[:200],
            found=as_json(found).strip()[:200],
        )
        click.echo(_harmless(str(text)), err=True)
        raise SystemExit(DIFFERENT)


def _tell(refusal: Malformed) -> None:
    click.echo(str(refusal.message), err=True)
    for problem in refusal.problems[:MOST_PROBLEMS]:
        row = "" if problem.row is None else f" · {say('第 %(row)s 条', row=problem.row)}"
        line = f"{problem.file}{row} · {problem.field}: {problem.why}"
        click.echo(_harmless(line), err=True)
    _tell_rest(len(refusal.problems))


def _tell_rest(count: int) -> None:
    if count > MOST_PROBLEMS:
        more = say("另有 %(n)s 处，未逐一列出。", n=count - MOST_PROBLEMS)
        click.echo(str(more), err=True)


def _harmless(line: str) -> str:
    """A bundle may come from anybody: nothing in it gets to command the terminal."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in line)
