"""Netlify: deployments of files that were built here, and of branches that it builds, over its REST API.

- provider       `NetlifyProvider`: the face, thin; memory: hints that it keeps
- api            one function a call of theirs; fields: reading their JSON; explaining: their errors as ours
- patience       what was created just now may not be known yet; abandoned: what nobody finishes any more
- sites          whose site: link file, name, teams; configuration: `netlify.toml`; planning: what a deployment will be
- creating       from a plan to a deployment; local: a site built here
- states         a deployment of theirs as a `Remote`; listing: history; changes: promote and rollback
- events         the log; livelog: as it is written; environment: pulling variables
"""

from autocrea_lsp.deploy.netlify.provider import NetlifyProvider

__all__ = ["NetlifyProvider"]
