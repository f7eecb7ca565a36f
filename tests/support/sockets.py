"""No test speaks to another machine: everything but this machine's own addresses is refused."""

import ipaddress
import socket
from typing import Any

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_sendto = socket.socket.sendto
_getaddrinfo = socket.getaddrinfo


class OutsideWorld(RuntimeError):
    """A test tried to leave this machine."""


def block() -> None:
    """Refuse connections, datagrams and name look-ups that would leave this machine."""
    socket.socket.connect = _guarded_connect  # type: ignore[method-assign]
    socket.socket.connect_ex = _guarded_connect_ex  # type: ignore[method-assign]
    socket.socket.sendto = _guarded_sendto  # type: ignore[assignment, method-assign]
    socket.getaddrinfo = _guarded_getaddrinfo


def _refuse_outside(family: int, address: Any) -> None:
    if family in (socket.AF_INET, socket.AF_INET6) and not _is_here(str(address[0])):
        raise OutsideWorld(f"a test tried to reach {address[0]}")


def _is_here(host: str) -> bool:
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _guarded_connect(self: socket.socket, address: Any) -> None:
    _refuse_outside(self.family, address)
    _connect(self, address)


def _guarded_connect_ex(self: socket.socket, address: Any) -> int:
    _refuse_outside(self.family, address)
    return _connect_ex(self, address)


def _guarded_sendto(self: socket.socket, data: Any, *rest: Any) -> int:
    _refuse_outside(self.family, rest[-1])
    return _sendto(self, data, *rest)


def _guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    if host is not None and not _is_here(host.decode() if isinstance(host, bytes) else str(host)):
        raise OutsideWorld(f"a test tried to look up {host}")
    return _getaddrinfo(host, *args, **kwargs)
