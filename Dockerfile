# syntax=docker/dockerfile:1
# The environment is fetched once; the book is then built without a network.
#   docker build --tag manytasks . && docker run --rm --publish 8000:8000 manytasks
FROM python:3.11-slim-bookworm AS environment
RUN apt-get update && apt-get install --yes --no-install-recommends chromium fonts-dejavu git make \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /book
COPY Makefile pyproject.toml requirements*.lock README.md LICENSE ./
COPY LICENSES LICENSES
COPY src src
ARG PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
RUN make .venv/.ready

FROM environment AS book
COPY . .
RUN --network=none touch .venv/.ready && make book

FROM python:3.11-slim-bookworm
COPY --from=book /book/build /book
USER nobody
EXPOSE 8000
CMD ["python", "-m", "http.server", "8000", "--directory", "/book/html"]
