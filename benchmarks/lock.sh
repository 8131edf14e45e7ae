#!/bin/sh
# Writes requirements.lock and requirements-test.lock: what a fresh environment gets for pyproject.toml.
# torch is pinned by version alone, so that a CPU wheel at hand is taken; CUDA packages are not pinned.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3.11}" -m venv "$work/venv"
pip="$work/venv/bin/python -m pip --disable-pip-version-check"
pins() { $pip freeze --exclude wenda --exclude setuptools | grep -v '^nvidia-\|^triton\|^cuda-' | sed 's/+cpu$//; s/ @ .*//'; }
$pip install --quiet torch==2.13.0
$pip install --quiet .
{ echo "# make lock writes this: everything that make run installs."; pins; } > "$work/run"
$pip install --quiet ".[test,lint]"
{ echo "# make lock writes this: what make test and make lint install besides requirements.lock."; pins; } > "$work/test"
cp "$work/run" requirements.lock
{ head -1 "$work/test"; grep -vxF -f "$work/run" "$work/test" || true; } | awk '!seen[$0]++' > requirements-test.lock
