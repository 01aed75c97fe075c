#!/usr/bin/env bash
# Judges that are Debian 12 packages: unpacked with everything they need into the judge's directory. Sourced, not run.

# install_packages PINS DIRECTORY: programs run from bin/, with the libraries beside them. A line NAME==VERSION of the pins
# is a package, every other line the path of a program in it.
install_packages() {
  local names programs program
  mapfile -t names < <(sed -n 's/==.*//p' "$1")
  mapfile -t programs < <(grep -v '==' "$1")
  rm -rf "$2"
  apt_root bookworm
  apt_closure bookworm "$2/debs" "${names[@]}"
  apt_unpack_merged "$2/root" "$2/debs"/*.deb
  mkdir -p "$2/bin"
  for program in "${programs[@]}"; do
    test -x "$2/root/$program"
    cat >"$2/bin/${program##*/}" <<WRAPPER
#!/bin/sh
root=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")/root
export LD_LIBRARY_PATH=\$root/usr/lib/x86_64-linux-gnu:\$root/usr/lib/x86_64-linux-gnu/systemd
exec "\$root/$program" "\$@"
WRAPPER
    chmod +x "$2/bin/${program##*/}"
  done
  rm -rf "$2/debs" "$2/root/etc" "$APT_TOP"
}
