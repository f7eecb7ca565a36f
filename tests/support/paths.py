"""Where tests find what they read."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests" / "data"
SHARED_DATA = ROOT.parent / "shared" / "data"


def shared(name: str) -> Path:
    """A file of real input that is kept beside the project, not in it."""
    path = SHARED_DATA / name
    assert path.is_file(), (
        f"this test reads {path}, which is not there; it is kept beside the project"
    )
    return path
