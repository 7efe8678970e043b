# FitTrack in a container: `docker build --tag fittrack .`, and docs/deployment.md says how to run it.
# Everything is pinned: the base by its version, each package by version and hash (`make lock` renews both locks).
ARG PYTHON=3.13.16

FROM python:${PYTHON}-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY deploy/build.lock deploy/requirements.lock deploy/
# Wheels alone: nothing that is downloaded runs while it is installed. Without pip in it, nothing is installed into it later.
RUN python -m venv --without-pip /opt/fittrack \
    && pip install --require-hashes --only-binary :all: --requirement deploy/build.lock \
    && pip --python /opt/fittrack/bin/python install --no-compile --require-hashes --only-binary :all: --requirement deploy/requirements.lock
COPY pyproject.toml README.md ./
COPY actors actors
COPY fittrack fittrack
COPY protocol protocol
# Compiled here, since nothing can be written where it runs; by hash, so that the same source makes the same files.
RUN pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && pip --python /opt/fittrack/bin/python install --no-compile --no-deps --no-index dist/*.whl \
    && python -m compileall -q --invalidation-mode unchecked-hash /opt/fittrack/lib

FROM python:${PYTHON}-slim-trixie
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="FitTrack" \
      org.opencontainers.image.description="A gamified fitness platform: an actor-based real-time backend over WebSockets" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# tini is process 1: it hands signals on from the first instant, and reaps what a worker that was killed left behind.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini=0.19.0-* \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 fittrack \
    && useradd --system --uid 10001 --gid 10001 --home-dir /srv/fittrack --create-home --shell /usr/sbin/nologin fittrack \
    && install --directory --owner 10001 --group 10001 /srv/fittrack/var
COPY --from=build /opt/fittrack /opt/fittrack
ENV PATH=/opt/fittrack/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /srv/fittrack
# The embedded database and, without SMTP, the letters. Beside it only /tmp need be writable.
VOLUME /srv/fittrack/var
EXPOSE 8000
# SIGTERM drains: connections get 25 s, what is behind them a few more. Give it 60 s.
STOPSIGNAL SIGTERM
# Whether the process lives. Whether to send it requests is /health/ready, which is 503 while it drains.
HEALTHCHECK --start-period=20s --start-interval=1s --interval=15s --timeout=5s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
ENTRYPOINT ["tini", "--", "fittrack"]
CMD ["serve", "--host", "0.0.0.0"]
