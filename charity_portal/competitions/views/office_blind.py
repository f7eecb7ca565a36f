"""Preparing a blind edition: what reviewers will read, what is hidden, which papers they may open."""

import io
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for

from charity_portal.competitions.forms.blinding import TermForm
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.queries import dossiers, editions, identities, papers
from charity_portal.competitions.queries.papers import Paper
from charity_portal.competitions.rules import blinding, suspicions
from charity_portal.competitions.services import papers as services
from charity_portal.kernel import files
from charity_portal.kernel.bare_copies import MIMES, bare_copy
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid, NotFound
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.organizations import queries as organizations
from charity_portal.projects.queries import dossiers as projects
from charity_portal.projects.queries import judging
from charity_portal.projects.queries.judging import Contestant

blueprint = Blueprint("competitions_blind", __name__, url_prefix="/office/competitions")

PREPARE = "competitions:blind:prepare"
PAGE = 50


@dataclass(frozen=True)
class Case:
    """One application of one edition, as the address names them."""

    edition: Edition
    contestant: Contestant


def _edition(edition_id: int, **_address: object) -> Edition | None:
    return editions.edition(edition_id)


def _case(edition_id: int, application_id: int, **_address: object) -> Case | None:
    edition = editions.edition(edition_id)
    found = judging.described([application_id]).get(application_id)
    if edition is None or found is None:
        return None
    belongs = application_id in {c.id for c in judging.contestants(edition.call_id)}
    return Case(edition, found) if belongs else None


@blueprint.get("/<int:edition_id>/blind")
@requires(PREPARE, load=_edition)
def index(edition: Edition) -> str:
    """All applications with how far each is prepared; the same statements however many."""
    everybody = judging.contestants(edition.call_id)
    after = request.args.get("after", "")
    rest = [c for c in everybody if c.number > after]
    shown = rest[:PAGE]
    ids = [c.id for c in everybody]
    there = projects.paper_counts(ids)
    released = papers.released_counts(edition.id, ids)
    return render_template(
        "competitions/blind/index.html",
        edition=edition,
        rows=shown,
        total=len(everybody),
        next_cursor=shown[-1].number if len(rest) > PAGE else None,
        codes=dossiers.codes_of(edition),
        names=organizations.names([c.organization_id for c in shown]),
        there=there,
        released=released,
        terms=identities.hidden_terms(edition.id, [c.id for c in shown]),
        waiting=sum(1 for key in ids if released.get(key, 0) < there.get(key, 0)),
    )


@blueprint.get("/<int:edition_id>/blind/<int:application_id>")
@requires(PREPARE, load=_case)
def show(case: Case) -> str:
    """What a reviewer will read of this application, and what is hidden in it."""
    return _page(case, TermForm())


def _page(case: Case, form: TermForm) -> str:
    edition, application_id = case.edition, case.contestant.id
    code = dossiers.codes_of(edition).get(application_id, "")
    draft = dossiers.draft_of(edition, application_id, code)
    written = list(dossiers.texts(draft.dossier)) if draft else []
    return render_template(
        "competitions/blind/show.html",
        edition=edition,
        case=case.contestant,
        name=organizations.names([case.contestant.organization_id]).get(
            case.contestant.organization_id, ""
        ),
        draft=draft,
        dossier=draft.dossier if draft else None,
        hidden_pairs=[
            (str(word), _("%(n)s 处", n=draft.hidden[kind]) if draft.hidden[kind] else None)
            for kind, word in blinding.KIND_WORDS.items()
        ]
        if draft
        else [],
        doubts=[(where, s) for where, text in written for s in suspicions.suspicions(text)],
        papers=papers.papers_of(edition, application_id),
        releasable=MIMES,
        terms=identities.hidden_terms(edition.id, [application_id]).get(application_id, []),
        form=form,
    )


@blueprint.post("/<int:edition_id>/blind/<int:application_id>/terms")
@requires(PREPARE, load=_case)
def hide(case: Case) -> Any:
    """Hide one more text in this application."""
    form = TermForm()
    if not form.submitted():
        return _page(case, form), 422
    try:
        with transaction():
            services.add_term(
                current_actor(), case.edition.id, case.contestant.id, form.text.data or ""
            )
    except Invalid as problem:
        form.refuse(problem)
        return _page(case, form), problem.status
    flash(_("已在这份申请中隐去。"))
    return _back(case, "hidden")


@blueprint.post("/<int:edition_id>/blind/<int:application_id>/terms/<int:term_id>/remove")
@requires(PREPARE, load=_case)
def reveal(case: Case) -> Any:
    """No longer hide a text."""
    term_id = (request.view_args or {})["term_id"]
    with transaction():
        services.remove_term(current_actor(), case.edition.id, case.contestant.id, term_id)
    flash(_("已不再隐去这段文字。"))
    return _back(case, "hidden")


@blueprint.get(
    "/<int:edition_id>/blind/<int:application_id>/papers/<int:attachment_id>/original",
    endpoint="original",
)
@requires(PREPARE, load=_case)
def original(case: Case) -> Response:
    """The paper as it was handed in."""
    return files.serve(_paper(case).original, inline=True)


@blueprint.get("/<int:edition_id>/blind/<int:application_id>/papers/<int:attachment_id>/copy")
@requires(PREPARE, load=_case)
def copy(case: Case) -> Response:
    """What reviewers would get: to be looked at before it is released."""
    paper = _paper(case)
    if paper.file is not None:
        return files.serve(paper.file, inline=True)
    response = send_file(
        io.BytesIO(bare_copy(paper.original)),
        mimetype=paper.original.mime,
        download_name=_neutral_name(paper),
    )
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
    )
    return response


@blueprint.post("/<int:edition_id>/blind/<int:application_id>/papers/<int:attachment_id>/release")
@requires(PREPARE, load=_case)
def release(case: Case) -> Any:
    """Let reviewers open the bare copy of this paper."""
    paper = _paper(case)
    prepared = files.prepare_own(
        bare_copy(paper.original), _neutral_name(paper), paper.original.mime
    )
    with transaction():
        services.release(
            current_actor(), case.edition.id, case.contestant.id, paper.attachment_id, prepared
        )
    flash(_("已向评委提供“%(name)s”。", name=paper.label))
    return _back(case, "papers")


@blueprint.post("/<int:edition_id>/blind/<int:application_id>/papers/<int:attachment_id>/withhold")
@requires(PREPARE, load=_case)
def withhold(case: Case) -> Any:
    """Take a paper back."""
    paper = _paper(case)
    with transaction():
        services.withhold(current_actor(), case.edition.id, case.contestant.id, paper.attachment_id)
    flash(_("已不再向评委提供“%(name)s”。", name=paper.label))
    return _back(case, "papers")


_EXTENSIONS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


def _neutral_name(paper: Paper) -> str:
    """A name that says the place in the form and nothing of the file it comes from."""
    return paper.label + _EXTENSIONS.get(paper.original.mime, ".webp")


def _paper(case: Case) -> Paper:
    attachment_id = (request.view_args or {})["attachment_id"]
    found = papers.paper(case.edition, case.contestant.id, attachment_id)
    if found is None:
        raise NotFound
    return found


def _back(case: Case, anchor: str) -> Any:
    return redirect(
        url_for(
            ".show",
            edition_id=case.edition.id,
            application_id=case.contestant.id,
            _anchor=anchor,
        ),
        303,
    )
