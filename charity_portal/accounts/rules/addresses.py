"""E-mail and network addresses: one spelling for comparing, a short one for showing."""

import ipaddress
import unicodedata

from charity_portal.kernel.throttling import network_of


def normal_email(text: str) -> str:
    """The one spelling under which an address is kept and looked up."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def masked_network(address: str | None) -> str:
    """An address as the session list shows it: `203.0.113.*`, `2001:db8:1::*`; `—` when unknown."""
    network = network_of(address)
    if network == "unknown":
        return "—"
    if "/" in network:
        prefix = ipaddress.ip_network((network.partition("/")[0], 48), strict=False)
        return f"{prefix.network_address}*"
    return network.rpartition(".")[0] + ".*"
