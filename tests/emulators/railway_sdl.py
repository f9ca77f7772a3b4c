"""The part of the host's schema that the emulator knows, for where the whole one is not at hand.

A test holds it against the whole one: every type, field, argument and enum value here is there, of the same type.
"""

SDL = """
scalar DateTime
scalar DeploymentDiagnosis
scalar DeploymentMeta
scalar EnvironmentVariables
scalar JSON
scalar SubscriptionPlanLimit

enum DeploymentStatus {
  QUEUED INITIALIZING BUILDING DEPLOYING SUCCESS FAILED CRASHED REMOVED REMOVING SKIPPED SLEEPING WAITING NEEDS_APPROVAL
}
enum DeploymentInstanceStatus {
  CRASHED CREATED EXITED INITIALIZING REMOVED REMOVING RESTARTING RUNNING SKIPPED STOPPED
}
enum DeploymentEventStep {
  SNAPSHOT_CODE BUILD_IMAGE PUBLISH_IMAGE PRE_DEPLOY_COMMAND CREATE_CONTAINER HEALTHCHECK DRAIN_INSTANCES
  CONFIGURE_NETWORK MIGRATE_VOLUMES WAIT_FOR_DEPENDENCIES
}
enum Builder { HEROKU NIXPACKS PAKETO RAILPACK }
enum ProjectsOrderBy { CREATED_AT_DESC NAME_ASC UPDATED_AT_DESC }
enum PublicRuntime { LEGACY UNSPECIFIED V2 }
enum SortOrder { asc desc }
enum RestartPolicyType { ALWAYS NEVER ON_FAILURE }
enum ServiceDomainSyncStatus { ACTIVE CREATING DELETED DELETING UNSPECIFIED UPDATING }

type Query {
  me: User!
  apiToken: ApiTokenContext!
  projectToken: ProjectToken!
  projects(
    after: String, before: String, first: Int, last: Int, includeDeleted: Boolean, orderBy: ProjectsOrderBy
    userId: String, workspaceId: String
  ): QueryProjectsConnection!
  project(id: String!): Project!
  environment(id: String!, projectId: String): Environment!
  environments(
    after: String, before: String, first: Int, last: Int, isEphemeral: Boolean, projectId: String!
  ): QueryEnvironmentsConnection!
  service(id: String!): Service!
  serviceInstance(environmentId: String!, serviceId: String!): ServiceInstance!
  deployment(id: String!): Deployment!
  deployments(
    after: String, before: String, first: Int, last: Int, input: DeploymentListInput!
  ): QueryDeploymentsConnection!
  buildLogs(deploymentId: String!, filter: String, limit: Int, startDate: DateTime, endDate: DateTime): [Log!]!
  deploymentLogs(deploymentId: String!, filter: String, limit: Int, startDate: DateTime, endDate: DateTime): [Log!]!
  deploymentEvents(
    id: String!, after: String, before: String, first: Int, last: Int
  ): QueryDeploymentEventsConnection!
  deploymentTriggers(
    after: String, before: String, first: Int, last: Int, environmentId: String!, projectId: String!, serviceId: String!
  ): QueryDeploymentTriggersConnection!
  domains(environmentId: String!, projectId: String!, serviceId: String!): AllDomains!
  variables(
    environmentId: String!, projectId: String!, serviceId: String, unrendered: Boolean
  ): EnvironmentVariables!
}

type Mutation {
  projectCreate(input: ProjectCreateInput!): Project!
  serviceCreate(input: ServiceCreateInput!): Service!
  serviceConnect(id: String!, input: ServiceConnectInput!): Service!
  serviceInstanceUpdate(serviceId: String!, environmentId: String, input: ServiceInstanceUpdateInput!): Boolean!
  serviceInstanceDeployV2(serviceId: String!, environmentId: String!, commitSha: String): String!
  serviceInstanceDeploy(
    serviceId: String!, environmentId: String!, latestCommit: Boolean, commitSha: String
  ): Boolean!
  serviceInstanceRedeploy(serviceId: String!, environmentId: String!): Boolean!
  environmentTriggersDeploy(input: EnvironmentTriggersDeployInput!): Boolean!
  deploymentRedeploy(id: String!, usePreviousImageTag: Boolean): Deployment!
  deploymentRollback(id: String!): Boolean!
  deploymentCancel(id: String!): Boolean!
  deploymentStop(id: String!): Boolean!
  deploymentRestart(id: String!): Boolean!
  deploymentRemove(id: String!): Boolean!
  deploymentApprove(id: String!): Boolean!
  deploymentTriggerCreate(input: DeploymentTriggerCreateInput!): DeploymentTrigger!
  githubRepoDeploy(input: GitHubRepoDeployInput!): String!
  variableCollectionUpsert(input: VariableCollectionUpsertInput!): Boolean!
  variableUpsert(input: VariableUpsertInput!): Boolean!
  variableDelete(input: VariableDeleteInput!): Boolean!
  serviceDomainCreate(input: ServiceDomainCreateInput!): ServiceDomain!
}

type Subscription {
  deployment(id: String!): Deployment!
  buildLogs(deploymentId: String!, filter: String, limit: Int): [Log!]!
  deploymentLogs(deploymentId: String!, filter: String, limit: Int): [Log!]!
  deploymentEvents(id: String!): DeploymentEvent!
}

input DeploymentStatusInput { in: [DeploymentStatus!] notIn: [DeploymentStatus!] }
input DeploymentListInput {
  projectId: String environmentId: String serviceId: String includeDeleted: Boolean status: DeploymentStatusInput
}
input ProjectCreateRepo { fullRepoName: String! branch: String! }
input ProjectCreateInput {
  name: String description: String workspaceId: String repo: ProjectCreateRepo defaultEnvironmentName: String
  prDeploys: Boolean isPublic: Boolean isMonorepo: Boolean runtime: PublicRuntime
}
input RegistryCredentialsInput { username: String! password: String! }
input ServiceSourceInput { repo: String image: String }
input ServiceCreateInput {
  projectId: String! environmentId: String name: String icon: String source: ServiceSourceInput branch: String
  variables: EnvironmentVariables registryCredentials: RegistryCredentialsInput templateId: String
  templateServiceId: String
}
input ServiceConnectInput { repo: String branch: String image: String }
input ServiceInstanceUpdateInput {
  builder: Builder buildCommand: String startCommand: String rootDirectory: String dockerfilePath: String
  healthcheckPath: String healthcheckTimeout: Int cronSchedule: String numReplicas: Int region: String
  preDeployCommand: [String!] railwayConfigFile: String restartPolicyType: RestartPolicyType
  restartPolicyMaxRetries: Int sleepApplication: Boolean source: ServiceSourceInput watchPatterns: [String!]
  registryCredentials: RegistryCredentialsInput
}
input EnvironmentTriggersDeployInput { projectId: String! environmentId: String! serviceId: String! }
input DeploymentTriggerCreateInput {
  projectId: String! environmentId: String! serviceId: String! provider: String! repository: String! branch: String!
  rootDirectory: String checkSuites: Boolean
}
input GitHubRepoDeployInput { projectId: String! repo: String! branch: String environmentId: String }
input VariableCollectionUpsertInput {
  projectId: String! environmentId: String! serviceId: String variables: EnvironmentVariables!
  replace: Boolean = false skipDeploys: Boolean = false
}
input VariableUpsertInput {
  projectId: String! environmentId: String! serviceId: String name: String! value: String!
  skipDeploys: Boolean = false
}
input VariableDeleteInput { projectId: String! environmentId: String! serviceId: String name: String! }
input ServiceDomainCreateInput { environmentId: String! serviceId: String! targetPort: Int }

type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }

type ApiTokenContext { workspaces: [ApiTokenWorkspace!]! }
type ApiTokenWorkspace { id: String! name: String! }
type User {
  id: ID! name: String username: String email: String! avatar: String createdAt: DateTime! isVerified: Boolean!
  projects(after: String, before: String, first: Int, last: Int): UserProjectsConnection!
  workspaces: [Workspace!]!
}
type Workspace {
  id: ID! name: String! avatar: String createdAt: DateTime! updatedAt: DateTime!
  projects(after: String, before: String, first: Int, last: Int): WorkspaceProjectsConnection!
}
type ProjectToken {
  id: ID! name: String! displayToken: String! createdAt: DateTime! projectId: String! environmentId: String!
  project: Project! environment: Environment!
}
type Project {
  id: ID! name: String! description: String createdAt: DateTime! updatedAt: DateTime! deletedAt: DateTime
  expiredAt: DateTime baseEnvironmentId: String primaryEnvironmentId: String baseEnvironment: Environment
  botPrEnvironments: Boolean! focusedPrEnvironments: Boolean! isPublic: Boolean! isTempProject: Boolean!
  prDeploys: Boolean! subscriptionPlanLimit: SubscriptionPlanLimit! teamId: String workspaceId: String
  workspace: Workspace
  environments(
    after: String, before: String, first: Int, last: Int, isEphemeral: Boolean, sort: SortOrder
  ): ProjectEnvironmentsConnection!
  services(after: String, before: String, first: Int, last: Int): ProjectServicesConnection!
  deployments(after: String, before: String, first: Int, last: Int): ProjectDeploymentsConnection!
  deploymentTriggers(after: String, before: String, first: Int, last: Int): ProjectDeploymentTriggersConnection!
}
type Environment {
  id: ID! name: String! projectId: String! canAccess: Boolean! isEphemeral: Boolean! createdAt: DateTime!
  updatedAt: DateTime! deletedAt: DateTime unmergedChangesCount: Int
  serviceInstances(
    after: String, before: String, first: Int, last: Int
  ): EnvironmentServiceInstancesConnection!
  deployments(after: String, before: String, first: Int, last: Int): EnvironmentDeploymentsConnection!
  deploymentTriggers(
    after: String, before: String, first: Int, last: Int
  ): EnvironmentDeploymentTriggersConnection!
}
type Service {
  id: ID! name: String! projectId: String! icon: String createdAt: DateTime! updatedAt: DateTime! deletedAt: DateTime
  hasHiddenRegistryCredentialsFromTemplate: Boolean! templateId: String templateServiceId: String
  templateThreadSlug: String project: Project!
  serviceInstances(after: String, before: String, first: Int, last: Int): ServiceServiceInstancesConnection!
  deployments(after: String, before: String, first: Int, last: Int): ServiceDeploymentsConnection!
  repoTriggers(after: String, before: String, first: Int, last: Int): ServiceRepoTriggersConnection!
}
type ServiceSource { repo: String image: String }
type ServiceInstance {
  id: ID! serviceId: String! serviceName: String! environmentId: String! builder: Builder! buildCommand: String
  startCommand: String rootDirectory: String dockerfilePath: String healthcheckPath: String healthcheckTimeout: Int
  cronSchedule: String numReplicas: Int region: String railwayConfigFile: String preDeployCommand: JSON
  restartPolicyType: RestartPolicyType! restartPolicyMaxRetries: Int! sleepApplication: Boolean
  watchPatterns: [String!]! isUpdatable: Boolean! source: ServiceSource createdAt: DateTime! updatedAt: DateTime!
  deletedAt: DateTime service: Service! domains: AllDomains! latestDeployment: Deployment
  activeDeployments: [Deployment!]!
}
type DeploymentCreator { id: String! email: String! name: String avatar: String }
type DeploymentDeploymentInstance { id: String! status: DeploymentInstanceStatus! }
type DeploymentSocket { ipv6: Boolean! port: Int! processName: String! updatedAt: Int! }
type Deployment {
  id: ID! status: DeploymentStatus! createdAt: DateTime! updatedAt: DateTime! statusUpdatedAt: DateTime url: String
  staticUrl: String meta: DeploymentMeta canRollback: Boolean! canRedeploy: Boolean! deploymentStopped: Boolean!
  environmentId: String! projectId: String! serviceId: String snapshotId: String creator: DeploymentCreator
  diagnosis: DeploymentDiagnosis instances: [DeploymentDeploymentInstance!]! sockets: [DeploymentSocket!]!
  suggestAddServiceDomain: Boolean! environment: Environment! service: Service!
}
type DeploymentEventPayload {
  attempt: Int detail: String durationMs: Int error: String maxAttempts: Int reason: String skipped: Boolean
}
type DeploymentEvent {
  id: ID! step: DeploymentEventStep! createdAt: DateTime! completedAt: DateTime payload: DeploymentEventPayload
}
type DeploymentTrigger {
  id: ID! projectId: String! environmentId: String! serviceId: String branch: String! repository: String!
  provider: String! checkSuites: Boolean! validCheckSuites: Int! baseEnvironmentOverrideId: String
}
type LogAttribute { key: String! value: String! }
type LogTags {
  projectId: String environmentId: String serviceId: String deploymentId: String deploymentInstanceId: String
  pluginId: String snapshotId: String
}
type Log { timestamp: String! message: String! severity: String attributes: [LogAttribute!]! tags: LogTags }
type AllDomains { customDomains: [CustomDomain!]! serviceDomains: [ServiceDomain!]! }
type CustomDomain { id: ID! domain: String! environmentId: String! serviceId: String! targetPort: Int }
type ServiceDomain {
  id: ID! domain: String! environmentId: String! serviceId: String! projectId: String suffix: String targetPort: Int
  syncStatus: ServiceDomainSyncStatus! createdAt: DateTime updatedAt: DateTime deletedAt: DateTime
}
"""

