# The doors: HTTP API, live events and the studio. No model is loaded here.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN ONNXRUNTIME_NODE_INSTALL=skip npm ci && npm run build -w @hearth/studio && npm prune --omit=dev

FROM node:24-bookworm-slim
RUN useradd --uid 10001 --create-home hearth && install -d -o hearth -g hearth /data
WORKDIR /app
COPY --from=build /app .
ENV NODE_ENV=production HEARTH_DATA=/data HEARTH_HOST=0.0.0.0 HEARTH_PORT=8000
USER hearth
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["node", "apps/hearth/src/container/api-health.ts"]
CMD ["node", "apps/api/src/main.ts"]
