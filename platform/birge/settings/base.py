"""What every installation shares. Secrets and addresses come from the environment; see docs/operations.md."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

ROOT = Path(__file__).resolve().parents[3]
VAR = ROOT / "var"
env = environ.Env()

DEBUG = False
BIRGE_DEMO = False  # demonstration mode: play money, a movable clock, seeded randomness, demo accounts
SECRET_KEY = env("SECRET_KEY", default="")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL: str = env("SITE_URL", default="http://127.0.0.1:8000")  # no slash at the end

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "django_htmx",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "birge.accounts",
    "birge.audit",
    "birge.places",
    "birge.organisations",
    "birge.documents",
    "birge.notifications",
    "birge.i18n",
    "projects.works",
    "projects.updates",
    "projects.questions",
    "projects.imports",
    "funds.ledger",
    "funds.rates",
    "funds.matching",
    "funds.pools",
    "funds.pledges",
    "funds.payments",
    "funds.banking",
    "funds.exchange",
    "funds.screening",
    "funds.transfers",
    "funds.strays",
    "funds.cash",
    "funds.releases",
    "funds.returns",
    "funds.reconciliation",
    "funds.watch",
    "funds.settlement",
    "funds.demonstration",
    "api",
    "frontend",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "frontend.middleware.only_forms",
]

ROOT_URLCONF = "birge.urls"
WSGI_APPLICATION = "birge.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "frontend" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "frontend.context.page",
            ],
        },
    },
]

SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
    ),
}


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for a database URL, with the pragmas that the ledger relies on under SQLite."""
    config: dict[str, Any] = dict(env.db_url_config(url))
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {**SQLITE_OPTIONS, **config.get("OPTIONS", {})}
    else:
        config.setdefault("CONN_MAX_AGE", 60)
        config.setdefault("CONN_HEALTH_CHECKS", True)
    config.setdefault("ATOMIC_REQUESTS", False)  # services own their transactions
    return config


