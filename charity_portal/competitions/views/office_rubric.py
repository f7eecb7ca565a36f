"""The parts of a drafted edition, each a form of its own; the rubric stage by stage.

These pages belong to the same part of the office as the list, so they share its blueprint.
"""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from charity_portal.competitions.errors import StaleEdition
from charity_portal.competitions.forms.edition_rows import completed
from charity_portal.competitions.forms.editions import FORMS, Choices, PartForm
from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.queries import edition_calls, edition_history, editions
from charity_portal.competitions.queries.edition_drafts import draft_of
from charity_portal.competitions.rules import methods
from charity_portal.competitions.rules.edition_parts import PARTS, ROW_UNITS, WORDS, row_text
from charity_portal.competitions.rules.rubric import weights
from charity_portal.competitions.rules.scores import TIE_CRITERION
from charity_portal.competitions.services import editions as services
from charity_portal.competitions.views import office_editions
from charity_portal.competitions.views.edition_pages import part_words, share, unit_text
from charity_portal.kernel.database import transaction
from charity_portal.kernel.edits import Draft, merge
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.form_rows import rearranged
from charity_portal.kernel.i18n import _, localized
from charity_portal.kernel.permissions import current_actor, requires

blueprint = office_editions.blueprint


@dataclass(frozen=True)
class Place:
    """The part that is edited; for a rubric, with its stage."""

    edition: Edition
    part: str
    stage: Stage | None = None

    @property
    def url(self) -> str:
        """Its address."""
        if self.stage is not None:
            return url_for("competitions_editions.rubric", stage_id=self.stage.id)
        return url_for("competitions_editions.edit", edition_id=self.edition.id, part=self.part)

    @property
    def draft(self) -> Draft:
        """Its content as saved."""
        return draft_of(self.edition, self.part, self.stage)

    @property
    def frozen(self) -> bool:
        """Whether it can no longer be changed."""
        return self.edition.state != Edition.MACHINE.initial


def _part(edition_id: int, part: str) -> Place | None:
    edition = editions.edition(edition_id) if part in FORMS and part != "rubric" else None
    return Place(edition, part) if edition is not None else None


def _rubric(stage_id: int) -> Place | None:
    stage = editions.stage(stage_id)
    edition = editions.edition(stage.edition_id) if stage is not None else None
    return Place(edition, "rubric", stage) if edition is not None else None


@blueprint.get("/<int:edition_id>/edit/<part>")
@requires("competitions:edition:edit", load=_part)
def edit(place: Place) -> Any:
    """One part of the draft."""
    return _shown(place)


@blueprint.post("/<int:edition_id>/edit/<part>")
@requires("competitions:edition:edit", load=_part)
def save(place: Place) -> Any:
    """Keep it; a button of a row moves that row first."""
    return _saved(place)


@blueprint.get("/stages/<int:stage_id>/rubric")
@requires("competitions:edition:edit", load=_rubric)
def rubric(place: Place) -> Any:
    """The rubric of one stage."""
    return _shown(place)


@blueprint.post("/stages/<int:stage_id>/rubric")
@requires("competitions:edition:edit", load=_rubric)
def save_rubric(place: Place) -> Any:
    """Keep the rubric."""
    return _saved(place)


def _shown(place: Place) -> Any:
    if place.frozen:
        return redirect(url_for(".show", edition_id=place.edition.id), 303)
    form = FORMS[place.part].filled(place.draft, place.edition.rev, _choices(place))
    return _page(place, form)


