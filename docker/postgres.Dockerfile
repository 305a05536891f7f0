FROM postgres:18-bookworm
USER postgres
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["pg_isready", "-q", "-h", "127.0.0.1"]
