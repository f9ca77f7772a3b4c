#!/usr/bin/env bash
# Installs real VS Code (code-server) and what drives it into .vscode-e2e/ at the repository root.
# Sources: Debian's packages, PyPI's Node (in .venv) and npm. Run it as often as you like: it is quick once done.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../../../.." && pwd)"
tools="$root/.vscode-e2e"
app="$tools/app"

step() { printf '[e2e set-up %3ss] %s\n' "$SECONDS" "$*"; }

# 1. Debian packages. g++, make and python3 compile two small modules without which VS Code writes no log files
# and its Output channels stay empty.
missing=()
for package in chromium fonts-dejavu-core g++ make python3; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "setup.sh: these Debian packages are missing: ${missing[*]}" >&2
    echo "setup.sh: install them with: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  step "apt-get install ${missing[*]}"
  mkdir -p "$tools"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
    >"$tools/apt.log" 2>&1 || { tail -20 "$tools/apt.log" >&2; exit 1; }
fi

# 2. The product, Node 24 with npm, the extension's tools, and weights for the embedded model.
if ! [ -x "$root/.venv/bin/npm" ] || ! [ -x "$root/.venv/bin/autocrea-lsp" ]; then "$root/.ci/setup.sh" dev; fi
"$root/.ci/setup.sh" vscode
[ -n "${AUTOCREA_TEST_GGUF:-}" ] || "$root/.ci/setup.sh" weights
export PATH="$root/.venv/bin:$PATH"

# 3. VS Code and the driver, without any install script: what those would do that matters is done below.
inputs="$(cat "$here/package.json" "$here/package-lock.json" "$here/setup.sh" | sha256sum | cut -c1-16)"
stamp="$tools/.installed-$(node --version)-$inputs"
if ! [ -e "$stamp" ]; then
  rm -f "$tools"/.installed-*
  mkdir -p "$app"
  cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$app/"
  step "npm ci: code-server and playwright-core"
  (cd "$app" && npm ci --ignore-scripts --loglevel=error >/dev/null)

  server="$app/node_modules/code-server/lib/vscode"
  step "npm install: VS Code's own dependencies, as its shrinkwrap pins them"
  # `npm ci` refuses: the shrinkwrap lacks the peer dependency tslib, so that one is not pinned.
  for folder in "$server" "$server/extensions"; do
    (cd "$folder" && npm install --no-save --ignore-scripts --omit=dev --no-audit --no-fund --loglevel=error >/dev/null)
  done
  ln -sfn code-linux.sh "$server/bin/remote-cli/code-server"
  ln -sfn browser-linux.sh "$server/bin/helpers/browser.sh"

  step "node-gyp: @vscode/spdlog and @vscode/native-watchdog"
  # Against the headers that Node's wheel brings: nothing is downloaded.
  wheel="$(dirname "$(dirname "$(node -p process.execPath)")")"
  gyp="$wheel/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js"
  for module in spdlog native-watchdog; do
    (cd "$server/node_modules/@vscode/$module" && node "$gyp" rebuild --nodedir="$wheel") \
      >"$tools/node-gyp-$module.log" 2>&1 || { tail -30 "$tools/node-gyp-$module.log" >&2; exit 1; }
  done

  # Copilot would be a second source of ghost text.
  rm -rf "$server/extensions/copilot" "$server/node_modules/@github/copilot-sdk"-linux*
  touch "$stamp"
fi

# 4. Proof that it starts.
version="$(node "$app/node_modules/code-server/out/node/entry.js" --config /dev/null --version)"
(cd "$app/node_modules/code-server/lib/vscode" && node -e "require('@vscode/spdlog'); require('@vscode/native-watchdog')")
step "ready: code-server ${version%% *}, $(chromium --version 2>/dev/null | cut -d' ' -f1,2), $(du -sh "$tools" | cut -f1) in .vscode-e2e"
