"""The reviews that a plan amounts to: written, given back, put in each member's own order, announced."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries.assignments import Given
from charity_portal.competitions.rules.review_rounds import Pair
from charity_portal.competitions.rules.seeded import keyed
from charity_portal.kernel import clock, mail
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import localized, say, time_text
from charity_portal.kernel.permissions import Actor
from charity_portal.kernel.states import fire

LETTER = "competitions.allotment"
DESK = "/reviews"
TAKEN_BACK = say("评审任务重新分配")
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}


@dataclass(frozen=True)
class Written:
    """What changed: pairs that came, pairs that went, how many members were written to."""

    added: frozenset[Pair]
    removed: frozenset[Pair]
    letters: int


def put_in_force(
    actor: Actor,
    stage: Stage,
    given: Collection[Given],
    pairs: frozenset[Pair],
    run_id: int | None,
    letters: bool = True,
) -> Written:
    """Let exactly these pairs be the stage's live reviews. What stays is not touched."""
    live = {review.pair: review for review in given if review.live}
    resting = {review.pair: review for review in given if not review.live}
    added, removed = pairs - live.keys(), frozenset(live.keys() - pairs)
    for pair in sorted(removed):
        review = db.session.get_one(Review, live[pair].id)
        fire(actor, review, "void", reason=str(TAKEN_BACK))
    codes = _codes(judge for judge, _ in added)
    for pair, position in _in_own_order(stage, added, codes):
        if pair in resting:
            _restore(actor, db.session.get_one(Review, resting[pair].id), run_id, position)
        else:
            db.session.add(
                Review(
                    stage_id=stage.id,
                    panelist_id=pair[0],
                    application_id=pair[1],
                    run_id=run_id,
                    position=position,
                )
            )
    db.session.flush()
    told = _tell(actor, stage, added, removed) if letters else 0
    return Written(added, removed, told)


def _restore(actor: Actor, review: Review, run_id: int | None, position: int) -> None:
    """Give a review back that had been taken away; what was written in it is still there."""
    fire(actor, review, "restore")
    review.run_id, review.position = run_id, position
    review.conflict_id, review.points, review.sealed_at = None, None, None
    review.assigned_at = review.changed_at = clock.now()


def _codes(panelist_ids: Iterable[int]) -> dict[int, str]:
    wanted = sa.select(Panelist.id, Panelist.code).where(Panelist.id.in_(set(panelist_ids)))
    return dict(db.session.execute(wanted).all())


def _in_own_order(
    stage: Stage, added: Collection[Pair], codes: dict[int, str]
) -> list[tuple[Pair, int]]:
    """The new reviews with their places: a lot for each member and application, from the edition's
    seed. What a member has already keeps its place; new ones follow."""
    rows = db.session.execute(
        sa.select(Review.panelist_id, sa.func.max(Review.position))
        .where(Review.stage_id == stage.id, Review.panelist_id.in_(codes))
        .group_by(Review.panelist_id)
    )
    last = dict(rows.all())
    purpose = f"reading order {stage.key}"
    drawn = sorted(
        added, key=lambda p: (p[0], keyed(stage.edition.seed, purpose, f"{codes[p[0]]} {p[1]}"))
    )
    placed = []
    for pair in drawn:
        last[pair[0]] = last.get(pair[0], 0) + 1
        placed.append((pair, last[pair[0]]))
    return placed


def _tell(actor: Actor, stage: Stage, added: Iterable[Pair], removed: Iterable[Pair]) -> int:
    """One letter to each member whose list changed; how many were written."""
    more = Counter(judge for judge, _ in added)
    fewer = Counter(judge for judge, _ in removed)
    wanted = sa.select(Panelist.id, Panelist.user_id).where(
        Panelist.id.in_(more.keys() | fewer.keys()), Panelist.state == "accepted"
    )
    members = dict(db.session.execute(wanted.order_by(Panelist.id)).all())
    people = accounts.people(members.values())
    written = 0
    for judge, user_id in members.items():
        if people[user_id].is_active:
            _write_to(actor, people[user_id], stage, judge, more[judge], fewer[judge])
            written += 1
    return written


def _write_to(
    actor: Actor, person: accounts.Person, stage: Stage, judge: int, more: int, fewer: int
) -> None:
    """Tell a member, in the member's own language, what came and what went."""
    with force_locale(_LOCALES[person.locale]):
        site = str(current_app.config["SITE_NAME_EN" if person.locale == "en" else "SITE_NAME_ZH"])
        round_name = {
            "edition": localized(stage.edition, "title"),
            "stage": localized(stage, "title"),
        }
        lines = [say("%(name)s：您好。", name=person.name)]
        if more:
            lines.append(say("“%(edition)s”%(stage)s分配给您 %(n)s 份评审。", n=more, **round_name))
        if fewer:
            lines.append(
                say("“%(edition)s”%(stage)s中有 %(n)s 份评审改由他人承担。", n=fewer, **round_name)
            )
        if stage.due_at is not None:
            lines.append(say("请于 %(time)s 前提交。", time=time_text(stage.due_at)))
        if stage.state != "open":
            lines.append(say("评分尚未开始，开始后即可打开材料。"))
        desk = f"{current_app.config['PUBLIC_URL']}{DESK}"
        lines.append(say("打开评审工作台：%(url)s", url=desk))
        title = say("评审任务：%(edition)s", edition=round_name["edition"])
        body = "\n\n".join([*map(str, lines), site])
        mail.post(actor, person.email, f"{title} · {site}", body, LETTER, judge)
