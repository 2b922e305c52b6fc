"""Says which addresses may be fetched at all: http and https, usual ports, no credentials, public hosts only."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from assistant.errors import AddressRefused

PORTS = {"http": 80, "https": 443}

_HINT = "Only pages on public web servers are fetched; save the page as a file, and add that."
_ODD = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*")
_NUMBER_LIKE = re.compile(r"(?:0x[0-9a-f]*|\d+)")
_LOCAL_NAMES = ("localhost", ".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home.arpa")
_EMBEDDING = tuple(
    ipaddress.IPv6Network(network)
    for network in [
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
    ]
)
"""IPv6 ranges that carry an IPv4 address inside (or were local once): an outer form says nothing on where it leads."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart once, for the check and the connection alike.

    `netloc` is host and port as they go into the request; `path` has the query. `exempt` says that the operator
    allowed this host to lie in a network of his own.
    """

    scheme: str
    host: str
    port: int
    netloc: str
    path: str
    is_number: bool
    exempt: bool

    @property
    def address(self) -> str:
        """The address written out again, without credentials and fragment."""
        return f"{self.scheme}://{self.netloc}{self.path}"


def target_of(address: str, allowed: Collection[str] = (), only: Collection[str] = ()) -> Target:
    """Take an address apart; `allowed` and `only` are those of `fetching.Rules`.

    Raises AddressRefused, with the reason, for everything that is not a plain http or https address of a named or
    numbered host on its usual port. A number in any notation but the usual four or eight groups is refused.
    """
    if _ODD.search(address) or len(address) > 2000:
        raise _refused("There are spaces, control characters or backslashes in the address, or it is too long.")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _refused("The address is not well formed.") from error
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        raise _refused(f"Addresses that begin with {scheme or 'nothing'}: are not fetched, only http: and https:.")
    if "@" in parts.netloc:
        raise _refused("There is a user name or password in the address.")
    if "[" in parts.netloc and ":" not in host:
        raise _refused("The host in the address is no proper number.")
    host, is_number = _host(host)
    port = PORTS[scheme] if port is None else port
    shown = f"[{host}]" if ":" in host else host
    exempt = f"{shown}:{port}" in allowed or (shown in allowed and port in PORTS.values())
    if port not in PORTS.values() and not exempt:
        raise _refused(f"Port {port} is not one of web pages (80 and 443).")
    if only and not exempt and not any(host == name or host.endswith("." + name) for name in only):
        raise _refused(f"{host} is not on the list of hosts that pages are fetched from.")
    if not exempt:
        _check_name(host, is_number)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + ("?" + _query(parts.query) if parts.query else "")
    return Target(scheme, host, port, shown if port == PORTS[scheme] else f"{shown}:{port}", path, is_number, exempt)


def check_public(number: str, host: str) -> None:
    """Raise AddressRefused unless a numeric address is an ordinary public one that a single machine may have."""
    try:
        found = ipaddress.ip_address(number.split("%")[0])
    except ValueError as error:
        raise _refused(f"{host} has no proper address.") from error
    embeds = isinstance(found, ipaddress.IPv6Address) and any(found in network for network in _EMBEDDING)
    odd = found.is_multicast or found.is_reserved or found.is_unspecified or found.is_link_local or found.is_private
    if embeds or odd or not found.is_global:
        raise _refused(f"{host} is not on the public internet.")


def _host(host: str) -> tuple[str, bool]:
    """Give the host in the one form that is used from here on, and whether it is a number."""
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host).compressed, True
        except ValueError as error:
            raise _refused("The host in the address is no proper number.") from error
    try:
        name = host.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as error:
        raise _refused("The host in the address is not well formed.") from error
    if not _NAME.fullmatch(name):
        raise _refused("The host in the address is not well formed.")
    if not _NUMBER_LIKE.fullmatch(name.rsplit(".", 1)[-1]):
        return name, False
    try:
        return str(ipaddress.IPv4Address(name)), True
    except ValueError as error:
        raise _refused("The host in the address is a number in an unusual notation.") from error


def _check_name(host: str, is_number: bool) -> None:
    if is_number:
        check_public(host, host)
    elif "." not in host or host.endswith(_LOCAL_NAMES):
        raise _refused(f"{host} is a name of a local network.")


def _query(query: str) -> str:
    return quote(query, safe="/%:@!$&'()*+,;=~-._?")


def _refused(reason: str) -> AddressRefused:
    return AddressRefused(reason, hint=_HINT)
