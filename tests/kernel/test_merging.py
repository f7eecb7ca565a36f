"""Field-level merging: whatever two editors do, no text disappears unnoticed."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from charity_portal.kernel.merging import Clash, Held, Step, base_at, merge

KEYS = ("title", "summary")


def test_a_field_changed_by_one_side_only_is_saved():
    result = merge(3, {"title": "新"}, {"title": Held("旧", 2)}, {})
    assert result.saved == {"title": "新"}
    assert not result.conflicts and not result.merged


def test_other_fields_changed_elsewhere_come_back():
    result = merge(3, {"title": "新"}, {"title": Held("旧", 2), "summary": Held("他人", 5)}, {})
    assert result.saved == {"title": "新"}
    assert result.merged == {"summary": "他人"}


def test_a_full_form_that_left_a_field_alone_takes_the_other_version():
    held = {"title": Held("他人", 5)}
    steps = {"title": [Step(5, 5, "旧")]}
    assert merge(3, {"title": "旧"}, held, steps).merged == {"title": "他人"}


def test_both_sides_changing_one_field_is_a_conflict_and_saves_nothing():
    held = {"title": Held("他人", 5)}
    steps = {"title": [Step(5, 5, "旧")]}
    result = merge(3, {"title": "我的"}, held, steps)
    assert result.conflicts == {"title": Clash("旧", "他人", "我的")}
    assert not result.saved


def test_the_same_change_on_both_sides_is_no_conflict():
    held = {"title": Held("一样", 5)}
    result = merge(3, {"title": "一样"}, held, {"title": [Step(5, 5, "旧")]})
    assert not result.saved and not result.conflicts


def test_a_base_inside_a_recorded_step_is_unknown_and_asks_the_person():
    held = {"title": Held("他人", 6)}
    steps = {"title": [Step(3, 6, "旧")]}
    assert base_at(4, held["title"], steps["title"]) is None
    assert merge(4, {"title": "旧"}, held, steps).conflicts
    assert merge(2, {"title": "旧"}, held, steps).merged == {"title": "他人"}


def test_writing_back_the_old_text_against_the_newest_revision_is_a_change():
    result = merge(5, {"title": "旧"}, {"title": Held("新", 5)}, {})
    assert result.saved == {"title": "旧"}


@dataclass
class Server:
    """A draft as the service keeps it, in memory."""

    rev: int = 0
    held: dict[str, Held] = field(default_factory=dict)
    steps: dict[str, list[Step]] = field(default_factory=dict)
    by: dict[str, int] = field(default_factory=dict)
    ever: set[str] = field(default_factory=set)

    def save(self, who: int, rev: int, mine: dict[str, str]):
        late = {k: [s for s in steps if s.rev > rev] for k, steps in self.steps.items()}
        result = merge(rev, mine, self.held, late)
        if result.saved:
            self.rev += 1
        for key, value in result.saved.items():
            self._record(who, key, value)
        return result, self.rev

    def _record(self, who: int, key: str, value: str) -> None:
        steps = self.steps.setdefault(key, [])
        before = self.held[key].value if key in self.held else ""
        if (
            steps and self.by.get(key) == who and who == 0
        ):  # one person's quick changes are one step
            last = steps.pop()
            steps.append(Step(last.first_rev, self.rev, last.before))
        else:
            steps.append(Step(self.rev, self.rev, before))
        self.by[key] = who
        self.held[key] = Held(value, self.rev)
        self.ever.add(value)


@dataclass
class Editor:
    """A browser tab: what it shows, what it last agreed on with the server."""

    who: int
    rev: int = 0
    seen: dict[str, str] = field(default_factory=lambda: dict.fromkeys(KEYS, ""))
    shown: dict[str, str] = field(default_factory=lambda: dict.fromkeys(KEYS, ""))

    def save(self, server: Server, everything: bool, reported: set[str]) -> None:
        changed = {k: v for k, v in self.shown.items() if everything or v != self.seen[k]}
        result, rev = server.save(self.who, self.rev, changed)
        for key, value in changed.items():
            if key in result.conflicts:
                reported.add(value)
                assert result.conflicts[key].mine == value
                assert result.conflicts[key].theirs == server.held[key].value
                self.shown[key] = result.conflicts[key].theirs  # chooses the other text
                self.seen[key] = result.conflicts[key].theirs
            elif key not in result.merged:
                self.seen[key] = value
        for key, value in result.merged.items():
            self.seen[key] = self.shown[key] = value
        self.rev = rev


ACTIONS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["type", "back", "save", "post"]),
        st.sampled_from(KEYS),
    ),
    max_size=40,
)


@settings(max_examples=400)
@given(ACTIONS)
def test_no_interleaving_of_two_editors_loses_a_text(actions):
    server, reported, typed, count = Server(), set(), {}, 0
    editors = [Editor(0), Editor(1)]
    for who, action, key in actions:
        editor = editors[who]
        if action in ("type", "back"):
            count += 1
            text = f"文字{count}" if action == "type" else ""
            editor.shown[key] = text
            typed[who, key] = text
            continue
        sent = {k: typed.pop((who, k)) for k in KEYS if (who, k) in typed}
        editor.save(server, everything=action == "post", reported=reported)
        for text in sent.values():
            assert text in server.ever or text in reported or text == ""
    for key in KEYS:  # whoever is up to date shows what the server holds
        for editor in editors:
            if editor.rev == server.rev and editor.shown[key] == editor.seen[key]:
                assert editor.shown[key] == (server.held[key].value if key in server.held else "")


@settings(max_examples=300)
@given(ACTIONS)
def test_a_text_is_only_replaced_by_one_who_saw_it(actions):
    """The server never moves from text A to B by the hand of somebody who was not shown A."""
    server, reported, count = Server(), set(), 0
    editors = [Editor(0), Editor(1)]
    shown = {0: {("title", ""), ("summary", "")}, 1: {("title", ""), ("summary", "")}}
    for who, action, key in actions:
        editor = editors[who]
        if action in ("type", "back"):
            count += 1
            editor.shown[key] = f"文字{count}" if action == "type" else ""
            continue
        before = {k: h.value for k, h in server.held.items()}
        editor.save(server, everything=action == "post", reported=reported)
        for k, there in server.held.items():
            if before.get(k, "") != there.value:
                assert (k, before.get(k, "")) in shown[who]
                shown[who].add((k, there.value))
        shown[who] |= set(editor.seen.items())
