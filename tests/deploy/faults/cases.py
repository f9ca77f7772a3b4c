"""The hosts whose faults are tested."""

from __future__ import annotations

from tests.deploy.faults.case import Case
from tests.deploy.faults.netlify_case import NETLIFY
from tests.deploy.faults.railway_case import RAILWAY
from tests.deploy.faults.vercel_case import VERCEL

CASES: dict[str, Case] = {case.name: case for case in (VERCEL, NETLIFY, RAILWAY)}
