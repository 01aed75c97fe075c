# The stand-in for vLLM over several hosts. BASE: Node.js.
ARG BASE
FROM ${BASE}
COPY engines/releases /opt/standin/engines/releases
COPY vllm-group.mjs /opt/standin/
# python3 is for the health check only
RUN chmod +x /opt/standin/vllm-group.mjs && ln -s /opt/standin/vllm-group.mjs /usr/bin/vllm \
  && printf '#!/bin/sh\n' >/usr/bin/python3 && chmod +x /usr/bin/python3
ENTRYPOINT ["vllm", "serve"]
