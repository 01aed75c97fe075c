#!/usr/bin/env bash
# Where the private engine runs, how to install Docker elsewhere, and the question before the first download.

# engine_preflight: returns where the engine can run; elsewhere prints how to install Docker, and exits with 3
engine_preflight() {
  local fault
  fault=$(debian_fault)
  if [ -z "$fault" ]; then
    preflight_path
    return 0
  fi
  case $fault in
  runs*) ui_error "the private Docker Engine $fault" "Install Docker Engine 25 or newer with Compose 2.24 or newer, then run this again:" ;;
  *root*) ui_error "the private Docker Engine $fault" "Run it as root, or install Docker for all users:" ;;
  esac
  install_commands "$(os_release ID)" | sed 's/^/  /' >&2
  exit 3
}

# dockerd, overlay mounts and library paths use these characters as separators.
preflight_path() {
  case $ENGINE_TOP in
  *[:,\"\\]*) ui_fail 3 "the path of this checkout contains one of : , \" \\: $ENGINE_TOP" "Move it to a path without these characters." ;;
  esac
}

# install_commands ID: the commands of Docker's own documentation for that system
install_commands() {
  case $1 in
  debian | ubuntu)
    cat <<TEXT
sudo apt-get update && sudo apt-get install -y ca-certificates curl
sudo install -m 0755 -d /etc/apt/keyrings
sudo curl -fsSL https://download.docker.com/linux/$1/gpg -o /etc/apt/keyrings/docker.asc
echo "deb [arch=\$(dpkg --print-architecture) signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/$1 \$(. /etc/os-release && echo "\$VERSION_CODENAME") stable" | sudo tee /etc/apt/sources.list.d/docker.list
sudo apt-get update && sudo apt-get install -y docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin
sudo usermod -aG docker "\$USER"   # then log in again
TEXT
    ;;
  fedora)
    cat <<'TEXT'
sudo dnf -y install dnf-plugins-core
sudo dnf config-manager addrepo --from-repofile=https://download.docker.com/linux/fedora/docker-ce.repo
sudo dnf -y install docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin
sudo systemctl enable --now docker && sudo usermod -aG docker "$USER"   # then log in again
TEXT
    ;;
  *) echo "https://docs.docker.com/engine/install/" ;;
  esac
}

# preflight_consent YES: on a terminal prints what will happen and asks once; without one, or with YES=1, continues
preflight_consent() {
  local answer
  if [ "$1" = 1 ] || ! [ -t 0 ]; then return 0; fi
  cat <<TEXT
This will set up a private Docker Engine for this checkout:
  - downloads about 90 MB of Debian packages from this machine's own mirror and unpacks them into $ENGINE_HOME
    (signatures are checked; dates of release files are not, for machines whose clock is ahead)
  - runs in its own network and mount namespaces; installs nothing, changes no firewall rule or setting
  - "scripts/engine.sh purge" removes it
TEXT
  read -r -p 'Continue? [Y/n] ' answer
  case $answer in '' | [yY]*) return 0 ;; esac
  ui_fail 3 "the private Docker Engine was declined" "Install Docker yourself:" "$(install_commands "$(os_release ID)")"
}
