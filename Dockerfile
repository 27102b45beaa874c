# The environment is fetched once; the book is then built without a network. PROFILE=smoke builds it in minutes.
#   docker build --tag manytasks . && docker run --rm --publish 8000:8000 manytasks
ARG PYTHON=python:3.11-slim-bookworm
FROM ${PYTHON} AS environment
RUN apt-get update && apt-get install --yes --no-install-recommends chromium fonts-dejavu git make \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /book
COPY Makefile pyproject.toml requirements*.lock README.md LICENSE ./
COPY LICENSES LICENSES
COPY src/manytasks/__init__.py src/manytasks/
ARG PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
RUN make .venv/.ready

FROM environment AS book
ARG PROFILE=book
COPY . .
RUN --network=none touch .venv/.ready && make book PROFILE="$PROFILE"

FROM ${PYTHON}
COPY --from=book /book/build/html* /book/html/
USER nobody
EXPOSE 8000
CMD ["python", "-m", "http.server", "8000", "--directory", "/book/html"]
