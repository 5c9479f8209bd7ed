# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS base
WORKDIR /app

# Compile dist/, and bundle the script of the report page and the commands, with the development packages.
FROM base AS build
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY config config
COPY queues queues
COPY processors processors
COPY src src
COPY bench bench
COPY web web
COPY scripts/bundle scripts/bundle
COPY scripts/root.mjs scripts/
RUN npx tsc -p tsconfig.build.json && node scripts/bundle/report.mjs && node scripts/bundle/program.mjs

# The final image needs no compiler, linter or test runner.
FROM base AS packages
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM base
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
COPY package.json ./
COPY config config
COPY examples examples
COPY web web
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
# A named volume takes the owner of the folder on which it is mounted. `corp` finds the checkout through the symbolic link.
RUN install -d -o node -g node .data \
  && chmod +x dist/src/cli/main.js \
  && ln -s /app/dist/src/cli/main.js /usr/local/bin/corp
USER node
EXPOSE 3000
# Process 1 must forward signals and reap dead children: run with --init (docker-compose.yml does).
ENTRYPOINT ["corp"]
CMD ["--help"]
