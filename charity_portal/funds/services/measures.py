"""Writing the dated rules, and weighing spending against them before it is approved."""

from dataclasses import dataclass
from datetime import date, timedelta

from charity_portal.funds.models.spending import FundRule
from charity_portal.funds.queries import measures as queries
from charity_portal.funds.rules.measures import (
    CEILINGS,
    RuleRow,
    Share,
    YearFigures,
    row_problems,
    share_of,
)
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, require


@dataclass(frozen=True)
class Effect:
    """What spending does to the share that it must keep (None when it must keep none): before and
    after it. `scope` says as what kind of charity the host is measured."""

    scope: str
    figures: YearFigures
    before: Share | None
    after: Share | None

    @property
    def exceeds(self) -> bool:
        """Whether the spending needs an exception in words."""
        return self.after is not None and self.after.kept is False


def effect(host_id: int, use: str, amount_fen: int, day: date) -> Effect:
    """What spending on a day would do to its charity's shares of the year."""
    scope = queries.scope_of(host_id, day)
    figures = queries.figures(host_id, day.year)
    measure = CEILINGS.get(use)
    if measure is None:
        return Effect(scope, figures, None, None)
    limit = queries.limit_on(measure, day, scope)
    after = figures.with_spending(use, amount_fen)
    return Effect(
        scope, figures, share_of(measure, figures, limit), share_of(measure, after, limit)
    )


def weigh(host_id: int, use: str, amount_fen: int, day: date) -> Effect:
    """The same, kept from others who spend under the same rule until the transaction ends: two who
    each fit must not exceed it together. To be called with the fund held."""
    if (measure := CEILINGS.get(use)) is not None:
        rule = queries.rule_on(measure, day, queries.scope_of(host_id, day))
        if rule is not None:
            locked(FundRule, rule.id)
    return effect(host_id, use, amount_fen, day)


def add_rule(actor: Actor, row: RuleRow) -> FundRule:
    """Say what holds from a day on; what held for the same scope ends the day before. Raises Invalid."""
    require(actor, "funds:rule:edit")
    known = queries.rows_of(row.measure, row.scope)
    if found := row_problems(row, [rule.since for rule in known]):
        raise Invalid(fields=found)
    for earlier in known[:1]:
        if earlier.until is None or earlier.until >= row.since:
            locked(FundRule, earlier.id).until = row.since - timedelta(days=1)
    rule = FundRule(
        measure=row.measure,
        scope=row.scope,
        value=row.value,
        since=row.since,
        basis_zh=row.basis_zh.strip(),
        basis_en=row.basis_en.strip(),
        created_by=actor.user_id,
    )
    db.session.add(rule)
    db.session.flush()
    audit.record(
        actor,
        "funds.fund_rule.add",
        rule,
        after={"measure": row.measure, "scope": row.scope, "value": row.value, "since": row.since},
    )
    return rule


def withdraw_rule(actor: Actor, rule_id: int, reason: str) -> None:
    """Take back a rule that is not in force yet; the one before it goes on. Raises WrongState, Invalid."""
    rule = locked(FundRule, rule_id)
    require(actor, "funds:rule:edit", rule)
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请写明理由。")]})
    known = queries.rows_of(rule.measure, rule.scope)
    if rule.since <= clock.today() or known[0].id != rule.id:
        raise WrongState(say("这项规定已经施行，不能撤回；请新增一项规定代替它。"))
    for earlier in known[1:2]:
        if earlier.until == rule.since - timedelta(days=1):
            earlier.until = None
    audit.record(
        actor,
        "funds.fund_rule.withdraw",
        rule,
        before={"measure": rule.measure, "scope": rule.scope, "value": rule.value},
        reason=reason.strip(),
    )
    db.session.delete(rule)
