"""What is sent to Railway's GraphQL API, word for word: each constant is one document with one operation.

Only fields that are read are asked for. Each document is held to the vendor's own published schema by a test.
"""

from __future__ import annotations

from typing import Final

# ---- who

PROJECT_TOKEN: Final = "query ProjectToken { projectToken { projectId environmentId } }"  # noqa: S105  # no tokens
ME: Final = "query Me { me { workspaces { id name } } }"
API_TOKEN: Final = "query ApiToken { apiToken { workspaces { id name } } }"  # noqa: S105

# ---- projects

_PROJECT: Final = """
fragment Whole on Project {
  id
  name
  baseEnvironmentId
  primaryEnvironmentId
  workspace { id name }
  environments(first: 100) { edges { node { id name isEphemeral createdAt } } }
  services(first: 200) { edges { node { id name } } }
}
"""

PROJECT: Final = "query Project($id: String!) { project(id: $id) { ...Whole } }" + _PROJECT

PROJECTS: Final = """
query Projects($workspaceId: String, $after: String) {
  projects(workspaceId: $workspaceId, first: 100, after: $after) {
    edges { node { id name workspace { id name } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

PROJECT_CREATE: Final = (
    "mutation ProjectCreate($input: ProjectCreateInput!) { projectCreate(input: $input) { ...Whole } }" + _PROJECT
)

SERVICE_CREATE: Final = (
    "mutation ServiceCreate($input: ServiceCreateInput!) { serviceCreate(input: $input) { id name } }"
)

SERVICE_DOMAIN_CREATE: Final = """
mutation ServiceDomainCreate($input: ServiceDomainCreateInput!) {
  serviceDomainCreate(input: $input) { domain }
}
"""

SERVICES_IN: Final = """
query ServicesIn($id: String!) {
  environment(id: $id) {
    serviceInstances(first: 200) {
      edges { node { serviceId serviceName buildCommand rootDirectory source { repo image } } }
    }
  }
}
"""

TRIGGERS: Final = """
query Triggers($projectId: String!, $environmentId: String!, $serviceId: String!) {
  deploymentTriggers(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId, first: 20) {
    edges { node { branch repository provider } }
  }
}
"""

VARIABLES: Final = """
query Variables($projectId: String!, $environmentId: String!, $serviceId: String) {
  variables(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId)
}
"""

# ---- deployments

_DEPLOYMENT: Final = """
fragment Told on Deployment {
  id
  status
  createdAt
  statusUpdatedAt
  url
  staticUrl
  meta
  canRollback
  canRedeploy
  deploymentStopped
  environmentId
  projectId
  serviceId
  creator { name email }
}
"""

DEPLOYMENT: Final = "query Deployment($id: String!) { deployment(id: $id) { ...Told } }" + _DEPLOYMENT

DEPLOYMENTS: Final = (
    """
query Deployments($input: DeploymentListInput!, $first: Int, $after: String) {
  deployments(input: $input, first: $first, after: $after) {
    edges { cursor node { ...Told } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _DEPLOYMENT
)

DEPLOYMENT_EVENTS: Final = """
query DeploymentEvents($id: String!) {
  deploymentEvents(id: $id, first: 100) {
    edges { node { step completedAt payload { error } } }
  }
}
"""

DEPLOY: Final = """
mutation Deploy($serviceId: String!, $environmentId: String!, $commitSha: String) {
  serviceInstanceDeployV2(serviceId: $serviceId, environmentId: $environmentId, commitSha: $commitSha)
}
"""

REDEPLOY: Final = "mutation Redeploy($id: String!) { deploymentRedeploy(id: $id) { ...Told } }" + _DEPLOYMENT

ROLLBACK: Final = "mutation Rollback($id: String!) { deploymentRollback(id: $id) }"
CANCEL: Final = "mutation Cancel($id: String!) { deploymentCancel(id: $id) }"

# ---- logs

_LOG: Final = "{ timestamp message severity attributes { key value } }"

BUILD_LOGS: Final = f"""
query BuildLogs($id: String!, $limit: Int, $startDate: DateTime) {{
  buildLogs(deploymentId: $id, limit: $limit, startDate: $startDate) {_LOG}
}}
"""
DEPLOYMENT_LOGS: Final = f"""
query DeploymentLogs($id: String!, $limit: Int, $startDate: DateTime) {{
  deploymentLogs(deploymentId: $id, limit: $limit, startDate: $startDate) {_LOG}
}}
"""

WATCH_BUILD_LOGS: Final = f"""
subscription BuildLogs($id: String!, $limit: Int) {{
  buildLogs(deploymentId: $id, limit: $limit) {_LOG}
}}
"""
WATCH_DEPLOYMENT_LOGS: Final = f"""
subscription DeploymentLogs($id: String!, $limit: Int) {{
  deploymentLogs(deploymentId: $id, limit: $limit) {_LOG}
}}
"""
WATCH_DEPLOYMENT: Final = "subscription Deployment($id: String!) { deployment(id: $id) { id status } }"
