# The image of every service in docker-compose.yml that is ours. No secret is in it.
FROM python:3.13-slim-trixie AS build
COPY requirements.txt .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

FROM python:3.13-slim-trixie
# psql for the rights, pg_dump and pg_restore for backups
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 birge
ENV PATH="/opt/venv/bin:$PATH" PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=birge.settings.production
WORKDIR /srv/birge
COPY --from=build /opt/venv /opt/venv
COPY . .
# Production refuses to start half configured, so collecting static files gets something to start with.
RUN python tools/compile_messages.py \
    && SECRET_KEY=only-for-collecting-static-files-while-the-image-is-built ALLOWED_HOSTS=build \
       DATABASE_URL=postgresql://build@build/build \
       python manage.py collectstatic --no-input -i redoc -i rest_framework -i 'htm*-4*' \
    && mkdir -p var/media var/backups var/signer var/exports \
    && chown birge var/media var/backups var/signer var/exports
USER birge
