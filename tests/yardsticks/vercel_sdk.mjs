// Vercel's own SDK over an emulated host: every answer goes through its validators, which throw at what does not fit.
// In the environment: URL, TOKEN, TEAM, PROJECT, and FIRST, a production deployment that was live before.
// Prints what came of it as JSON.
import { createHash } from 'node:crypto'
import { Vercel } from '@vercel/sdk'

const { URL: serverURL, TOKEN: bearerToken, TEAM: teamId, PROJECT: project, FIRST: first } = process.env
const vercel = new Vercel({ bearerToken, serverURL })

const content = Buffer.from('<h1>from the SDK</h1>\n')
const sha = createHash('sha1').update(content).digest('hex')
await vercel.deployments.uploadFile({
  teamId,
  contentLength: content.length,
  xVercelDigest: sha,
  requestBody: content,
})

const created = await vercel.deployments.createDeployment({
  teamId,
  requestBody: {
    name: project,
    project,
    files: [{ file: 'index.html', sha, size: content.length }],
    projectSettings: { framework: null },
  },
})
const found = await vercel.deployments.getDeployment({ teamId, idOrUrl: created.id })
const canceled = await vercel.deployments.cancelDeployment({ teamId, id: created.id })
const events = await vercel.deployments.getDeploymentEvents({ teamId, idOrUrl: first, limit: -1, direction: 'forward' })
const listed = await vercel.deployments.getDeployments({ teamId, projectId: project, limit: 5 })
await vercel.projects.requestRollback({ teamId, projectId: project, deploymentId: first })
const aliases = await vercel.projects.listPromoteAliases({ teamId, projectId: project })
const read = await vercel.projects.getProjects({ teamId })
const variables = await vercel.projects.filterProjectEnvs({ teamId, idOrName: project })
const user = await vercel.user.getAuthUser()

console.log(
  JSON.stringify({
    created: created.id,
    state: found.readyState,
    canceled: canceled.readyState,
    events: Array.isArray(events) ? events.map((event) => event.type) : events,
    listed: listed.deployments.map((deployment) => deployment.uid),
    aliases: aliases.aliases.map((alias) => alias.status),
    projects: (read.projects ?? read).map((each) => each.id),
    variables: (variables.envs ?? [variables]).map((each) => each.key),
    user: user.user.username,
  }),
)
