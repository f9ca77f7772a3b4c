"""Deployments: hosts behind one protocol, and the machinery that drives any of them.

- base       the `Provider` protocol and its values; errors: what can go wrong
- bundle     which files go, and how; environment: values by name; link: the hosts' own link files
- http       one client for every host; clock: the one thing that waits
- jobs       a deployment from its row in the store to its end, over restarts and several editors
- preview    build and serve here, with no account; vercel: the first host
"""
