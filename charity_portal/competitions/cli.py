"""Commands of the competitions domain."""

from pathlib import Path

import click
from flask.cli import AppGroup

from charity_portal.competitions.rules import bundle
from charity_portal.competitions.rules.bundle import Verdict
from charity_portal.competitions.rules.bundles import report
from charity_portal.competitions.rules.bundles.published import as_json
from charity_portal.competitions.rules.score_checks import Malformed
from charity_portal.kernel.i18n import say, speak_as_terminal

DIFFERENT, MALFORMED = 1, 2
MOST_PROBLEMS = 50

group = AppGroup("competitions", help="Assignment of reviewers, and recomputing results.")


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
    if len(refusal.problems) > MOST_PROBLEMS:
        more = say("另有 %(n)s 处，未逐一列出。", n=len(refusal.problems) - MOST_PROBLEMS)
        click.echo(str(more), err=True)


def _harmless(line: str) -> str:
    """A bundle may come from anybody: nothing in it gets to command the terminal."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in line)
