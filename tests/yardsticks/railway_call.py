"""One call by PyPI's `railway-client`, which reads every field of an answer into typed models, and throws otherwise.

    python railway_call.py METHOD '{"id": "…"}'     ENDPOINT and TOKEN in the environment; prints the answer as JSON

It runs in the environment of these tests' own requirements.txt, not in the project's.
"""

from __future__ import annotations

import json
import os
import sys

from pydantic_core import to_jsonable_python
from railway.client import RailwayClient

with RailwayClient(api_token=os.environ["TOKEN"], endpoint=os.environ["ENDPOINT"]) as railway:
    answer = getattr(railway, sys.argv[1])(**json.loads(sys.argv[2]))
sys.stdout.write(json.dumps(to_jsonable_python(answer)))
