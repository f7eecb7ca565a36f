"""E-mail and network addresses: one spelling for comparing, a short one for showing."""

import ipaddress
import unicodedata


def normal_email(text: str) -> str:
    """The one spelling under which an address is kept and looked up."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def network_of(address: str | None) -> str:
    """What tries are counted under: an IPv4 address, or the /64 that one IPv6 subscriber holds."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        if mapped is None:
            return str(ipaddress.ip_network((parsed, 64), strict=False))
        return str(mapped)
    return str(parsed)


def masked_network(address: str | None) -> str:
    """An address as the session list shows it: `203.0.113.*`, `2001:db8:1::*`; `—` when unknown."""
    network = network_of(address)
    if network == "unknown":
        return "—"
    if "/" in network:
        prefix = ipaddress.ip_network((network.partition("/")[0], 48), strict=False)
        return f"{prefix.network_address}*"
    return network.rpartition(".")[0] + ".*"
