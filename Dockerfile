# b2bi-local as one static binary on nothing at all. `docker build -t b2bi-local .` builds everything;
# scripts/image does the last stage alone, with the binary that this machine builds.
FROM rust:1.95.0-bookworm AS build
WORKDIR /source
COPY . .
RUN mkdir -p /image/data /image/etc/ssl/certs && cp "$(scripts/static)" /image/b2bi-local \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/

FROM scratch
COPY --from=build --chown=65532:65532 /image /
USER 65532:65532
ENV B2BI_LOCAL_LISTEN=0.0.0.0:4577
EXPOSE 4577
HEALTHCHECK --interval=2s --timeout=3s --retries=10 CMD ["/b2bi-local", "health"]
ENTRYPOINT ["/b2bi-local"]
