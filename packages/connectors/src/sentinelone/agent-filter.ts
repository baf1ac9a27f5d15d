import { z } from 'zod';

/** By what agents can be found, in the order in which it is sent. `/web/api/v2.1/agents` of the console's own API documentation. */
const CRITERIA = `
  K8SNodeName__contains coreCount__lt rangerStatuses adUserQuery__contains rangerVersionsNin
  rangerStatusesNin coreCount__gte threatCreatedAt__gte decommissionedAt__lte operationalStatesNin
  appsVulnerabilityStatusesNin mitigationMode createdAt__gte gatewayIp cloudImage__contains
  registeredAt__between threatMitigationStatus installerTypesNin appsVulnerabilityStatuses
  threatResolved mitigationModeSuspicious isUpToDate adComputerQuery__contains updatedAt__gte
  azureResourceGroup__contains scanStatus threatContentHash osTypesNin threatRebootRequired
  totalMemory__between firewallEnabled gcpServiceAccount__contains updatedAt__gt remoteProfilingStates
  filteredGroupIds agentVersions activeThreats machineTypesNin lastActiveDate__gt awsSubnetIds__contains
  installerTypes registeredAt__gte migrationStatus cloudTags__contains totalMemory__gte
  decommissionedAt__lt threatCreatedAt__lt updatedAt__lte osArch registeredAt__gt registeredAt__lt
  siteIds networkInterfaceInet__contains groupIds uuids accountIds scanStatusesNin cpuCount__lte
  locationIds awsSecurityGroups__contains networkStatusesNin activeThreats__gt infected
  osVersion__contains machineTypes agentPodName__contains computerName__like threatCreatedAt__gt
  consoleMigrationStatusesNin computerName decommissionedAt__between cloudInstanceId__contains
  createdAt__lte coreCount__between totalMemory__lte remoteProfilingStatesNin adComputerMember__contains
  threatCreatedAt__between totalMemory__gt ids agentVersionsNin updatedAt__between locationEnabled
  locationIdsNin osTypes encryptedApplications filterId decommissionedAt__gt adUserMember__contains uuid
  coreCount__lte coreCount__gt cloudNetwork__contains clusterName__contains cpuCount__gte query
  lastActiveDate__between rangerStatus domains cloudProvider lastActiveDate__lt scanStatuses
  hasLocalConfiguration networkStatuses isPendingUninstall createdAt__gt cpuCount__lt
  consoleMigrationStatuses adQuery updatedAt__lt createdAt__lt adComputerName__contains
  cloudInstanceSize__contains registeredAt__lte networkQuarantineEnabled cloudAccount__contains
  cloudLocation__contains rangerVersions networkInterfaceGatewayMacAddress__contains uuid__contains
  agentNamespace__contains K8SNodeLabels__contains adQuery__contains K8SType__contains countsFor
  totalMemory__lt externalId__contains filteredSiteIds decommissionedAt__gte cpuCount__gt threatHidden
  isUninstalled computerName__contains lastActiveDate__lte adUserName__contains isActive
  userActionsNeeded threatCreatedAt__lte domainsNin operationalStates externalIp__contains
  isDecommissioned networkInterfacePhysical__contains lastActiveDate__gte createdAt__between
  cpuCount__between lastLoggedInUserName__contains awsRole__contains K8SVersion__contains
`
  .trim()
  .split(/\s+/);

const WORDS: Readonly<Record<string, string>> = {
  lt: 'less than',
  lte: 'at most',
  gt: 'more than',
  gte: 'at least',
  between: 'between',
  contains: 'contains',
  like: 'is like',
};

const criterion = (name: string) =>
  z
    .string()
    .nullable()
    .default(null)
    .meta({ title: titleOf(name) });

/** Every criterion that is given must hold. */
export const agentFilter = z.strictObject({
  ...(Object.fromEntries(CRITERIA.map((name) => [name, criterion(name)])) as Record<
    'computerName',
    ReturnType<typeof criterion>
  >),
  alertIds: z
    .array(z.string())
    .optional()
    .meta({ title: 'Alert IDs', description: 'Of the alerts that this is about.' }),
});

export type AgentFilter = z.output<typeof agentFilter>;

/** `cpuCount__gte` reads "Cpu count at least", `osTypesNin` "Os types, none of". */
export function titleOf(name: string): string {
  const [field = '', operator] = name.split('__');
  const words = field
    .replace(/Nin$/, ', none of')
    .replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return operator === undefined ? title : `${title} ${WORDS[operator]}`;
}
