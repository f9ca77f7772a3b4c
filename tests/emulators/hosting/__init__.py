"""What emulators of hosts share: sockets, the host's clock, faults, the record of requests, the process.

A host subclasses `server.HostEmulator` and says what it knows: its operations (`op_of`, `act`), faults (`specs`), state
(`new_world`, `state`) and contract (`check`).
"""
