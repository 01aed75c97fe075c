#!/usr/bin/env bash
# A private apt in the directory APT_TOP: own sources, lists, cache and (empty) status. The machine's apt and dpkg do not
# change. Sourced, not run.

# apt_in SUITE TOOL ARGS…: runs apt-get or apt-cache in the private root of that suite
apt_in() {
  local suite=$1 tool=$2
  shift 2
  # NoLocking: downloads of one suite run side by side, each into files of its own
  APT_CONFIG=$APT_TOP/$suite/apt.conf "$tool" -q -o Debug::NoLocking=1 "$@"
}

# apt_root SUITE: creates the private root and downloads its package lists
apt_root() {
  local root=$APT_TOP/$1 mirror
  mirror=$(apt_mirror)
  mkdir -p "$root"/etc/{apt.conf.d,sources.list.d,preferences.d} "$root"/lists/partial "$root"/cache/archives/partial
  : >"$root/status"
  echo "deb [signed-by=$(apt_keyring)] $mirror $1 main" >"$root/etc/sources.list"
  apt_config "$root" >"$root/apt.conf"
  apt_in "$1" apt-get update
}

# Prints the mirror that this machine's own apt uses for Debian. Before the first `apt-get update` apt has no origin for
# its sources; then it is the source whose address ends in /debian.
apt_mirror() {
  local found
  # shellcheck disable=SC2016 # apt's own variables
  found=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' |
    awk '$1 !~ /security/ && ($2 == "Debian" || $1 ~ /\/debian\/?$/) && !seen { print $1; seen = 1 }')
  [ -n "$found" ] || ui_fail 3 "the apt sources of this machine have no Debian mirror" "Add one to /etc/apt/sources.list, then run: apt-get update"
  printf '%s' "$found"
}

apt_keyring() {
  local file
  for file in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
    if [ -e "$file" ]; then
      printf '%s' "$file"
      return 0
    fi
  done
  ui_fail 3 "Debian's archive keys are not installed (/usr/share/keyrings/debian-archive-keyring.*)" "apt-get install debian-archive-keyring"
}

# Without Error-Mode a list that cannot be downloaded is a warning with exit status 0.
# Date checks are off because a machine whose clock is ahead of its mirror would reject the lists. Signatures are checked.
apt_config() {
  cat <<CONF
Dir::Etc "$1/etc";
Dir::Etc::sourcelist "$1/etc/sources.list";
Dir::Etc::sourceparts "$1/etc/sources.list.d";
Dir::Etc::parts "$1/etc/apt.conf.d";
Dir::Etc::preferencesparts "$1/etc/preferences.d";
Dir::State "$1";
Dir::State::lists "$1/lists";
Dir::State::status "$1/status";
Dir::Cache "$1/cache";
APT::Architecture "amd64";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Acquire::Retries "3";
Acquire::Check-Valid-Until "false";
Acquire::Check-Date "false";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
CONF
}

# apt_download SUITE DIRECTORY PACKAGE…: downloads these packages without their dependencies. apt checks files that already
# exist, and replaces incomplete ones.
apt_download() {
  local suite=$1 folder=$2
  shift 2
  mkdir -p "$folder"
  (cd "$folder" && apt_in "$suite" apt-get download "$@")
}

# apt_closure SUITE DIRECTORY PACKAGE…: downloads these packages and all their dependencies
apt_closure() {
  local suite=$1 folder=$2
  shift 2
  rm -rf "$folder"
  mkdir -p "$folder/partial"
  apt_in "$suite" apt-get -o Dir::Cache::archives="$folder" -y --download-only install "$@"
}

# apt_unpack ROOT DEB…: extracts packages side by side; no maintainer script runs
apt_unpack() {
  local root=$1
  shift
  mkdir -p "$root"
  printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -I{} dpkg-deb --extract {} "$root"
}

# apt_unpack_merged ROOT DEB…: extracted into a root whose /bin, /sbin, /lib and /lib64 are links into /usr, as on Debian
# itself; without documentation. One after the other: two packages may have the same directory.
apt_unpack_merged() {
  local root=$1 folder deb
  shift
  for folder in bin sbin lib lib64; do
    mkdir -p "$root/usr/$folder"
    ln -sfn "usr/$folder" "$root/$folder"
  done
  for deb in "$@"; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink \
      --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale' --exclude='./usr/share/lintian' --exclude='./usr/share/bug'
  done
}

# apt_authorities ROOT: the certificates of the unpacked package ca-certificates, in one text
apt_authorities() { find "$1/usr/share/ca-certificates" -name '*.crt' -print0 | sort -z | xargs -0 cat; }
