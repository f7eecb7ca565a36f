"""House rules about Python code: what stands where, and who may do what."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.house.source import Offence, Rule, Source, dotted

PORTAL = "charity_portal/**/*.py"
BARE = {"rules", "states", "permissions", "errors", "models", "queries", "services", "tasks"}
REQUEST_NAMES = {"request", "session", "g", "has_request_context", "flash", "redirect", "abort"}
PEOPLE_NAMES = {"current_user", "current_actor", "login_user"}
BANNED_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|managers?|misc|stuff)(_|$)")
CJK = re.compile(r"[\u3400-\u9fff]")
LOOKING = {"compile", "startswith", "endswith", "removeprefix", "removesuffix", "strip", "lstrip"}
LOOKING |= {"rstrip", "split", "partition", "replace", "find", "count", "translate", "maketrans"}
LANGUAGE_NAME = "中文"
SPEAKING = {"_", "gettext", "ngettext", "pgettext", "say"}
LONGEST_FILE, LONGEST_FUNCTION = 400, 60


def commits(source: Source) -> Iterator[Offence]:
    for node in source.walk(ast.Call):
        assert isinstance(node, ast.Call)
        name = dotted(node.func)
        if name.split(".")[-1] in ("commit", "rollback", "begin_nested") and "." in name:
            yield source.at(node, f"calls {name}(); only kernel/database.py ends transactions")


def sets_state(source: Source) -> Iterator[Offence]:
    for node in ast.walk(source.tree):
        stored = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if stored and node.attr == "state":  # type: ignore[attr-defined]
            yield source.at(node, "assigns .state; fire() does that")
        if isinstance(node, ast.Call):
            called = dotted(node.func).split(".")[-1]
            named = called == "setattr" and ast.unparse(node.args[1]) == "'state'"
            if named or (called == "values" and any(k.arg == "state" for k in node.keywords)):
                yield source.at(node, "writes the column `state`; fire() does that")


def code_in_init(source: Source) -> Iterator[Offence]:
    body = source.tree.body
    if not body or ast.get_docstring(source.tree) is None:
        yield f"{source.path}:1 has no docstring"
    elif len(body) > 1:
        yield source.at(body[1], "has code; an __init__ holds a docstring")


def import_inside_function(source: Source) -> Iterator[Offence]:
    for function in source.walk(ast.FunctionDef, ast.AsyncFunctionDef):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield source.at(node, "imports inside a function")


def float_money(source: Source) -> Iterator[Offence]:
    if not re.search(r"\bFen\b|_fen\b", source.text):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and node.id == "float":
            yield source.at(node, "says float where there is money")
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield source.at(node, f"holds {node.value} where there is money")
        divides = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        if divides and re.search(r"fen\b|amount", ast.unparse(node)):
            yield source.at(node, "divides money with /; use // or ratio()")


def reads_the_clock(source: Source) -> Iterator[Offence]:
    forbidden = re.compile(r"(^|\.)((date|datetime|func)\.(now|utcnow|today)|time\.time)$")
    for node in source.walk(ast.Call):
        assert isinstance(node, ast.Call)
        if forbidden.search(dotted(node.func)):
            yield source.at(node, f"calls {dotted(node.func)}(); kernel.clock tells the time")


def knows_the_request(source: Source) -> Iterator[Offence]:
    if source.path.parts[1] == "kernel" or source.module not in BARE:
        return
    for node in source.walk(ast.ImportFrom):
        assert isinstance(node, ast.ImportFrom)
        names = {alias.name for alias in node.names}
        bad = names & PEOPLE_NAMES
        if node.module == "flask":
            bad |= names & REQUEST_NAMES
        if node.module and node.module.split(".")[0] in ("flask_login", "flask_wtf", "wtforms"):
            bad |= names
        for name in sorted(bad):
            yield source.at(node, f"imports {name}; the actor and all values are arguments here")


def rules_know_no_database(source: Source) -> Iterator[Offence]:
    if source.module != "rules":
        return
    for node in source.walk(ast.Import, ast.ImportFrom):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]  # type: ignore[attr-defined]
        for name in names:
            if str(name).split(".")[0] in ("flask", "sqlalchemy", "flask_sqlalchemy"):
                yield source.at(node, f"imports {name}; rules decide on plain values")
            if str(name) == "charity_portal.kernel.database":
                yield source.at(node, "imports the database; rules decide on plain values")


def imports_settings(source: Source) -> Iterator[Offence]:
    for node in source.walk(ast.Import, ast.ImportFrom):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]  # type: ignore[attr-defined]
        if "config" in names:
            yield source.at(node, "imports config; app.py alone reads the settings")


def swallows_errors(source: Source) -> Iterator[Offence]:
    for node in source.walk(ast.ExceptHandler):
        assert isinstance(node, ast.ExceptHandler)
        if all(isinstance(step, ast.Pass) for step in node.body):
            yield source.at(node, "swallows an error")


def marks_as_safe(source: Source) -> Iterator[Offence]:
    for node in source.walk(ast.Call):
        assert isinstance(node, ast.Call)
        literal = all(isinstance(part, ast.Constant) for part in node.args)
        if dotted(node.func).split(".")[-1] == "Markup" and not literal:
            yield source.at(node, 'marks text as safe HTML; Markup("…").format(text) escapes it')


def banned_name(source: Source) -> Iterator[Offence]:
    for part in source.path.with_suffix("").parts:
        if BANNED_NAMES.search(part):
            yield f"{source.path}:1 is called {part}: name it after what it does"


def speaks_untranslated(source: Source) -> Iterator[Offence]:
    heard = {
        id(inner)
        for node in ast.walk(source.tree)
        for part in _not_said(node)
        for inner in ast.walk(part)
    }
    for node in source.walk(ast.Constant):
        assert isinstance(node, ast.Constant)
        text = node.value
        if not isinstance(text, str) or id(node) in heard or text == LANGUAGE_NAME:
            continue
        if CJK.search(text):
            yield source.at(node, f"says “{text[:20]}” in Chinese only")


def _not_said(node: ast.AST) -> list[ast.AST]:
    """The parts of this node whose words are translated, looked for, or stand beside their English:
    docstrings, what gettext gets, comparisons, keys, and what is called `…_zh`.
    """
    match node:
        case ast.Call() if dotted(node.func).split(".")[-1] in SPEAKING | LOOKING:
            return [node]
        case ast.Expr(value=ast.Constant()) | ast.Compare() | ast.Set() | ast.MatchValue():
            return [node]
        case ast.Dict():
            chinese = [v for k, v in zip(node.keys, node.values, strict=True) if _is_zh(k)]
            return [key for key in node.keys if key is not None] + chinese
        case ast.keyword() if str(node.arg).endswith("_zh"):
            return [node.value]
        case ast.Assign() if all(_is_zh(target) for target in node.targets):
            return [node.value]
        case ast.Tuple() if any(_is_english(part) for part in node.elts):
            return [node]
    return []


def _is_zh(node: ast.AST | None) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str() as name):
            return name.lower().endswith("_zh")
    return False


def _is_english(node: ast.AST) -> bool:
    """A sentence, not a code."""
    return isinstance(node, ast.Constant) and bool(re.match(r"[A-Z]\w* ", str(node.value)))


def says_a_variable(source: Source) -> Iterator[Offence]:
    for node in source.walk(ast.Call):
        assert isinstance(node, ast.Call)
        name = dotted(node.func)
        if name.startswith("?") or name.split(".")[-1] not in SPEAKING or not node.args:
            continue  # a catalogue's own gettext() looks up what somebody else said
        if not all(isinstance(part, ast.Constant) for part in node.args[:1]):
            yield source.at(node, "says a variable; nobody can find that sentence to translate it")


def too_long(source: Source) -> Iterator[Offence]:
    lines = source.text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{source.path}:1 has {lines} lines (at most {LONGEST_FILE})"
    for node in source.walk(ast.FunctionDef, ast.AsyncFunctionDef):
        length = node.end_lineno - node.lineno + 1  # type: ignore[attr-defined]
        if length > LONGEST_FUNCTION:
            yield source.at(node, f"{node.name} has {length} lines (at most {LONGEST_FUNCTION})")  # type: ignore[attr-defined]


RULES = (
    Rule(
        "only the database module ends transactions",
        PORTAL,
        commits,
        {
            "charity_portal/kernel/database.py": "the one place",
            "charity_portal/kernel/jobs.py": "drops a read snapshot before looking for due jobs",
        },
    ),
    Rule(
        "nothing but fire() sets a state",
        PORTAL,
        sets_state,
        {
            "charity_portal/kernel/states.py": "the one place",
            "charity_portal/kernel/jobs.py": "a job's state is its lease, guarded by its token",
            "charity_portal/kernel/mail.py": "a letter's state says whether its job has sent it",
        },
    ),
    Rule(
        "an __init__ holds a docstring and no code", "charity_portal/**/__init__.py", code_in_init
    ),
    Rule("imports stand at the top", PORTAL, import_inside_function),
    Rule("money is never a float", PORTAL, float_money),
    Rule(
        "the clock module tells the time",
        PORTAL,
        reads_the_clock,
        {"charity_portal/kernel/clock.py": "the one place"},
    ),
    Rule("what is below the edges knows no request", PORTAL, knows_the_request),
    Rule("rules decide on plain values", PORTAL, rules_know_no_database),
    Rule(
        "app.py alone reads the settings",
        PORTAL,
        imports_settings,
        {"charity_portal/app.py": "the one place"},
    ),
    Rule("no error is swallowed", PORTAL, swallows_errors),
    Rule("no text is marked as safe", PORTAL, marks_as_safe),
    Rule(
        "names say what a thing does",
        "charity_portal/**/*.py templates/**/*.html static/**/*.js tests/**/*.py",
        banned_name,
    ),
    Rule(
        "everything said can be said in English",
        PORTAL,
        speaks_untranslated,
        {
            "charity_portal/demo/*.py": "the demo city's own names and papers",
            "charity_portal/*/demo.py": "the same, for what a domain adds to it",
            "charity_portal/*/demo/*.py": "the same",
            "charity_portal/app.py": "the site's name stands beside its English twin",
            "charity_portal/kernel/i18n.py": "Chinese dates are written here, English ones beside",
            "charity_portal/kernel/money.py": "capital numerals are Chinese by definition",
            "charity_portal/kernel/table_reading.py": "words looked for in tables people send",
            "charity_portal/kernel/confined/spreadsheets.py": "the same",
            "charity_portal/competitions/rules/blinding.py": "words looked for in applicants' texts",
            "charity_portal/competitions/rules/name_forms.py": "the same",
        },
    ),
    Rule(
        "sentences are written out where they are said",
        PORTAL,
        says_a_variable,
    ),
    Rule(
        "files and functions can be read at once", "charity_portal/**/*.py tests/**/*.py", too_long
    ),
)
