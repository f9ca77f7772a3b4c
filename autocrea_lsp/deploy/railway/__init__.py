"""Railway: GraphQL, one upload route, and logs over a WebSocket. Facts of November 2026, from the vendor's own schema.

- documents   the GraphQL that is sent; fields: reading what comes back; explaining: their errors as ours
- wire        one request, with the right kind of token; api: the calls; socket: subscriptions
- config      what Railway's own program knows of a folder; projects: whose project it is; targets: its environments
- planning    what a deployment will be; creating, uploading: doing it; states: how it is; logs
- listing, changes, variables: the history, going back, and what a service's variables are
"""

from autocrea_lsp.deploy.railway.provider import RailwayProvider

__all__ = ["RailwayProvider"]
