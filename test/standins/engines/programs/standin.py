"""What the stand-in engines share: the GPUs they see, the memory they take, the store they must not write to."""

import fcntl
import glob
import json
import os
import re
import signal
import socket
import sys
import threading
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SHARE = "/usr/local/share/standin-gpus"
CLAIMS = f"{SHARE}/claims"
CLAIM_BYTES = 4096
MIB = 1 << 20


def refuse(text):
    """Ends the engine as a real one ends: an error as the last line, status 1."""
    print(text, file=sys.stderr, flush=True)
    sys.exit(1)


def tell(**facts):
    print(json.dumps(facts), flush=True)


def tell_given(name):
    """One line with everything that the engine was given, for tests to read."""
    gpus = [gpu["uuid"] for gpu in visible_gpus()]
    known = re.compile("^(HF_|OLLAMA_|VLLM_|TRITON_|NVIDIA_|CUDA_|HUGGINGFACE_|HOME$|USER$)")
    env = {key: value for key, value in sorted(os.environ.items()) if known.match(key)}
    tell(given=name, args=sys.argv[1:], env=env, gpus=gpus, user=f"{os.getuid()}:{os.getgid()}")


# ---- GPUs


def visible_gpus():
    gpus = [json.load(open(path)) for path in sorted(glob.glob(f"{SHARE}/visible/*.json"))]
    return [gpu for gpu in gpus if not gpu["divided"]]


@contextmanager
def memory_of_all():
    """One process at a time looks at the memory and takes from it."""
    with open(f"{CLAIMS}/.lock", "a") as lock:
        try:
            os.chmod(lock.name, 0o666)
        except PermissionError:
            pass
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def free_mib(gpu, own=None):
    """What this GPU has left, its driver and everybody else taken off."""
    taken = sum(mib for uuid_, mib in _claims(own) if uuid_ == gpu["uuid"])
    return max(0, gpu["totalMib"] - gpu["reservedMib"] - taken)


def needs():
    """Sizes that tests pretend for models, in MiB: the files of a test are tiny."""
    try:
        return json.load(open(f"{CLAIMS}/.needs"))
    except FileNotFoundError:
        return {}


class Claim:
    """Memory that this process holds: it is locked as long as the process lives, and nobody's afterwards."""

    def __init__(self):
        self.path = f"{CLAIMS}/{socket.gethostname()}-{uuid.uuid4().hex[:8]}.json"
        beside = f"{CLAIMS}/.{uuid.uuid4().hex}"
        self.file = open(beside, "w+b", buffering=0)
        os.chmod(beside, 0o666)
        fcntl.flock(self.file, fcntl.LOCK_EX)
        self.set({})
        os.rename(beside, self.path)

    def set(self, mib_by_uuid):
        name = os.path.basename(sys.argv[0])
        lines = [{"gpu": gpu, "mib": mib, "name": name} for gpu, mib in mib_by_uuid.items() if mib > 0]
        # always the same length: a reader never sees the end of an older text
        os.pwrite(self.file.fileno(), json.dumps(lines).encode().ljust(CLAIM_BYTES), 0)


def _claims(own):
    for path in glob.glob(f"{CLAIMS}/*.json"):
        if own is not None and path == own.path:
            continue
        with open(path) as file:
            if os.path.basename(path) != "foreign.json" and not _is_held(file):
                continue
            for line in json.load(file):
                yield line["gpu"], line["mib"]


def _is_held(file):
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False


# ---- the store and the folders beside it


def check_store(path):
    """The engine only reads: a store that it could write to is refused, whatever the rights of its files are."""
    if not os.path.exists(path):
        refuse(f"stand-in: {path} does not exist")
    mounts = [line.split() for line in open("/proc/self/mounts")]
    below = [mount[1] for mount in mounts if (mount[1] + "/").startswith("/models/")]
    for place in {path, "/models", *below}:
        if os.path.exists(place) and not os.statvfs(place).f_flag & os.ST_RDONLY and _is_mounted(place, mounts):
            refuse(f"stand-in: {place} can be written to: the store must be mounted read-only")
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    probe = os.path.join(folder, ".standin-write")
    try:
        open(probe, "w").close()
    except OSError:
        return
    os.unlink(probe)
    refuse(f"stand-in: wrote below {folder}: the store must be mounted read-only")


def _is_mounted(place, mounts):
    """Below a mount of its own; else it is a folder of the image, which holds nothing of the store."""
    return any((place + "/").startswith(mount[1] + "/") for mount in mounts if mount[1] != "/")


