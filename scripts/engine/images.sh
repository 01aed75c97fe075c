#!/usr/bin/env bash
# Builds base images without an image registry: extracts the packages of a program and its dependencies into one
# directory (no maintainer script runs) and imports it. .engine/images/ has a file per image with its full name.

images_build() {
  mkdir -p "$ENGINE_HOME/images"
  # side by side: one downloads while the other unpacks
  all_of 'image_ensure node' 'image_ensure llama-server'
  rm -rf "$ENGINE_HOME/rootfs" "$ENGINE_HOME/closure"
}

# The engine that the images are imported into: the private one, or the one of this shell.
images_docker() { if [ -n "${ENGINE_IMAGES_HERE:-}" ]; then docker "$@"; else engine_docker "$@"; fi; }

# image_name NAME: prints the full name of an image; fails if it was never built
image_name() { cat "$ENGINE_HOME/images/$1" 2>/dev/null; }

image_ensure() {
  case $1 in
  node) image_current node nodejs 'CMD ["node"]' ;;
  # With the RPC backend, which the official image lacks. It listens on all addresses of its container, as the official image
  # does; a published port needs that.
  llama-server)
    image_current llama-server llama.cpp-tools llama.cpp-tools-extra libggml0-backend-rpc -- \
      'ENTRYPOINT ["llama-server"]' 'ENV LLAMA_ARG_HOST=0.0.0.0'
    ;;
  # for the stand-in engines; the real Ollama starts llama-server
  python-llama) image_current python-llama python3 llama.cpp-tools -- 'CMD ["python3"]' ;;
  esac
}

# image_current ARGS…: image_make, unless the image exists and was made with the same arguments
image_current() {
  local image made=$ENGINE_HOME/images/$1.made
  if image=$(image_name "$1") && [ "$(cat "$made" 2>/dev/null)" = "$*" ] &&
    images_docker image inspect "$image" >/dev/null 2>&1; then return 0; fi
  image_make "$@"
  printf '%s' "$*" >"$made"
}

# image_make NAME PACKAGE [PACKAGE… --] CHANGE…: the image's version is that of the first package
image_make() {
  local name=$1 package=$2 root=$ENGINE_HOME/rootfs/$1 debs=$ENGINE_HOME/closure/$1 version change changes=() more=()
  shift 2
  if [[ " $* " = *" -- "* ]]; then
    while [ "$1" != -- ]; do more+=("$1") && shift; done
    shift
  fi
  for change in "$@"; do changes+=(--change "$change"); done
  apt_closure forky "$debs" "$package" "${more[@]}" busybox-static ca-certificates || {
    # older lists name files that the mirror has replaced since
    apt_root forky
    apt_closure forky "$debs" "$package" "${more[@]}" busybox-static ca-certificates
  }
  version=$(dpkg-deb --field "$debs/${package}"_*.deb Version | sed 's/^[0-9]*://; s/[-+~].*//')
  image_rootfs "$root" "$debs"
  tar -C "$root" --numeric-owner -c . | images_docker import "${changes[@]}" - "rma-base/$name:$version" >/dev/null
  printf 'rma-base/%s:%s' "$name" "$version" >"$ENGINE_HOME/images/$name.new"
  mv "$ENGINE_HOME/images/$name.new" "$ENGINE_HOME/images/$name"
}

# image_rootfs ROOT DEBS
image_rootfs() {
  local root=$1
  rm -rf "$root"
  mkdir -p "$root"/{etc/ssl/certs,tmp,proc,sys,dev,run,root,home/rma,var/tmp}
  chmod 1777 "$root/tmp" "$root/var/tmp"
  chown 1000:1000 "$root/home/rma"
  apt_unpack_merged "$root" "$2"/*.deb
  image_settings "$root"
}

# Does the part of the packages' maintainer scripts that the images need.
image_settings() {
  local root=$1 applet
  printf 'root:x:0:0:root:/root:/bin/sh\nrma:x:1000:1000:rma:/home/rma:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\nrma:x:1000:\n' >"$root/etc/group"
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
  # Debian's Node and OpenSSL read the authorities from this file
  apt_authorities "$root" >"$root/etc/ssl/certs/ca-certificates.crt"
  while IFS= read -r applet; do
    if [ ! -e "$root/usr/bin/$applet" ] && [ ! -e "$root/usr/sbin/$applet" ]; then ln -s busybox "$root/usr/bin/$applet"; fi
  done < <("$root/usr/bin/busybox" --list)
  llama_links "$root"
  ldconfig -r "$root"
}

# Links the programs of llama.cpp to where its official images have them.
llama_links() {
  local program
  [ -e "$1/usr/bin/llama-server" ] || return 0
  mkdir -p "$1/app"
  ln -s /usr/bin/llama-server "$1/app/llama-server"
  for program in "$1"/usr/libexec/*/llama/bin/ggml-rpc-server; do
    if [ -e "$program" ]; then ln -s "${program#"$1"}" "$1/app/rpc-server"; fi
  done
}
