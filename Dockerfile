# claude-code-mux as a container. How to use it: docs/hosts.md
#
#   docker build -t claude-code-mux .

FROM node:20-slim AS build
WORKDIR /build
COPY . .
# The package is complete: it needs nothing but Node.
RUN node scripts/ensure-deps.mjs \
 && npm pack --silent \
 && mkdir /program \
 && tar -xzf claude-code-mux-*.tgz --strip-components=1 -C /program
# Others must be able to reach a container's port. So the configuration that is made at the first start listens on all
# addresses, and asks for a key and a password, without which it does not start.
RUN sed -i \
      -e 's/^host = "127\.0\.0\.1"$/host = "0.0.0.0"/' \
      -e 's/^#\(api_keys = \["\$CCM_CLIENT_KEY"\]\)/\1/' \
      -e 's/^#\(admin_token = "\$CCM_ADMIN_TOKEN"\)/\1/' \
      /program/templates/ccm-config.toml

FROM node:20-slim
COPY --from=build /program /opt/claude-code-mux
RUN mkdir -m 0700 /data && chown node:node /data
ENV PATH=/opt/claude-code-mux/bin:$PATH \
    WORKSPACE=/data \
    CCM_HOME=/data/state
USER node
VOLUME /data
EXPOSE 13456
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["ccmctl", "status"]
CMD ["ccmctl", "start", "--foreground"]
