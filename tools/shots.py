#!/usr/bin/env python
"""Take pictures of the main pages, on a phone and on a laptop, in all languages, into var/shots (git-ignored).

Serves what `make run` has prepared, on a free port. `--readme` also renews the one picture in docs/images.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform"), str(ROOT / "engine")]
SIZES = {"phone": (360, 740), "laptop": (1280, 800)}
CHROMIUM = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
GUEST_PAGES = {
    "home": "/",
    "projects": "/projects/",
    "project-open": "/p/{open}/",
    "project-building": "/p/{under_way}/",
    "project-done": "/p/{completed}/",
    "project-failed": "/p/{expired}/",
    "give": "/p/{open}/give/",
    "pools": "/pools/",
    "pool": "/pools/{pool}/",
    "pool-pay": "/pools/{pool}/pay/",
    "pool-report": "/pools/{pool}/report/",
    "pool-statement": "/pools/{pool}/{month}/",
    "rule": "/rules/{rule}/",
    "associations": "/associations/",
    "association": "/associations/{association}/",
    "money": "/money/{token}/",
    "ledger": "/ledger/",
    "project-ledger": "/p/{under_way}/ledger/",
    "entry": "/ledger/{entry}/",
    "account": "/ledger/account/{account}/KGS/",
    "verify": "/ledger/verify/",
    "about": "/about/",
    "terms": "/terms/",
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "demo": "/demo/",
}
DESKS = {
    "focal-point": ("focal-point@jany-aryk.example", ["/desk/", "/desk/village/", "/desk/village/{own}/"]),
    "head": ("head@jany-aryk.example", ["/desk/"]),
    "council": ("council-chair@ak-jar.example", ["/desk/", "/desk/council/"]),
    "signatory": ("signatory@jany-aryk.example", ["/desk/", "/desk/sign/"]),
    "custodian": ("officer-1@south.example", ["/desk/", "/desk/custodian/"]),
    "pool-chair": ("chair@toolos.example", ["/desk/", "/desk/pools/{pool}/", "/desk/proposals/{proposal}/"]),
    "pool-treasurer": ("treasurer@toolos.example", ["/desk/pools/{pool}/", "/desk/pools/{pool}/cash/"]),
    "pool-signatory": ("signatory@toolos.example", ["/desk/", "/desk/proposals/{proposal}/"]),
    "matching-donor": (
        "manager@donor.example",
        ["/desk/", "/desk/pools/{matching_pool}/", "/desk/pools/{matching_pool}/simulate/"],
    ),
    "admin": ("admin@birge.example", ["/desk/", "/desk/administration/"]),
    "donor": ("aigul@donor.example", ["/desk/"]),
}


def main() -> None:
    """Prepare, serve, take every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", action="store_true", help="renew docs/images/project-phone.png")
    parser.add_argument("--languages", nargs="*", default=["ky", "ru", "en"])
    parser.add_argument("--only", default="", help="pages whose name contains this")
    options = parser.parse_args()
    if CHROMIUM is None:
        raise SystemExit("Pictures need Chromium.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "birge.settings.demo")
    names = _names()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright runs a loop in this thread
    with _served() as address, _browser() as browser:
        if options.readme:
            _shoot_readme(browser, address, names)
            return
        for size in SIZES:
            for language in options.languages:
                _shoot_guest(browser, address, size, language, names, options.only)
                _shoot_desks(browser, address, size, language, names, options.only)
    sys.stdout.write(f"Pictures are in {(ROOT / 'var' / 'shots').relative_to(ROOT)}\n")


def _names() -> dict[str, str]:
    """Return the identifiers that stand in the addresses: one project of each state, one pledge, one entry."""
    import django

    django.setup()
    from funds.ledger.models import Entry
    from funds.pledges.models import Pledge
    from funds.pledges.tokens import pledge_token
    from projects.works.models import Project

    own = Project.objects.filter(
        administration__offices__terms__user__email=DESKS["focal-point"][0], status="under_way"
    ).first()
    names = {project.status: project.public_id for project in Project.objects.order_by("-id")}
    pledge = Pledge.objects.filter(status="collected", project__status="under_way").first()
    entry = Entry.objects.filter(kind="tranche.released").first()
    account = entry.postings.select_related("account")[0].account.code if entry else ""
    if pledge is None or entry is None or own is None:
        raise SystemExit("There is no demonstration to show. Run `make run` first.")
    known = {"token": pledge_token(pledge), "entry": str(entry.pk), "own": own.public_id, "account": account}
    return names | known | _pool_names()


def _pool_names() -> dict[str, str]:
    """Return the identifiers of pools: an association's, with its rule, open proposal and last month, and a donor's."""
    from birge.organisations.models import OrganisationKind
    from funds.matching.models import Rule
    from funds.pools.models import Pool, Proposal
    from funds.pools.statements import months_of

    proposal = Proposal.objects.filter(status="open").select_related("pool__organisation").first()
    donors = Pool.objects.filter(organisation__kind=OrganisationKind.MATCHING_DONOR).first()
    rule = Rule.objects.filter(pool_ref=proposal.pool.public_id).first() if proposal else None
    if proposal is None or donors is None or rule is None:
        raise SystemExit("There are no pools to show. Build the demonstration once more.")
    year, month = months_of(proposal.pool)[0]
    return {
        "pool": proposal.pool.public_id,
        "association": proposal.pool.organisation.public_id,
        "proposal": proposal.public_id,
        "rule": rule.public_id,
        "month": f"{year}/{month}",
        "matching_pool": donors.public_id,
    }


@contextmanager
def _served() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "BIND": f"127.0.0.1:{port}", "SITE_URL": address, "LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "gunicorn", "birge.wsgi:application"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as server:
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)):
                if server.poll() is not None:
                    raise SystemExit("The web server has ended.")
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def _context(browser: Any, size: str, language: str) -> Any:
    width, height = SIZES[size]
    return browser.new_context(
        viewport={"width": width, "height": height}, locale=language, device_scale_factor=2 if size == "phone" else 1
    )


def _shoot_guest(browser: Any, address: str, size: str, language: str, names: dict[str, str], only: str) -> None:
    context = _context(browser, size, language)
    page = context.new_page()
    for name, path in GUEST_PAGES.items():
        if only in name:
            page.goto(f"{address}/{language}{path.format(**names)}")
            _take(page, size, language, name)
    context.close()


def _shoot_desks(browser: Any, address: str, size: str, language: str, names: dict[str, str], only: str) -> None:
    for name, (email, paths) in DESKS.items():
        if only not in name:
            continue
        context = _context(browser, size, language)
        page = context.new_page()
        sign_in(page, address, language, email)
        for number, path in enumerate(paths, start=1):
            page.goto(f"{address}/{language}{path.format(**names)}")
            _take(page, size, language, f"desk-{name}-{number}")
        context.close()


def sign_in(page: Any, address: str, language: str, email: str) -> None:
    """Sign in as one of the demonstration's people; the session is made here, since a code works only once."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from birge.accounts.models import User

    user = User.objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": address}])


def _take(page: Any, size: str, language: str, name: str) -> None:
    target = ROOT / "var" / "shots" / language / size / f"{name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target, full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        sys.stdout.write(f"too wide by {wide} px: {language} {size} {name}\n")


def _shoot_readme(browser: Any, address: str, names: dict[str, str]) -> None:
    context = _context(browser, "phone", "en")
    page = context.new_page()
    page.goto(f"{address}/en/p/{names['open']}/")
    target = ROOT / "docs" / "images" / "project-phone.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target)


if __name__ == "__main__":
    main()
