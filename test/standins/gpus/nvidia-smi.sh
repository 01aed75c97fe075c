#!/bin/sh
# A stand-in for nvidia-smi in containers: it sees the devices that the container was given, counted from 0.
field() { sed -n "s/.*\"$2\":\"\{0,1\}\([^\",}]*\).*/\1/p" "$1"; }
all() {
  at=0
  for file in /usr/local/share/standin-gpus/visible/*.json; do
    [ -e "$file" ] || { echo 'No devices were found'; exit 6; }
    "$@" "$at" "$file"
    at=$((at + 1))
  done
}
list() {
  case $(field "$2" uuid) in
  MIG-*)
    echo "GPU $1: $(field "$2" parentName) (UUID: $(field "$2" parentUuid))"
    echo "  MIG $(field "$2" profile)     Device  0: (UUID: $(field "$2" uuid))"
    ;;
  *) echo "GPU $1: $(field "$2" name) (UUID: $(field "$2" uuid))" ;;
  esac
}
row() {
  line=
  for name in $(echo "$fields" | tr , ' '); do
    case $name in
    index) value=$1 ;;
    uuid | name) value=$(field "$2" "$name") ;;
    memory.total) value=$(field "$2" totalMib) ;;
    *) echo "Field \"$name\" is not a valid field to query."; exit 2 ;;
    esac
    line="$line${line:+, }$value"
  done
  echo "$line"
}
case ${1:-} in
-L | --list-gpus) all list ;;
--query-gpu=*)
  fields=${1#*=}
  all row
  ;;
*) echo "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help." && exit 2 ;;
esac
