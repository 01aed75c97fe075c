#!/usr/bin/env bash
# Judges that are Debian packages: unpacked with everything they need into the judge's directory. Sourced, not run.

# install_packages PINS DIRECTORY, install_forky PINS DIRECTORY: programs run from bin/, with the libraries beside them, the C
# library too. A line NAME==VERSION of the pins is a package, VARIABLE=PATH a path in it for the environment of the programs,
# every other line the path of a program.
install_packages() { debian_judge bookworm "$1" "$2"; }
install_forky() { debian_judge forky "$1" "$2"; }

# debian_judge SUITE PINS DIRECTORY
debian_judge() {
  local names programs program variables
  mapfile -t names < <(sed -n 's/==.*//p' "$2")
  mapfile -t programs < <(grep -v = "$2")
  # shellcheck disable=SC2016 # expanded by the wrapper
  variables=$(sed -n '/==/d; s/^\([^=]*\)=\(.*\)$/export \1="$root\/\2"/p' "$2")
  rm -rf "$3"
  apt_root "$1"
  apt_closure "$1" "$3/debs" "${names[@]}"
  apt_unpack_merged "$3/root" "$3/debs"/*.deb
  mkdir -p "$3/bin"
  for program in "${programs[@]}"; do
    test -x "$3/root/$program"
    debian_wrapper "$program" "$variables" >"$3/bin/${program##*/}"
    chmod +x "$3/bin/${program##*/}"
  done
  rm -rf "$3/debs" "$3/root/etc" "$APT_TOP"
}

# debian_wrapper PROGRAM VARIABLES: a script that starts the program with the dynamic linker and the libraries of its root,
# wherever the root is. Packages keep private libraries in a directory of their own. The program sees the script as its name,
# because sshd and ssh start themselves again by it.
debian_wrapper() {
  cat <<WRAPPER
#!/bin/sh
root=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")/root
libraries=\$root/usr/lib/x86_64-linux-gnu
$2
exec "\$libraries/ld-linux-x86-64.so.2" --argv0 "\$0" --library-path "\$libraries:\$libraries/systemd:\$libraries/llama:\$root/usr/lib/ganesha" "\$root/$1" "\$@"
WRAPPER
}
