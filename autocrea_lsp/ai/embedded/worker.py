"""The model's own process: load the weights, serve them on loopback, end when stdin ends.

A script, run by its path: it imports the standard library and xllamacpp, nothing of ours. One JSON line comes in over
stdin (`key`, `model`, `package_dir`, `threads`, `batch_threads`, `n_ctx`); one goes out over stdout, `{"address": URL}`
or `{"error": text}`. After that stdout is closed and stdin is only waited on: its end means that the parent is done
with us, or dead. A separate process because loading holds the GIL and because a fault in native code would take the
language server with it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

NICENESS = 10  # typing comes first: the model takes what the editor leaves
BATCH_TOKENS = 512
MICRO_BATCH_TOKENS = 128  # as fast as 512 on a CPU, and a finer grain to stop at
PROMPT_CACHE_MIB = 256  # keeps the last few files' prompts, about 22 KB a token
SILENT = -1  # xllamacpp prints nothing from here down
NO_ORIGIN = "https://nobody.invalid"  # the library has no "no CORS": name an origin that cannot exist


def main() -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever native code may print must not look like an answer
    line = sys.stdin.buffer.readline()
    if not line:
        return 0
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    try:
        server = serve(json.loads(line))
    except Exception as error:  # a boundary: every reason goes to the parent, as text
        answer(answers, {"error": str(error) or type(error).__name__})
        return 1
    answer(answers, {"address": server.listening_address})
    sys.stdin.buffer.read()
    # Not `return`: tearing the server down waits for a prompt in work, and there is nothing to save.
    os._exit(0)


def serve(wanted: Mapping[str, Any]) -> Any:
    """A running server; it answers until the process ends."""
    sys.path.append(wanted["package_dir"])  # where the parent sees it, if an isolated interpreter does not
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = wanted["model"]
    params.n_ctx = wanted["n_ctx"]
    params.n_parallel = 1
    params.n_batch = BATCH_TOKENS
    params.n_ubatch = MICRO_BATCH_TOKENS
    params.cpuparams.n_threads = wanted["threads"]
    params.cpuparams_batch.n_threads = wanted["batch_threads"]
    params.warmup = False  # a third of the load time, and the first prompt warms it as well
    params.cache_ram_mib = PROMPT_CACHE_MIB
    params.verbosity = SILENT
    params.offline = True
    # Any page in a browser can reach loopback: no UI, no foreign origin, and nothing without the key.
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [wanted["key"]]
    params.ui = False
    params.cors_origins = NO_ORIGIN
    params.cors_credentials = False
    params.endpoint_slots = False
    return xllamacpp.Server(params)


def answer(stream: Any, value: Mapping[str, str]) -> None:
    with stream:
        stream.write(json.dumps(value) + "\n")


if __name__ == "__main__":
    sys.exit(main())