DATABASES = {"default": database(env("DATABASE_URL", default=f"sqlite:///{VAR / 'birge.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "birge_cache"}}

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "birge.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Birge: "
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a new password or second factor is told to the person
ACCOUNT_LOGOUT_ON_GET = False
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("NUM_PROXIES", default=0)  # whose address the limits on signing in count
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
LOGIN_REDIRECT_URL = "desk"
LOGIN_URL = "account_login"
MFA_ADAPTER = "birge.accounts.secrets.MFAAdapter"
# Encrypt the secrets of second factors; the first one encrypts. Empty: SECRET_KEY does.
MFA_KEYS: list[str] = env.list("MFA_KEYS", default=[])
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Birge"
MFA_TOTP_TOLERANCE = 1  # phones' clocks drift: one step of 30 s either way
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True

# Language, time, numbers
LANGUAGE_CODE = "ky"
LANGUAGES = [("ky", _("Kyrgyz")), ("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "platform" / "birge" / "i18n" / "locale"]
FORMAT_MODULE_PATH = ["birge.i18n.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
VILLAGE_TIME_ZONE = "Asia/Bishkek"  # shown beside the viewer's own where a deadline matters

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "frontend" / "static"]
MEDIA_ROOT = VAR / "media"  # never served as files: birge.documents decides who may see what
MEDIA_URL = "/media-not-served/"
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DOCUMENT_MAX_BYTES = 15 * 1024 * 1024
PHOTO_MAX_PIXELS = 50_000_000

# Messages
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Birge <birge@localhost>")
SMS_BACKEND = env("SMS_BACKEND", default="birge.notifications.sms.ConsoleSms")
TASKS: dict[str, Any] = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Money
PAYMENT_FACT_HANDLER = "funds.settlement.services.payment_fact_apply"
CARD_FACT_HANDLER = "funds.settlement.services.card_fact_apply"
PAYMENT_PROVIDERS = [
    "funds.payments.providers.stripe.provider",  # offered only with an account and its keys, see docs/operations.md
    "funds.payments.providers.transfer",
    "funds.payments.providers.cash",
]
STRIPE_API_BASE = "https://api.stripe.com"
STRIPE_TIMEOUT = 20  # seconds; what takes longer is unknown, not failed
STRIPE_FEE_BORNE_BY = env("STRIPE_FEE_BORNE_BY", default="purpose")  # or "reserve", as far as it reaches
CARD_NOTICE_DAYS = 1  # a saved card is charged no sooner than so many days after its holder was told
CARD_MONTHLY_NOTICE_DAYS = 3  # the same for monthly promises
CARD_RETRY_DAYS = [1, 3, 7]  # after the first try, where the bank's no may be another one on another day
# Who says which transfers are awaited: (account) -> list of funds.banking.suggesting.Expected. Empty: nobody.
TRANSIT_DAYS = 5  # what a custodian has sent to another and is not there after these is shown in red
# Asked with an organisation and the administrator before its papers are accepted; it may refuse.
ORGANISATION_CHECK = "funds.screening.organisations.organisation_check"
BANKING_EXPECTED = "funds.settlement.statements.awaited"
PERSON_ERASED_HANDLER = "funds.settlement.statements.group_forget"  # of the pledge or gift whose donor is forgotten
PAYMENT_ENDED_HANDLER = "funds.settlement.statements.line_free"  # of a payment that was refused or taken back
UNIDENTIFIED_RETURN_DAYS = 90  # after so many, money of unknown origin goes back to its sender
LEDGER_ORIGIN = env("LEDGER_ORIGIN", default="birge.local/ledger")  # the name of the log, for ever
LEDGER_SIGNER = env("LEDGER_SIGNER", default=str(VAR / "signer"))  # the folder of its key: never in a backup of data
LEDGER_EXPORTS = env("LEDGER_EXPORTS", default=str(VAR / "exports"))
LEDGER_PUBLISHED = {  # who gives out what stands beside the log, so that rules of pools can be computed once more
    "rules": "funds.settlement.published.rules",
    "projects": "funds.settlement.published.projects",
    "runs": "funds.settlement.published.runs",
    "rates": "funds.settlement.published_rates.rates",
}
LEDGER_WITNESSES: list[str] = env.list("LEDGER_WITNESSES", default=[])  # keys of those whose cosignatures we show
RATES_URLS = ["https://www.nbkr.kg/XML/daily.xml", "https://www.nbkr.kg/XML/weekly.xml"]
RATES_EVERY_HOURS = 6  # how often the Bank is asked at most
RATES_JUMP_PERCENT = 20  # what moved more than this from one day to the next waits for a second person
RATES_FAR_FACTOR = 10  # … and this is no move but a comma in the wrong place
RATES_OLD_DAYS = 5  # a weekend and holidays; what lies longer back is called old
PLEDGE_HORIZON_DAYS = 90
PLEDGE_CONFIRM_DAYS = 14  # a pledge whose contact was never proven is forgotten after these
PLEDGE_ASK_AGAIN_DAYS = 7  # before the horizon
PLEDGE_LIMITS = {  # least and most of one pledge, minor units; nobody can promise in a currency that is not here
    "KGS": (50_00, 10_000_000_00),
    "RUB": (50_00, 10_000_000_00),
    "KZT": (300_00, 60_000_000_00),
    "USD": (1_00, 120_000_00),
    "EUR": (1_00, 100_000_00),
    "TRY": (20_00, 4_000_000_00),
    "KRW": (1_000, 160_000_000),
}
EXCHANGE_TOLERANCE_PERCENT = 5  # so much less may come of a promise that was paid in another currency, and it is kept
GRACE_DAYS = 30
RETURNS_MOVE_DAYS = 14  # so long a donor may say no before a gift is moved; so long it waits for such a project
RETURNS_AT_ONCE = 25  # a project with no more gifts than these is worked off in the step that ends it
RETURNS_MANY = 200  # so many transfers are marked as sent, or confirmed, in one step
# Cash that a treasurer may have in hand at most, minor units. A currency that is not named has no limit.
CASH_CEILING = {"KGS": 50_000_00, "RUB": 50_000_00, "KZT": 250_000_00, "USD": 500_00, "EUR": 500_00, "TRY": 20_000_00}
CASH_AGE_DAYS = 7  # cash that is older and not banked stands in red
CASH_CONFIRM_DAYS = 3  # … and so does what nobody has confirmed for longer
CASH_OTHER_DEVICE = True  # whoever confirms cash does so on another device than who wrote it down
TERMS_VERSION = "2026-11-28"
# Attempts to pay by card in one hour: for one promise, by one contact, from one address; and how often banks said no.
# From one address more: whole hostels share one.
WATCH_CARD_LIMITS = {"pledge": 5, "contact": 8, "address": 30, "declined": 6}
RECONCILE_LINE_DAYS = 3  # so long may a bank take to show what was sent; also the days of the public figure
RECONCILE_SHARE_DAYS = 90  # what the public figure looks back on
DECISION_DAYS = 14  # for the village to decide, where the days of grace are over and money lacks
EXTEND_MOST_DAYS, EXTEND_MOST_TIMES = 60, 2  # how far, and how often, a village may prolong what did not come together

# The doors
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": [],
    "EXCEPTION_HANDLER": "api.errors.problem_details",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "600/hour", "user": "3000/hour", "pledge": "60/hour", "factor": "60/hour"},
    "NUM_PROXIES": env.int("NUM_PROXIES", default=0),  # else anybody could write their own address into a header
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Birge",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]",
    "ENUM_NAME_OVERRIDES": {  # names for clients; without them those of one field name would be numbered
        "PlaceKind": "birge.places.models.PlaceKind",
        "OrganisationKind": "birge.organisations.models.OrganisationKind",
        "DocumentKind": "birge.documents.models.DocumentKind",
        "ProjectStatus": "projects.works.states.ProjectStatus",
        "ProjectParty": "projects.works.models.Party",
        "MilestoneStatus": "projects.works.models.MilestoneStatus",
        "EntryKind": "funds.ledger.kinds.EntryKind",
        "PledgeStatus": "funds.pledges.states.PledgeStatus",
        "MonthlyStatus": "funds.pledges.models_monthly.MonthlyStatus",
        "PledgeParty": "funds.pledges.models.Party",
        "ContactKind": "funds.pledges.models.PledgeContact.Kind",
        "PaymentKind": "funds.payments.models.PaymentKind",
        "RelatedKind": "funds.pledges.models.RelatedKind",
        "FlagKind": "funds.watch.models.FlagKind",
        "FlagStatus": "funds.watch.models.FlagStatus",
        "FlagDecision": "funds.watch.models.Decision",
        "OddDecision": "funds.payments.providers.stripe.models.Decision",
        "AccountKind": "funds.reconciliation.models.AccountKind",
        "DifferenceKind": "funds.reconciliation.models.DifferenceKind",
        "PaymentStatus": "funds.payments.models.PaymentStatus",
        "ExchangePlace": "funds.exchange.models.Place",
        "ExchangeStatus": "funds.exchange.models.ExchangeStatus",
        "ReleaseStatus": "funds.releases.models.ReleaseStatus",
        "ExpenseStatus": "funds.releases.models.ExpenseStatus",
        "RefundStatus": "funds.releases.models.RefundStatus",
        "DecisionStatus": "funds.releases.models.Correction.Status",
        "PoolStatus": "funds.pools.states.PoolStatus",
        "PoolGiftStatus": "funds.pools.states.GiftStatus",
        "StandingStatus": "funds.pools.states.StandingStatus",
        "ProposalKind": "funds.pools.states.ProposalKind",
        "ProposalStatus": "funds.pools.states.ProposalStatus",
        "RuleStatus": "funds.matching.models.RuleStatus",
        "BankLineStatus": "funds.banking.models.BankLine.Status",
        "UnknownReturnStatus": "funds.strays.models.StrayReturn.Status",
        "PayerClaimStatus": "funds.strays.models.PayerClaim.Status",
        "RateSource": "funds.rates.states.RateSource",
        "CashKept": "funds.cash.models.Kept",
        "BankingStatus": "funds.cash.models.BankingStatus",
        "ReceiptStatus": "funds.cash.facts.ReceiptStatus",
        "TransferStatus": "funds.transfers.states.TransferStatus",
        "DecidedHow": "birge.organisations.models.DecidedHow",
        "TransferClosedHow": "funds.transfers.states.ClosedHow",
        "ScreeningSubject": "funds.screening.states.Subject",
        "ScreeningOutcome": "funds.screening.states.Outcome",
        "ScreeningVerdict": "funds.screening.states.Verdict",
        "PartyKind": "funds.screening.states.PartyKind",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "api.schema.problems"],
}
CORS_URLS_REGEX = r"^/(api|ledger)/.*$"
CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", default=[])

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # signed links must not leak to other sites
X_FRAME_OPTIONS = "DENY"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
    "loggers": {
        "fontTools": {"level": "WARNING"},  # it tells of every glyph that it leaves out of a PDF
        "stripe": {"level": "WARNING"},  # and this one of every request
    },
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="INFO")},
}
