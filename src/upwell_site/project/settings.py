"""The one settings file. What an operator may set is read by `env`, and listed in docs/reference/settings.md."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from upwell_site import env

SITE = Path(__file__).resolve().parent.parent
DIR = Path(env.text("UPWELL_DIR", "var", "the folder of everything this site keeps")).resolve()

DEBUG = False
SECRET_KEY = env.secret(DIR)
SEALED_KEY = Path(
    env.text("UPWELL_SEALED_KEY", "", "the file with the key of sealed rows; left out, sealed.key in UPWELL_DIR")
    or DIR / "sealed.key"
)
ALLOWED_HOSTS = env.words("UPWELL_HOSTS", "localhost,127.0.0.1,[::1]", "the domains this site answers to, with commas")
HTTPS = env.flag("UPWELL_HTTPS", False, "yes when people reach the site by https")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []
if env.flag("UPWELL_PROXY", False, "yes when one trusted proxy in front of the site sets X-Forwarded-Proto and -For"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    TRUSTED_HOPS = 1
else:
    TRUSTED_HOPS = 0
PUBLIC_URL = env.text("UPWELL_URL", "", "the address written into letters, such as https://hub.example.org")

DATABASES = {
    "default": env.database(
        env.text("UPWELL_DATABASE", "", "a PostgreSQL address; left out, everything is in one SQLite file"), DIR
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "core.User"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "upwell_site.core",  # before allauth: our templates stand in front of its own
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "upwell_site.sealed",
    "upwell_site.listen",
    "upwell_site.connect",
]

MIDDLEWARE = [
    # Headers first: files, redirects and refusals are answered further down, and carry them too.
    "upwell_site.core.headers.Headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "upwell_site.core.door.session.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "upwell_site.core.door.idle.Idle",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "upwell_site.project.urls"
WSGI_APPLICATION = "upwell_site.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            # Partials outermost, cotton inside the cache: otherwise "page.html#part" is not found.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "upwell_site.core.templatetags.upwell",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "upwell_site.core.context.page",
            ],
        },
    }
]
COTTON_DIR = "cotton"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# Who somebody is: a code by e-mail or a passkey, never a password (docs/adr/0006).
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "front"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_HOPS
ACCOUNT_ADAPTER = "upwell_site.core.door.adapter.Adapter"
ACCOUNT_FORMS = {
    "request_login_code": "upwell_site.core.door.forms.AskForCode",
    "confirm_login_code": "upwell_site.core.door.forms.EnterCode",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_LOGIN_TIMEOUT = 900
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_EMAIL_VERIFICATION = "none"  # the code that somebody comes in with has proved the address already
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "front"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,10/h/key"}
MFA_ADAPTER = "upwell_site.core.door.adapter.SecondAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "Upwell"
MFA_TOTP_TOLERANCE = 1  # phones' clocks are half a minute wrong
IDLE_MINUTES = 30  # staff; everybody's session ends after SESSION_COOKIE_AGE at the latest

CACHES = {  # shared by all processes: rate limits must not be per worker
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        # Django throws entries away beyond 300: rate limits would be forgotten under load.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_AGE = 12 * 60 * 60
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Mail leaves only from the outbox (core.outbox); these say how.
EMAIL_HOST = env.text("UPWELL_SMTP_HOST", "", "the mail server; left out, letters wait in the outbox")
EMAIL_PORT = env.number("UPWELL_SMTP_PORT", 587, "the mail server's port")
EMAIL_HOST_USER = env.text("UPWELL_SMTP_USER", "", "the name to sign in to the mail server with")
EMAIL_HOST_PASSWORD = env.text("UPWELL_SMTP_PASSWORD", "", "the password for the mail server")
EMAIL_USE_TLS = env.flag("UPWELL_SMTP_TLS", True, "yes to speak STARTTLS with the mail server")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("UPWELL_MAIL_FROM", "Upwell <upwell@localhost>", "the address letters come from")

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English")), ("cy", _("Cymraeg"))]
LOCALE_PATHS = [SITE / "locale"]
LANGUAGE_COOKIE_SECURE = HTTPS
TIME_ZONE = env.text("UPWELL_TIMEZONE", "Europe/London", "the time zone of the place")
USE_TZ = True

STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DIR / "files"}},
    "staticfiles": {"BACKEND": "upwell_site.project.static.Storage"},
}
WHITENOISE_USE_FINDERS = True  # no build step and no collectstatic: files are served as they lie in the package
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_LIMIT_MB = env.number("UPWELL_UPLOAD_MB", 200, "the largest spreadsheet or export that may be brought in, in MB")

SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"redact": {"()": "upwell_site.core.redact.Redact"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redact"]}},
    "root": {"handlers": ["out"], "level": "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
