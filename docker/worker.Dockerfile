# Takes jobs and computes on NVIDIA cards. Holds the studio too, so that the same image runs everything in one container.
FROM node:24-bookworm AS build
WORKDIR /app
COPY . .
RUN ONNXRUNTIME_NODE_INSTALL=skip npm ci && npm run build -w @hearth/studio && npm prune --omit=dev
# onnxruntime's CUDA provider is not part of its npm package; its own script fetches it.
RUN cd node_modules/onnxruntime-node && ONNXRUNTIME_NODE_INSTALL=cuda12 node script/install.js
# The embedded queue, for running everything in one container.
COPY --from=valkey/valkey:9-bookworm /usr/local/bin/valkey-server /usr/local/bin/valkey-server

# The provider is built for CUDA 13 and cuDNN 9.
FROM nvidia/cuda:13.0.1-cudnn-runtime-ubuntu24.04
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg python3 python3-venv && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --create-home hearth && install -d -o hearth -g hearth /data
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /usr/local/bin/valkey-server /usr/local/bin/valkey-server
WORKDIR /app
COPY --from=build /app .
ENV NODE_ENV=production HEARTH_DATA=/data
USER hearth
VOLUME /data
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["node", "apps/hearth/src/container/worker-health.ts"]
CMD ["node", "apps/worker/src/main.ts"]
