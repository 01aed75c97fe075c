"""parse-vllm-args.py WHEEL LINES: the option names of `vllm serve`, and how it parses command lines.

WHEEL has the Python files of a vLLM release. LINES is a JSON list of command lines. Writes
{"options": […], "parsed": [{"model": …, "options": {…}} or {"error": …}]}. The parser is vLLM's own; PyTorch and what else
it imports without needing it to parse are replaced by stand-ins for absent modules.
"""

import contextlib
import importlib.abc
import importlib.machinery
import importlib.metadata
import io
import json
import logging
import sys
import types
from typing import Any

from pydantic_core import core_schema

ABSENT = """torch huggingface_hub cbor2 transformers safetensors aiohttp requests urllib3 zmq openai_harmony openai PIL
  pybase64 uvloop cpuinfo prometheus_client fastapi partial_json_parser
  vllm.distributed vllm.ir vllm.kernels""".split()


class AbsentType(type):
    """The type of absent classes: their attributes are absent too."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return absent(name)

    def __or__(cls, other):
        return Any

    __ror__ = __or__

    def __getitem__(cls, item):
        return cls

    def __iter__(cls):
        return iter(())

    def __contains__(cls, item):
        return False


def absent(name):
    """A class that can be inherited, called, and used as an annotation or as a decorator."""

    def new(cls, *args, **kwargs):
        decorates = len(args) == 1 and isinstance(args[0], types.FunctionType) and not kwargs
        return args[0] if decorates else object.__new__(cls)

    def call(self, *args, **kwargs):
        return args[0] if len(args) == 1 and callable(args[0]) and not kwargs else absent(name)

    def attribute(self, key):
        if key.startswith("__"):
            raise AttributeError(key)
        return absent(key)()

    members = {
        "__new__": new,
        "__init__": lambda self, *args, **kwargs: None,
        "__call__": call,
        "__getattr__": attribute,
        "__enter__": lambda self: self,
        "__exit__": lambda self, *error: None,
        "__iter__": lambda self: iter(()),
        "__get_pydantic_core_schema__": classmethod(lambda cls, *_: core_schema.any_schema()),
    }
    return AbsentType(name, (), members)


class AbsentModule(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        setattr(self, name, absent(name))
        return self.__dict__[name]


class AbsentFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if any(name == each or name.startswith(f"{each}.") for each in ABSENT):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return AbsentModule(spec.name)

    def exec_module(self, module):
        pass


def parser_of(wheel):
    versions = importlib.metadata.version

    def version(name):
        try:
            return versions(name)
        except importlib.metadata.PackageNotFoundError:
            return "99.0.0"

    importlib.metadata.version = version
    sys.meta_path.insert(0, AbsentFinder())
    # not vllm/__init__.py, which loads the engine
    package = AbsentModule("vllm")
    package.__path__ = [f"{wheel}/vllm"]
    sys.modules["vllm"] = package
    import torch.library

    torch.library.infer_schema = lambda *args, **kwargs: "() -> ()"
    import vllm.platforms
    from vllm.platforms.cpu import CpuPlatform

    vllm.platforms._current_platform = CpuPlatform()
    from vllm.entrypoints.openai.cli_args import make_arg_parser
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    return make_arg_parser(FlexibleArgumentParser(prog="vllm serve"))


def parsed(parser, line):
    errors = io.StringIO()
    try:
        with contextlib.redirect_stderr(errors):
            found = vars(parser.parse_args(line))
    except (SystemExit, ValueError) as error:
        return {"error": errors.getvalue().strip().splitlines()[-1] if errors.getvalue() else str(error)}
    plain = {key: value for key, value in found.items() if isinstance(value, (str, int, float, list))}
    return {"model": found["model_tag"], "options": json.loads(json.dumps(plain, default=str))}


logging.disable(logging.CRITICAL)
with contextlib.redirect_stdout(sys.stderr):
    vllm_parser = parser_of(sys.argv[1])
options = sorted(option for option in vllm_parser._option_string_actions)
json.dump({"options": options, "parsed": [parsed(vllm_parser, line) for line in json.loads(sys.argv[2])]}, sys.stdout)
