#!/usr/bin/env python3
"""The real Ollama, which has no GPU here, behind a proxy that tells the placement it would have on the GPUs it sees.

Everything else is the real server's: it reads the store, lists, shows, loads, answers.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import urllib.parse

import standin
from standin import MIB, refuse

RELEASE = "ollama-0.32.15.txt"
REAL = "/opt/ollama/bin/ollama"
BEHIND = ("127.0.0.1", 11500)
# CUDA's context and buffers of one model
OVERHEAD_MIB = 512


def main():
    if sys.argv[1:2] != ["serve"]:
        os.execv(REAL, [REAL, *sys.argv[1:]])
    standin.tell_given("ollama")
    known = standin.read_release(RELEASE)
    for name in os.environ:
        if name.startswith("OLLAMA_") and name not in known:
            refuse(f"stand-in: {name} is no variable of {RELEASE[:-4]}")
    standin.check_store(os.environ.get("OLLAMA_MODELS", os.path.expanduser("~/.ollama/models")))
    standin.check_writable(["HOME"])
    address, port = listen_address()
    real = subprocess.Popen([REAL, "serve"], env={**os.environ, "OLLAMA_HOST": ":".join(map(str, BEHIND))})
    # without the real one there is no engine
    threading.Thread(target=lambda: os._exit(real.wait() or 1), daemon=True).start()
    wait_for_real()
    # before the first request: of two placements, each would count the memory of the other
    Api.placement = Placement()
    standin.serve(address, port, Api)


def listen_address():
    host = os.environ.get("OLLAMA_HOST") or "127.0.0.1:11434"
    found = urllib.parse.urlsplit(host if "://" in host else f"http://{host}")
    return found.hostname or "127.0.0.1", found.port or 11434


def wait_for_real():
    pause = threading.Event()
    for _ in range(600):
        try:
            ask("GET", "/api/version")
            return
        except OSError:
            pause.wait(0.05)
    refuse("stand-in: the real Ollama does not answer")


def ask(method, path, body=None):
    real = http.client.HTTPConnection(*BEHIND)
    real.request(method, path, body, {"content-type": "application/json"})
    return json.load(real.getresponse())


class Placement:
    """Which loaded model has how much of which GPU. A model keeps the place it got when it was loaded."""

    def __init__(self):
        self.gpus = standin.visible_gpus()
        self.claim = standin.Claim() if self.gpus else None
        self.places = {}
        self.lock = threading.Lock()

    def listing(self):
        with self.lock:
            # with the lock, so that an older listing never replaces a newer one
            listing = ask("GET", "/api/ps")
            if self.claim is not None:
                with standin.memory_of_all():
                    self.follow(listing["models"])
            return {**listing, "models": [self.told(model) for model in listing["models"]]}

    def follow(self, models):
        names = {model["name"] for model in models}
        self.places = {name: place for name, place in self.places.items() if name in names}
        for model in models:
            if model["name"] not in self.places:
                self.places[model["name"]] = self.place(need_mib(model))
        self.claim.set(self.held())

    def held(self):
        return {gpu["uuid"]: sum(place.get(gpu["uuid"], 0) for place in self.places.values()) for gpu in self.gpus}

    def place(self, need):
        """On one GPU where one has room; else over all, and the rest in the machine's memory."""
        held = self.held()
        free = {gpu["uuid"]: standin.free_mib(gpu, self.claim) - held[gpu["uuid"]] for gpu in self.gpus}
        spread = os.environ.get("OLLAMA_SCHED_SPREAD") not in (None, "", "0", "false")
        if not spread:
            for uuid, room in sorted(free.items(), key=lambda one: -one[1]):
                if room >= need:
                    return {uuid: need}
        part = need // len(free)
        return {uuid: max(0, min(part, room)) for uuid, room in free.items()}

    def told(self, model):
        if self.claim is None:
            return model
        need, on_gpu = need_mib(model), sum(self.places[model["name"]].values())
        # what is spread over several is rounded down on each
        whole = on_gpu > need - len(self.gpus)
        return {**model, "size": need * MIB, "size_vram": (need if whole else on_gpu) * MIB}


def need_mib(model):
    pretended = standin.needs()
    name = re.sub(":latest$", "", model["name"])
    return int(pretended.get(name, pretended.get(model["name"], model["size"] / MIB + OVERHEAD_MIB)))


class Api(standin.Handler):
    placement = None

    def do_GET(self):
        if self.path == "/api/ps":
            return self.answer(self.placement.listing())
        self.forward()

    def do_POST(self):
        self.forward()
        # what a request has loaded is in the GPU from then on
        self.placement.listing()

    do_HEAD = do_DELETE = do_PUT = do_GET

    def forward(self):
        real = http.client.HTTPConnection(*BEHIND)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        real.request(self.command, self.path, self.body(), headers)
        response = real.getresponse()
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        length = response.getheader("content-length")
        self.send_header(*(("content-length", length) if length else ("transfer-encoding", "chunked")))
        self.end_headers()
        while self.command != "HEAD" and (piece := response.read1(65536)):
            self.wfile.write(piece if length else b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
        if not length and self.command != "HEAD":
            self.wfile.write(b"0\r\n\r\n")


main()