_PAGED = {
    "Query": {
        "Projects": "Project",
        "Environments": "Environment",
        "Deployments": "Deployment",
        "DeploymentEvents": "DeploymentEvent",
        "DeploymentTriggers": "DeploymentTrigger",
    },
    "User": {"Projects": "Project"},
    "Workspace": {"Projects": "Project"},
    "Project": {
        "Environments": "Environment",
        "Services": "Service",
        "Deployments": "Deployment",
        "DeploymentTriggers": "DeploymentTrigger",
    },
    "Environment": {
        "ServiceInstances": "ServiceInstance",
        "Deployments": "Deployment",
        "DeploymentTriggers": "DeploymentTrigger",
    },
    "Service": {
        "ServiceInstances": "ServiceInstance",
        "Deployments": "Deployment",
        "RepoTriggers": "DeploymentTrigger",
    },
}  # owner → its lists that are read by pages → what is in them


def sdl() -> str:
    """The text of all of it."""
    pages = [
        f"type {owner}{name}Connection {{ edges: [{owner}{name}ConnectionEdge!]! pageInfo: PageInfo! }}\n"
        f"type {owner}{name}ConnectionEdge {{ cursor: String! node: {kind}! }}"
        for owner, lists in _PAGED.items()
        for name, kind in lists.items()
    ]
    return "\n".join([SDL, *pages])
