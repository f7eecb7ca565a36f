"""What a browser calls itself, shortened to what a person recognises."""

import re

_BROWSERS = (
    ("WeChat", r"MicroMessenger/([\d]+)"),
    ("Edge", r"Edg(?:e|A|iOS)?/([\d]+)"),
    ("360", r"(?:360SE|360EE|QihooBrowser)(?:/([\d]+))?"),
    ("QQ", r"QQBrowser/([\d]+)"),
    ("UC", r"UCBrowser/([\d]+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/([\d]+)"),
    ("Chrome", r"(?:Chrome|CriOS|Chromium)/([\d]+)"),
    ("Safari", r"Version/([\d]+)[^ ]* .*Safari/"),
)
_SYSTEMS = (
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"),
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh|Mac OS X"),
    ("Linux", r"Linux|X11"),
)
LONGEST = 60


def short_device(agent: str) -> str:
    """`Chrome 120 · Windows`; the beginning of an unknown name; `—` when nothing was said."""
    browser = next(
        (
            f"{name} {found[1]}" if found[1] else name
            for name, pattern in _BROWSERS
            if (found := re.search(pattern, agent))
        ),
        None,
    )
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, agent)), None)
    if browser is None:
        printable = "".join(c for c in agent if c.isprintable())
        return printable[:LONGEST] or "—"
    return f"{browser} · {system}" if system else browser
