"""Vercel: deployments from files and from git, over its REST API.

- provider      `VercelProvider`: the face, thin
- api           one function a call of theirs; fields: reading their JSON when parts are missing or null
- explaining    their errors as ours; states: a deployment of theirs as a `Remote`
- projects      whose project: teams, link file, name; planning: what a deployment will be
- creating      from a plan to a deployment; body: what is sent; uploading: the files; git: where a commit is from
- events        the log; listing: history; changes: promote and rollback; environment: pulling variables
"""

from autocrea_lsp.deploy.vercel.provider import VercelProvider

__all__ = ["VercelProvider"]
