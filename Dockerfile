# Two stages: the first installs, the second runs. glibc, no compiler, no root.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/triage \
 && /opt/triage/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY app app
COPY rules rules
COPY issue_templates issue_templates
COPY templates templates
RUN /opt/triage/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home triage
COPY --from=build /opt/triage /opt/triage
COPY rules /policy/rules
COPY issue_templates /policy/issue_templates
ENV PATH=/opt/triage/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TRIAGE_RULES=/policy/rules
# Without TRIAGE_DATABASE_URL it is a SQLite file here. Nothing else is ever written: the root may be read-only.
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/livez', timeout=4)"]
ENTRYPOINT ["triage"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
