FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app

COPY requirements.lock .
RUN pip install --no-cache-dir --no-deps --require-hashes --requirement requirements.lock

COPY LICENSE ./
COPY bot bot
COPY handlers handlers
COPY store store
RUN python -m compileall -q bot handlers store

# Data live in /app/var: mount a volume there. The service runs as a user who can write nothing else.
RUN useradd --system --uid 10001 --home-dir /app --no-create-home wenming \
    && mkdir var && chown wenming:wenming var
USER wenming
VOLUME /app/var

ENV HOST=0.0.0.0 PORT=8001
EXPOSE 8001
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]

ENTRYPOINT ["python", "-m", "bot"]
CMD ["serve"]
