#!/usr/bin/env python3
"""A stand-in for text-embeddings-router: reads the model as the real one does, holds memory, answers with vectors."""

import hashlib
import json
import os
import sys

import standin
from standin import MIB, refuse

RELEASE = "tei-1.9.3.txt"
# CUDA's context and what a batch needs
OVERHEAD_MIB = 512


def main():
    standin.tell_given("tei")
    known = standin.read_release(RELEASE)
    options, rest = standin.parse_options(sys.argv[1:], known)
    if rest:
        refuse(f"error: unexpected argument '{rest[0]}' found")
    # each option is an environment variable too
    for name, kind in known.items():
        variable = name.removeprefix("--").replace("-", "_").upper()
        if name.startswith("--") and name not in options and os.environ.get(variable):
            options[name] = int(os.environ[variable]) if kind[0] == "int" else os.environ[variable]
    model = options.get("--model-id")
    if not model:
        refuse("error: the following required arguments were not provided: --model-id <MODEL_ID>")
    standin.check_offline()
    standin.check_store(model)
    config, weights = standin.check_model(model)
    if not os.path.exists(os.path.join(model, "tokenizer.json")):
        refuse("Error: tokenizer.json not found. text-embeddings-inference only supports fast tokenizers")
    name = options.get("--served-model-name") or model
    Api.claim = take_memory(standin.needs().get(name, weights / MIB))
    Api.info = {
        "model_id": model,
        "model_sha": None,
        "model_dtype": options.get("--dtype", "float16"),
        "served_model_name": name,
        "model_type": {"embedding": {"pooling": options.get("--pooling", "mean")}},
        "max_concurrent_requests": options.get("--max-concurrent-requests", 512),
        "max_input_length": config.get("max_position_embeddings", 512),
        "max_batch_tokens": options.get("--max-batch-tokens", 16384),
        "max_client_batch_size": options.get("--max-client-batch-size", 32),
        "version": RELEASE[4:-4],
    }
    Api.width = config.get("hidden_size", 384)
    standin.serve(options.get("--hostname", "0.0.0.0"), options.get("--port") or options.get("-p") or 80, Api)


def take_memory(weights):
    """One GPU, the first it sees; without one it computes on the CPU, as its image for CPUs does."""
    gpus = standin.visible_gpus()
    if not gpus:
        standin.tell(holds={})
        return None
    if len(gpus) > 1:
        refuse(f"stand-in: {len(gpus)} GPUs are given and one is used: the rest is lost")
    claim, need = standin.Claim(), round(weights + OVERHEAD_MIB)
    with standin.memory_of_all():
        free = standin.free_mib(gpus[0], claim)
        if need > free:
            refuse(f'Error: DriverError(CUDA_ERROR_OUT_OF_MEMORY, "out of memory"): {need} MiB, free {free} MiB')
        claim.set({gpus[0]["uuid"]: need})
    standin.tell(holds={gpus[0]["uuid"]: need})
    return claim


class Api(standin.Handler):
    info, width, embedded = {}, 384, 0

    def do_GET(self):
        if self.path in ("/health", "/", "/ping"):
            return self.answer("")
        if self.path == "/info":
            return self.answer(self.info)
        if self.path == "/metrics":
            return self.answer(f"te_queue_size 0\nte_embed_count {Api.embedded}\nte_embed_success {Api.embedded}\n", kind="text/plain; version=0.0.4")
        self.answer("", 404)

    def do_POST(self):
        asked = json.loads(self.body() or b"{}")
        if self.path == "/embed":
            return self.answer([self.vector(text) for text in texts(asked.get("inputs", ""))])
        if self.path in ("/v1/embeddings", "/embeddings"):
            found = [self.vector(text) for text in texts(asked.get("input", ""))]
            data = [{"object": "embedding", "embedding": one, "index": at} for at, one in enumerate(found)]
            usage = {"prompt_tokens": len(found), "total_tokens": len(found)}
            return self.answer({"object": "list", "data": data, "model": self.info["served_model_name"], "usage": usage})
        self.answer("", 404)

    def vector(self, text):
        Api.embedded += 1
        digest = hashlib.sha256(str(text).encode()).digest()
        return [digest[at % len(digest)] / 255 for at in range(self.width)]


def texts(given):
    return given if isinstance(given, list) else [given]


main()
