"""Ask the National Bank for its rates. Where it does not answer, the last known ones stay what they are."""

from __future__ import annotations

import logging
import time
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache

from .reading import MOST_BYTES, RateFileError
from .services import LoadReport, rates_load
from .states import RateSource

WAIT_SECONDS = 15  # for each answer of the network …
WHOLE_SECONDS = 60  # … and for the whole file, however slowly it drips
HERE = ("127.0.0.1", "localhost", "::1")
ASKED = "rates-asked"
logger = logging.getLogger(__name__)


class NoAnswer(Exception):
    """The Bank could not be asked; the text says why."""


@dataclass(frozen=True)
class FetchReport:
    """What came, and in words for whoever runs this what did not."""

    loaded: tuple[LoadReport, ...]
    failed: tuple[str, ...]


def rates_fetch(urls: Iterable[str] | None = None) -> FetchReport:
    """Ask each address and take in what it gives. One that fails hinders no other. Not inside a transaction."""
    loaded, failed = [], []
    for url in settings.RATES_URLS if urls is None else urls:
        try:
            loaded.append(rates_load(fetch(url), source=RateSource.NBKR))
        except NoAnswer as error:
            failed.append(f"No answer from {url}: {error}.")
        except RateFileError as error:
            failed.append(f"What {url} gave cannot be used: {error}")
    for line in failed:
        logger.warning("%s", line)
    for report in loaded:
        for rate in (*report.waiting, *report.refused):
            logger.warning("Rate %s is %s: %s", rate, rate.status, rate.doubt)
        if report.missing:
            logger.warning("Rates are missing for %s: %s", report.days[-1], ", ".join(report.missing))
    return FetchReport(tuple(loaded), tuple(failed))


def rates_fetch_if_due() -> FetchReport | None:
    """Ask the Bank if nobody did in the last hours; None if somebody did. For whatever runs every few minutes.

    The demonstration asks nobody: it is at home without a network.
    """
    if settings.BIRGE_DEMO or not settings.RATES_URLS:
        return None
    if not cache.add(ASKED, 1, settings.RATES_EVERY_HOURS * 3600):  # of several workers one is the first
        return None
    return rates_fetch()


def fetch(url: str) -> bytes:
    """Return what stands at an address, at most as much as a file of rates can be. Raises NoAnswer."""
    _address_check(url)
    request = urllib.request.Request(url, headers={"User-Agent": "Birge (exchange rates)"})  # noqa: S310 - looked at
    opener = urllib.request.build_opener(_NoDetours)
    until = time.monotonic() + WHOLE_SECONDS
    try:
        with opener.open(request, timeout=WAIT_SECONDS) as answer:
            return _read(answer, until)
    except HTTPError as error:
        raise NoAnswer(f"it answered {error.code}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer(str(getattr(error, "reason", error)) or type(error).__name__) from error


class _NoDetours(urllib.request.HTTPRedirectHandler):
    """Follows only to where we would have asked ourselves: never from https to http, never to a file."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Look at the new address first."""
        _address_check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _address_check(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
        raise NoAnswer("the address must begin with https://")


def _read(answer: Any, until: float) -> bytes:
    taken = b""
    while piece := answer.read1(64 * 1024):
        taken += piece
        if len(taken) > MOST_BYTES:
            raise NoAnswer("the answer is too large")
        if time.monotonic() > until:
            raise NoAnswer("the answer takes too long")
    if answer.length:  # what was announced and did not come
        raise NoAnswer("the answer is cut off")
    return taken
