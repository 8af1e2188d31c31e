#!/usr/bin/env bash
# Runs the peers in Python in an environment of their own. What cannot be installed is named as missing.
# usage: benches/peers/other-languages.sh REFERENCE.json
set -euo pipefail
reference=$(realpath "$1")
cd "$(dirname "$0")"
environment=$(mktemp -d)
trap 'rm -rf "$environment"' EXIT
python3 -m venv "$environment"
for package in micrograd torch jax casadi; do
    "$environment/bin/pip" install -q "$package" || echo "$package is not installed" >&2
done
"$environment/bin/python" other_languages.py "$reference"
