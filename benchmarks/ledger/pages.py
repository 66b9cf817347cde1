"""Ask for pages of the explorer and print [name, queries, seconds] of each as JSON; called by million.py."""

from __future__ import annotations

import json
import statistics
import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from funds.ledger.models import LogLeaf  # noqa: E402


def main() -> None:
    """Measure each page twenty times."""
    size = LogLeaf.objects.order_by("-index").values_list("index", flat=True)[0]
    entry = LogLeaf.objects.get(index=size // 2).entry_id
    hot = reverse("account", args=["held:cccc000000:project-pppp000000", "KGS"])
    pages = {
        "the newest entries": reverse("ledger"),
        "entries in the middle": f"{reverse('ledger')}?after={size // 2}",
        "the oldest entries": f"{reverse('ledger')}?after=60",
        "one account, newest": hot,
        "one account, in the middle": f"{hot}?after={size // 2}",
        "one entry": reverse("entry", args=[entry]),
    }
    sys.stdout.write(json.dumps([[name, *_measure(address)] for name, address in pages.items()]))


def _measure(address: str) -> tuple[int, float]:
    client = Client()
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        client.get(address)
    queries, times = len(caught), []  # counted now: the next request forgets them
    for _n in range(20):
        begun = time.perf_counter()
        response = client.get(address)
        times.append(time.perf_counter() - begun)
        if response.status_code != 200:
            raise SystemExit(f"{address}: {response.status_code}")
    return queries, statistics.median(times)


if __name__ == "__main__":
    main()
