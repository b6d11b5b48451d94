# One image; `web`, `jobs` and `migrate` are commands of it.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY package.json package-lock.json .npmrc ./
COPY tools ./tools
RUN mkdir -p marketplace/static && .venv/bin/python tools/frontend.py
COPY marketplace ./marketplace
RUN .venv/bin/pybabel -q compile -d marketplace/translations

FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 app && mkdir /data && chown app /data
WORKDIR /app
COPY --from=build /app/.venv ./.venv
COPY --from=build /app/marketplace ./marketplace
COPY migrations ./migrations
COPY search_config ./search_config
COPY seed ./seed
ENV MARKETPLACE_ENV=production MARKETPLACE_SEED_DEMO=0 MARKETPLACE_DATA_DIR=/data PYTHONUNBUFFERED=1
USER app
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s CMD [".venv/bin/python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': os.environ.get('MARKETPLACE_TRUSTED_HOSTS', 'localhost').split(',')[0]}), timeout=2)"]
ENTRYPOINT [".venv/bin/python", "-m", "marketplace.cli"]
CMD ["web"]