def check_writable(names):
    """Folders, named by variables, into which the real engine writes while it runs."""
    for name in names:
        folder = os.environ.get(name)
        if not folder:
            refuse(f"stand-in: {name} is not set")
        try:
            os.makedirs(folder, exist_ok=True)
            probe = os.path.join(folder, f".standin-{uuid.uuid4().hex}")
            open(probe, "w").close()
            os.unlink(probe)
        except OSError as error:
            refuse(f"stand-in: cannot write to {name}: {error}")


def check_offline():
    if os.environ.get("HF_HUB_OFFLINE") != "1":
        refuse("stand-in: HF_HUB_OFFLINE is not 1: the real engine would ask the hub")


def check_model(path):
    """The model is whole: by the real reader where it lies in a hub cache, and by the sizes that its weights name."""
    found = re.fullmatch(r"(.*)/models--([^/]+)--([^/]+)/snapshots/([0-9a-f]{40})/?", path)
    if found:
        from huggingface_hub import snapshot_download

        cache, owner, name, commit = found.groups()
        repo = f"{owner}/{name}"
        if snapshot_download(repo, revision=commit, cache_dir=cache, local_files_only=True) != path.rstrip("/"):
            refuse(f"stand-in: huggingface_hub finds {repo}@{commit} elsewhere")
    config_path = os.path.join(path, "config.json")
    if not os.path.exists(config_path):
        refuse(f"stand-in: {config_path} is missing")
    config = json.load(open(config_path))
    weights = sorted(glob.glob(os.path.join(path, "*.safetensors")))
    if not weights:
        refuse(f"stand-in: no safetensors in {path}")
    return config, sum(safetensors_bytes(file) for file in weights)


def safetensors_bytes(path):
    """Bytes of the tensors; the header must fit the file to the byte (github.com/huggingface/safetensors, Format)."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        head = int.from_bytes(file.read(8), "little")
        if head > size - 8:
            refuse(f"stand-in: safetensors_rust.SafetensorError: InvalidHeaderLength in {path}")
        header = json.loads(file.read(head))
    end = max((entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"), default=0)
    if 8 + head + end != size:
        refuse(f"stand-in: safetensors_rust.SafetensorError: MetadataIncompleteBuffer in {path}")
    return end


# ---- options of a named release


def read_release(name):
    path = os.path.join(os.path.dirname(os.path.realpath(__file__)), "releases", name)
    lines = [line.split() for line in open(path) if line.strip() and not line.startswith("#")]
    return {words[0]: words[1:] for words in lines}


def parse_options(args, known):
    """Options as argparse takes them, exact names only; what is not in the release's list is refused."""
    options, rest, at = {}, [], 0
    while at < len(args):
        name, given, value = args[at].partition("=")
        at += 1
        if not name.startswith("-"):
            rest.append(name + given + value)
            continue
        kind = known.get(name) or _negated(name, known)
        if kind is None:
            refuse(f"error: unrecognized arguments: {name}")
        values = [value] if given else []
        while not given and at < len(args) and not args[at].startswith("--") and _takes_more(kind[0], values):
            values.append(args[at])
            at += 1
        options[name] = _checked(name, kind, values)
    return options, rest


def _negated(name, known):
    kind = known.get("--" + name.removeprefix("--no-")) if name.startswith("--no-") else None
    return kind if kind and kind[0] == "bool" else None


def _takes_more(kind, values):
    return {"bool": False, "list": True}.get(kind, len(values) == 0)


def _checked(name, kind, values):
    if kind[0] in ("bool", "maybe-bool"):
        return True
    if not values:
        refuse(f"error: argument {name}: expected one argument")
    if kind[0] == "list":
        return values
    value = values[0]
    try:
        if kind[0] == "int":
            return int(value)
        if kind[0] == "float":
            return float(value)
        if kind[0] == "size":
            return size(value)
    except ValueError:
        refuse(f"error: argument {name}: invalid {kind[0]} value: '{value}'")
    if kind[0] == "choice" and value not in kind[1:]:
        refuse(f"error: argument {name}: invalid choice: '{value}' (choose from {', '.join(kind[1:])})")
    return value


def size(text):
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([kKmMgGtT]?)", text)
    if not found:
        raise ValueError(text)
    number, unit = found.groups()
    if not unit:
        return int(number)
    power = "kmgt".index(unit.lower()) + 1
    return int(float(number) * (1000 if unit.islower() else 1024) ** power)


# ---- answering


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, body, status=200, kind="application/json"):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def body(self):
        return self.rfile.read(int(self.headers.get("content-length") or 0))


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def serve(address, port, handler):
    """Until SIGTERM: a first process of a container has to say itself that it takes the signal."""
    server = Server((address, port), handler)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    tell(listening=port)
    server.serve_forever()
