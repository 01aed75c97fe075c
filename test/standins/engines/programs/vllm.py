#!/usr/bin/env python3
"""A stand-in for `vllm serve`: refuses what the real one refuses at its start, holds the memory it would hold, answers."""

import json
import os
import sys
import threading
import time

import standin
from standin import MIB, refuse

RELEASE = "vllm-0.27.1.txt"
# CUDA's context, activations, graphs: what is beside weights and cache
OVERHEAD_MIB = 1024
GIB = 1 << 30


def main():
    args = sys.argv[2:] if sys.argv[1:2] == ["serve"] else sys.argv[1:]
    standin.tell_given("vllm")
    options, rest = standin.parse_options(args, standin.read_release(RELEASE))
    model = options.get("--model") or (rest[0] if rest else None)
    unknown = rest if "--model" in options else rest[1:]
    if model is None:
        refuse("error: the following arguments are required: model")
    if unknown:
        refuse(f"error: unrecognized arguments: {' '.join(unknown)}")
    standin.check_offline()
    standin.check_store(model)
    standin.check_writable(["HOME", "VLLM_CACHE_ROOT", "TRITON_CACHE_DIR"])
    config, weights = standin.check_model(model)
    names = options.get("--served-model-name") or [model]
    gpus = check_gpus(options, config)
    claim = take_memory(options, gpus, weights_mib(names, weights) / len(gpus), config)
    Api.names = names
    Api.length = options.get("--max-model-len")
    Api.claim = claim
    standin.serve(options.get("--host") or "0.0.0.0", options.get("--port") or 8000, Api)


def check_gpus(options, config):
    gpus = standin.visible_gpus()
    parallel = options.get("--tensor-parallel-size") or options.get("-tp") or 1
    if not gpus:
        refuse("RuntimeError: No CUDA GPUs are available")
    if parallel > len(gpus):
        refuse(f"AssertionError: DP adjusted local rank {len(gpus)} is out of bounds.")
    if parallel < len(gpus):
        refuse(f"stand-in: {len(gpus)} GPUs are given and {parallel} used: the rest is lost")
    if parallel > 1:
        check_parallel(parallel, gpus, config)
    return gpus


def check_parallel(parallel, gpus, config):
    heads = config.get("num_attention_heads")
    if heads and heads % parallel:
        refuse(
            f"ValueError: Total number of attention heads ({heads}) must be divisible by tensor parallel size ({parallel})."
        )
    if any(gpu["uuid"].startswith("MIG-") for gpu in gpus):
        refuse("torch.AcceleratorError: a process uses one MIG device only")
    shm = os.statvfs("/dev/shm")
    if shm.f_frsize * shm.f_blocks < GIB:
        refuse("torch.distributed.DistBackendError: NCCL error: Error while creating shared memory segment /dev/shm/nccl")


def weights_mib(names, weights):
    pretended = standin.needs()
    return next((pretended[name] for name in names if name in pretended), weights / MIB)


def take_memory(options, gpus, weights, config):
    """vllm/v1/worker/utils.py request_memory, then what it loads."""
    share = options.get("--gpu-memory-utilization", 0.92)
    if not 0 < share <= 1:
        refuse(f"ValueError: gpu_memory_utilization: Input should be greater than 0 and at most 1, not {share}")
    cache = options.get("--kv-cache-memory-bytes")
    claim = standin.Claim()
    with standin.memory_of_all():
        held = {gpu["uuid"]: one_gpu(gpu, claim, share, cache, weights) for gpu in gpus}
        claim.set(held)
    standin.tell(holds=held, cache_bytes=cache, weights_mib=round(weights))
    check_length(options, config, len(gpus), cache or (min(held.values()) - weights - OVERHEAD_MIB) * MIB)
    return claim


def one_gpu(gpu, claim, share, cache, weights):
    free, total = standin.free_mib(gpu, claim), gpu["totalMib"]
    asked = share * total
    gib = lambda mib: round(mib / 1024, 2)
    if free < asked:
        refuse(
            f"ValueError: Free memory on device cuda:0 ({gib(free)}/{gib(total)} GiB) on startup is less than desired GPU "
            f"memory utilization ({share}, {gib(asked)} GiB). Decrease GPU memory utilization or reduce GPU memory used by "
            f"other processes."
        )
    if cache is None and weights + OVERHEAD_MIB >= asked:
        refuse(
            "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when "
            "initializing the engine."
        )
    held = round(asked if cache is None else weights + OVERHEAD_MIB + cache / MIB)
    if held > free:
        refuse(f"torch.OutOfMemoryError: CUDA out of memory. GPU 0 has {gib(free)} GiB free, {gib(held)} GiB are needed.")
    return held


def check_length(options, config, parallel, cache):
    """vllm/v1/core/kv_cache_utils.py: one request of the longest length has to fit."""
    length = options.get("--max-model-len") or config.get("max_position_embeddings")
    layers, heads = config.get("num_hidden_layers"), config.get("num_attention_heads")
    if not (length and layers and heads and config.get("hidden_size")):
        return
    of_keys = config.get("num_key_value_heads") or heads
    head = config.get("head_dim") or config["hidden_size"] // heads
    needed = 2 * layers * max(1, of_keys // parallel) * head * 2 * length
    if needed > cache:
        refuse(
            f"ValueError: To serve at least one request with the models's max seq len ({length}), ({needed / GIB:.2f} GiB KV "
            f"cache is needed, which is larger than the available KV cache memory ({cache / GIB:.2f} GiB)."
        )


class Api(standin.Handler):
    names, length, running, lock = [], None, 0, threading.Lock()

    def do_GET(self):
        if self.path in ("/health", "/ping"):
            return self.answer("")
        if self.path == "/version":
            return self.answer({"version": RELEASE[5:-4]})
        if self.path == "/v1/models":
            models = [{"id": name, "object": "model", "owned_by": "vllm", "max_model_len": self.length} for name in self.names]
            return self.answer({"object": "list", "data": models})
        if self.path == "/metrics":
            gauge = "vllm:num_requests_running"
            text = f'# TYPE {gauge} gauge\n{gauge}{{engine="0",model_name="{self.names[0]}"}} {float(Api.running)}\n'
            return self.answer(text, kind="text/plain; version=0.0.4; charset=utf-8")
        self.answer({"detail": "Not Found"}, 404)

    def do_POST(self):
        asked = json.loads(self.body() or b"{}")
        if self.path not in ("/v1/chat/completions", "/v1/completions"):
            return self.answer({"detail": "Not Found"}, 404)
        if asked.get("model", self.names[0]) not in self.names:
            message = f"The model `{asked['model']}` does not exist."
            return self.answer({"error": {"message": message, "type": "NotFoundError", "param": "model", "code": 404}}, 404)
        with Api.lock:
            Api.running += 1
        try:
            self.answer(completion(self.names[0], asked))
        finally:
            with Api.lock:
                Api.running -= 1


def completion(name, asked):
    message = {"role": "assistant", "content": "This is a stand-in."}
    tokens = min(5, asked.get("max_tokens") or 5)
    return {
        "id": "chatcmpl-standin",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": asked.get("model", name),
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": tokens, "total_tokens": 1 + tokens},
    }


main()
