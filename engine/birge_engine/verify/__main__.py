"""`python -m birge_engine.verify`, where the command is not installed."""

from .cli import main

raise SystemExit(main())
