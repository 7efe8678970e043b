# FitTrack in a container: docker build -t fittrack . (see deploy/README.md for how to run it)
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/fittrack
WORKDIR /src
COPY pyproject.toml README.md ./
COPY actors actors
COPY fittrack fittrack
COPY protocol protocol
RUN /opt/fittrack/bin/pip install .

FROM python:${PYTHON}-slim
RUN useradd --system --uid 10001 --home-dir /srv/fittrack --create-home fittrack \
    && install --directory --owner fittrack --group fittrack /srv/fittrack/var
COPY --from=build /opt/fittrack /opt/fittrack
ENV PATH=/opt/fittrack/bin:$PATH PYTHONUNBUFFERED=1
USER fittrack
WORKDIR /srv/fittrack
# The embedded database and, without SMTP, the letters.
VOLUME /srv/fittrack/var
EXPOSE 8000
HEALTHCHECK --start-period=10s --interval=15s --timeout=5s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
ENTRYPOINT ["fittrack"]
CMD ["serve", "--host", "0.0.0.0"]
