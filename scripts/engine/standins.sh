#!/usr/bin/env bash
# Builds the images of the tests with stand-in GPUs: programs that behave like vLLM, text-embeddings-inference and Ollama
# on a GPU, and the real Ollama. Parts: test/standins/engines, Debian's Python and llama-server, and two judges
# (scripts/judges.sh).

STANDINS=(vllm tei ollama-gpu ollama)

standins_build() {
  local base context name tag
  image_ensure python-llama
  base=$(image_name python-llama)
  rm -rf "$ENGINE_HOME/rootfs" "$ENGINE_HOME/closure"
  tag=$(standins_tag "$base")
  context=$ENGINE_HOME/standins
  rm -rf "$context"
  for name in "${STANDINS[@]}"; do
    if images_docker image inspect "rma-standin/$name:$tag" >/dev/null 2>&1; then continue; fi
    [ -d "$context" ] || standins_context "$context"
    ENGINE_TIMEOUT=300 images_docker build --quiet --target "$name" --build-arg "BASE=$base" --tag "rma-standin/$name:$tag" "$context"
  done
  rm -rf "$context"
  printf '%s' "$tag" >"$ENGINE_HOME/images/standins"
}

# The tag is a hash of the parts: an image that exists is not built again.
standins_tag() {
  (
    cd "$CHECKOUT" || exit
    printf '%s\n' "$1"
    find test/standins/engines -type f -not -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum
    cat scripts/judges/hf1.txt scripts/judges/ollama.module
  ) | sha256sum | cut -c 1-12
}

standins_context() {
  local packages
  rm -rf "$1"
  mkdir -p "$1"/{links,real/bin,real/lib/ollama}
  cp -R "$CHECKOUT"/test/standins/engines/. "$1"
  packages=$(echo "$(judge_directory hf1)"/lib/python3*/site-packages)
  cp -R "$packages" "$1/site-packages"
  # not needed, and partly built for another Python: pip, and the parts of Xet
  rm -rf "$1"/site-packages/{pip,pip-*,setuptools*,hf_xet*,_distutils_hack*,distutils-precedence.pth}
  find "$1" -name __pycache__ -prune -exec rm -rf {} +
  cp "$(judge_directory ollama)/bin/ollama" "$1/real/bin"
  # where Ollama looks for its runner
  ln -s /usr/bin/llama-server "$1/real/lib/ollama/llama-server"
  ln -s /opt/standin/ollama.py "$1/links/ollama"
}

# judge_directory NAME: of its pinned release; directories of earlier ones may exist too
judge_directory() { "$CHECKOUT/scripts/judges.sh" "$1" | sed 's/^[^ ]* //'; }

# For tests: the engine that each image stands in for, by its name in compose/engines/, is for the tests to say.
standin_env() {
  local tag name variable
  tag=$(image_name standins) || return 0
  for name in "${STANDINS[@]}"; do
    variable=${name^^}
    printf 'export RMA_STANDIN_%s=%q\n' "${variable//-/_}" "rma-standin/$name:$tag"
  done
}
