"""cuda-stubs.py SITE-PACKAGES: makes PyTorch of PyPI, which is built for CUDA, usable without the libraries of CUDA.

They are 2.5 GB, and nothing calls them on a machine without a GPU, but PyTorch does not load without them. Each absent
library is replaced by one whose functions abort. Needs gcc, nm and readelf.
"""

import pathlib
import re
import subprocess
import sys

# the libraries of PyTorch that importing it loads
LOADED = ["c10_cuda", "torch_cpu", "torch_cuda", "torch_nvshmem", "torch_python"]


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def absent_libraries(site, users):
    """The libraries of CUDA that users need and no package has, with the names of their symbol versions."""
    present = {path.name for path in site.rglob("*.so*")}
    absent = {}
    for user in users:
        for name in re.findall(r"\(NEEDED\).*\[(lib(?:cu|nv|nccl)[^\]]*)\]", output("readelf", "-dW", user)):
            if name not in present:
                absent.setdefault(name, set())
    for user in users:
        file = None
        for line in output("readelf", "-VW", user).splitlines():
            if found := re.search(r" File: (\S+) ", line):
                file = found[1]
            elif (found := re.search(r" Name: (\S+) ", line)) and file in absent:
                absent[file].add(found[1])
    return absent


def undefined_symbols(users):
    """The symbols that users need, by version; without a version only those with a prefix of CUDA's libraries."""
    symbols = {}
    for user in users:
        for line in output("nm", "-D", "--undefined-only", user).splitlines():
            name, _, version = line.split()[-1].partition("@")
            if version or re.match("cu|p?nccl", name):
                symbols.setdefault(version, set()).add(name)
    return symbols


def build(path, names, version):
    source, script = path.with_suffix(".c"), path.with_suffix(".map")
    functions = "".join(f"void {name}(void) {{ abort(); }}\n" for name in sorted(names))
    source.write_text(f"#include <stdlib.h>\n{functions}")
    listed = "".join(f"{name};" for name in sorted(names))
    script.write_text(f"{version} {{ global: {listed or 'none;'} }};\n")
    flags = ["-shared", "-fPIC", "-w", "-fno-builtin", f"-Wl,-soname,{path.name}", f"-Wl,--version-script={script}"]
    output("gcc", *flags, "-o", str(path), str(source))
    source.unlink()
    script.unlink()


def main():
    site = pathlib.Path(sys.argv[1])
    users = [site / "torch/lib" / f"lib{name}.so" for name in LOADED]
    absent = absent_libraries(site, users)
    symbols = undefined_symbols(users)
    without_version = next(name for name, versions in absent.items() if not versions)
    for name, versions in absent.items():
        version = next(iter(versions), "")
        wanted = symbols.get(version, set()) if version or name == without_version else set()
        build(site / "nvidia/cu13/lib" / name, wanted, version)
        print(f"{name}: {len(wanted)} functions")


main()
