# One image with one program, and nothing else in it: no shell, no libraries, no root. `lab`, `client`, `server` and
# `certs` are links to it.
#
#   docker build -t handshakes .        or let `docker compose` do it
#   docker run --rm handshakes          all four pairs on the container's own loopback

# The manifests alone, with a stand-in for each crate's sources: the same as long as no manifest changes.
FROM rust:1-slim-bookworm AS manifests
WORKDIR /src
COPY . .
RUN mkdir /manifests && find . -name Cargo.toml -exec cp --parents {} /manifests \; \
    && cp Cargo.lock /manifests && cd /manifests \
    && for crate in certs clients servers crates/*; do \
        mkdir "$crate/src" && touch "$crate/src/lib.rs" && echo 'fn main() {}' > "$crate/src/main.rs"; \
    done

FROM rust:1-slim-bookworm AS build
# make and perl (and the image's gcc): OpenSSL is built from source, for static RSA.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libcap2-bin make perl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src

# A static program needs no libraries in the image. cargo keeps the flag away from build scripts and procedural
# macros only when a target is named, and /src/target/program is the same path on x86_64 and aarch64.
# AWS_LC_SYS_NO_JITTER_ENTROPY: see .cargo/config.toml.
ENV RUSTFLAGS="-C target-feature=+crt-static" CARGO_TERM_COLOR=never AWS_LC_SYS_NO_JITTER_ENTROPY=1
RUN printf '#!/bin/sh -e\n\
host=$(rustc -vV | sed -n "s/^host: //p")\n\
cargo build --release --locked --package asnoted-cli --target "$host"\n\
ln -sfn "$host/release" target/program\n' > /usr/local/bin/build && chmod +x /usr/local/bin/build

# The dependencies, in a layer of their own: only a change of a manifest builds them again.
COPY --from=manifests /manifests ./
RUN build && rm -r certs/src clients/src servers/src crates/*/src

# Our own sources. Their dates are those of the checkout, which cargo may take for older than the stand-ins above.
COPY certs certs
COPY clients clients
COPY servers servers
COPY crates crates
ARG ASNOTED_COMMIT=
RUN find certs clients servers crates -name '*.rs' -exec touch {} + && build

# What reads and sends segments may ask for CAP_NET_RAW, where the container grants it. `+p` and not `+ep`: the
# programs raise it for as long as they open a socket, and they still start where it is not granted.
RUN mkdir -p /image/bin /image/mounts/certs /image/mounts/logs /image/mounts/state /image/mounts/tmp \
    && cp target/program/asnoted /image/bin && cd /image/bin && setcap cap_net_raw+p asnoted \
    && for name in certs client lab server; do ln -s asnoted "$name"; done

FROM scratch
# A folder, not single files: only so do the capabilities survive.
COPY --from=build /image/bin /bin
# Places for volumes, which take over the owner (without them a volume would belong to root), and for the lab.
COPY --from=build --chown=65532:65532 /image/mounts /
ENV PATH=/bin CERTS_DIR=/certs
USER 65532:65532
WORKDIR /state
CMD ["lab"]
