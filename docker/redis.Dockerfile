# Valkey, which speaks Redis.
FROM valkey/valkey:9-bookworm
COPY docker/valkey.conf /etc/valkey/valkey.conf
USER valkey
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD ["valkey-cli", "ping"]
CMD ["valkey-server", "/etc/valkey/valkey.conf"]
