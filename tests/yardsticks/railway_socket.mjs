// The reference client of graphql-transport-ws over Railway's emulated host: the log of a build, and its states, each to
// the end that the host gives it. In the environment: URL, TOKEN, DEPLOYMENT. Prints what came as JSON.
import { createClient } from 'graphql-ws'

const { URL: url, TOKEN: token, DEPLOYMENT: id } = process.env

class WithToken extends WebSocket {
  constructor(address, protocols) {
    super(address, { protocols, headers: { Authorization: `Bearer ${token}` } })
  }
}

const client = createClient({ url, webSocketImpl: WithToken, retryAttempts: 0 })

async function all(query, until) {
  const found = []
  for await (const { data, errors } of client.iterate({ query, variables: { id } })) {
    if (errors) throw new Error(JSON.stringify(errors))
    found.push(data)
    if (until(data)) break
  }
  return found
}

const [log, states] = await Promise.all([
  all(
    'subscription Log($id: String!) { buildLogs(deploymentId: $id, limit: 500) { message timestamp } }',
    ({ buildLogs }) => buildLogs.some((line) => line.message.startsWith('Build time')),
  ),
  all('subscription State($id: String!) { deployment(id: $id) { status } }', ({ deployment }) => deployment.status === 'SUCCESS'),
])
await client.dispose()
console.log(
  JSON.stringify({
    log: log.flatMap((each) => each.buildLogs.map((line) => line.message)),
    states: states.map((each) => each.deployment.status),
  }),
)
