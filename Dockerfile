# Built from a checkout: docker build --tag hedged .
# Every package is pinned with its hash in requirements.lock; the image holds no settings but the defaults, and
# no secret. Build the base image by digest (--build-arg PYTHON=...) where that is your rule.
ARG PYTHON=python:3.11-slim

FROM ${PYTHON} AS wheel
WORKDIR /src
COPY requirements-dev.lock ./
RUN python -m venv /build \
    && /build/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-dev.lock
COPY pyproject.toml README.md LICENSE ./
COPY daemon ./daemon
COPY research ./research
COPY simulator ./simulator
COPY strategies ./strategies
# The build backend is in the lock too: nothing is fetched without a hash.
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

FROM ${PYTHON} AS install
COPY requirements.lock ./
RUN python -m venv /opt/hedged \
    && /opt/hedged/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY --from=wheel /wheels /wheels
RUN /opt/hedged/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-index /wheels/*.whl \
    && /opt/hedged/bin/hedged version

FROM ${PYTHON}
RUN groupadd --gid 10001 hedged \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/hedged --shell /usr/sbin/nologin hedged \
    && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/hedged
COPY --from=install /opt/hedged /opt/hedged
COPY settings.toml /etc/hedged/settings.toml
# The root file system may be read-only: only the state folder and /tmp are written to.
ENV PATH=/opt/hedged/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HEDGED_SETTINGS=/etc/hedged/settings.toml \
    HEDGED_STATE_DIR=/var/lib/hedged
WORKDIR /var/lib/hedged
VOLUME /var/lib/hedged
USER 10001:10001
STOPSIGNAL SIGTERM
# 0 is healthy (ready, or idle for a known reason), 1 and 3 are not. The start waits for Redis and the gateway.
HEALTHCHECK --interval=30s --timeout=10s --start-period=300s --retries=3 CMD ["hedged", "health"]
ENTRYPOINT ["hedged"]
CMD ["run"]