def _saved(place: Place) -> Any:
    step = request.form.get("do", "")
    unit = ROW_UNITS.get(place.part, "")
    posted = completed(rearranged(request.form, step, [unit] if unit else []), unit)
    form = FORMS[place.part].posted(posted, _choices(place))
    if not form.validate():
        return _page(place, form), 422
    mine, (rev, base) = form.draft(), form.start()
    for name in mine.units:
        if posted.get(f"choice-{name}") == "theirs":
            mine = mine.with_units(**{name: place.draft.units[name]})
    try:
        with transaction():
            _edition, taken_over = services.save(
                current_actor(),
                place.edition.id,
                place.part,
                mine,
                rev,
                base,
                place.stage.id if place.stage else None,
            )
    except StaleEdition as stale:
        return _clash_page(place, mine, base, stale), 409
    except Invalid as wrong:
        form.refuse(wrong)
        return _page(place, form), 422
    if taken_over:
        words = _("、").join(str(WORDS[place.part][name]) for name in taken_over)
        flash(_("已保存，并合并了其他人刚才修改的内容：%(units)s。", units=words))
    elif not step or step in ("save", "check"):
        flash(_("已保存。"))
    if step == "check":
        return redirect(url_for(".check", edition_id=place.edition.id), 303)
    return redirect(f"{place.url}#{unit}" if unit and step.startswith(unit) else place.url, 303)


def _clash_page(place: Place, mine: Draft, base: dict[str, str], stale: StaleEdition) -> str:
    """The form again, with both versions of what two people changed.

    It holds what the merge gave so far, and starts from what is saved now.
    """
    edition = editions.edition(place.edition.id)
    assert edition is not None
    stage = next((s for s in edition.stages if place.stage and s.id == place.stage.id), None)
    now = Place(edition, place.part, stage)
    theirs = now.draft
    events = edition_history.history(edition)
    conflicts = {
        name: {
            "label": WORDS[place.part][name],
            "mine": unit_text(mine.units[name], row_text),
            "theirs": unit_text(theirs.units[name], row_text),
            "by": events[0].who if events else None,
            "at": events[0].at if events else edition.created_at,
        }
        for name in stale.clashes
    }
    form = FORMS[place.part].filled(merge(mine, theirs, base).draft, stale.rev, _choices(now))
    form.start_from(theirs, stale.rev)
    return _page(now, form, conflicts)


def _choices(place: Place) -> Choices:
    """What only this edition's call and rubric know."""
    call = edition_calls.facts(place.edition.call_id)
    if place.part == "rubric":
        return {
            "track_id": {"": _("全部赛道")}
            | {str(t.id): localized(t, "title") for t in call.tracks},
            "looks_at": {"": _("整份申报书"), **part_words(call)},
        }
    if place.part == "method":
        return {
            "ties": {
                TIE_CRITERION + c.key: _("“%(name)s”平均分高者在前", name=localized(c, "title"))
                for s in place.edition.stages
                for c in s.criteria
            }
        }
    return {}


def _page(place: Place, form: PartForm, conflicts: dict[str, Any] | None = None) -> str:
    unit = ROW_UNITS.get(place.part)
    rows: Any = form[unit] if unit else ()
    choices = _choices(place)
    return render_template(
        f"competitions/editions/edit_{place.part}.html",
        place=place,
        edition=place.edition,
        stage=place.stage,
        call=edition_calls.facts(place.edition.call_id),
        form=form,
        unit=unit,
        blank=form.blank(unit, choices) if unit and unit != "tracks" else None,
        unfolded={n for n, entry in enumerate(rows) if entry.form.errors or not _named(entry)},
        conflicts=conflicts or {},
        totals=_totals(place),
        parts=PARTS,
        share=share,
        kind_words=methods.KINDS,
        method_how=methods.HOW,
        method_costs=methods.COSTS,
        choice_how=methods.CHOICE_HOW,
    )


def _totals(place: Place) -> list[tuple[str, int]]:
    """The weights of a rubric as saved, added up for each track."""
    if place.stage is None:
        return []
    rows = place.draft.rows("criteria")
    tracks = edition_calls.facts(place.edition.call_id).tracks
    found = [(localized(t, "title"), weights(rows, t.id)) for t in tracks]
    if len({total for _title, total in found}) > 1:
        return found
    return [("", found[0][1] if found else weights(rows, None))]


def _named(entry: Any) -> bool:
    return "title_zh" not in entry.form or bool(entry.form.title_zh.data)
