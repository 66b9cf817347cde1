"""How gunicorn serves Birge; `gunicorn birge.wsgi:application` finds this file by itself."""

import os
from pathlib import Path

pythonpath = "platform,engine"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60  # a photo over a slow line
graceful_timeout = 10
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (heartbeats only)
accesslog = None  # links that prove who one is stand in addresses; they belong in no log
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
control_socket_disable = True  # it would lie in the home folder of whoever starts us
