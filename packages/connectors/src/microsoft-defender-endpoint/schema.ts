import { z } from 'zod';

const text = z.string().min(1);

export const config = z.strictObject({
  clientId: text.meta({ title: 'Application (client) ID' }),
  tenantId: text.meta({ title: 'Tenant ID' }),
  oAuthServerUrl: text.meta({
    title: 'OAuth server URL',
    description: 'Such as https://login.microsoftonline.com; a path in it is not used.',
  }),
  oAuthScope: text.meta({
    title: 'OAuth scope',
    description: 'Such as https://securitycenter.onmicrosoft.com/windowsatpservice/.default.',
  }),
  apiUrl: text.meta({
    title: 'API URL',
    description: 'Such as https://api.securitycenter.windows.com.',
  }),
});

export const secrets = z.strictObject({
  clientSecret: text.meta({ title: 'Client secret' }),
});

/** An id is one part of a path, which dots alone cannot be. */
const id = text.refine((value) => value !== '.' && value !== '..', 'is no id');
const machineId = id.meta({ title: 'Machine ID' });
const comment = text.meta({ title: 'Comment', description: 'Kept with the action in Defender.' });

const oneOrMore = (title: string) =>
  z
    .union([text, z.array(text).min(1)])
    .optional()
    .meta({ title, description: 'One, or a list.' });
const someOf = <const Names extends readonly string[]>(title: string, names: Names) =>
  z
    .union([z.enum(names), z.array(z.enum(names)).min(1)])
    .optional()
    .meta({ title, description: 'One, or a list.' });

const page = z.number().min(1).default(1).meta({ title: 'Page' });
const pageSize = z.number().min(1).max(1000).default(20).meta({ title: 'Page size' });

export const nothing = z.strictObject({});

export const machine = z.strictObject({ id: machineId });

export const machineAction = z.strictObject({ id: machineId, comment });

export const machineList = z.strictObject({
  computerDnsName: oneOrMore('DNS name'),
  id: oneOrMore('ID'),
  version: oneOrMore('Version of the operating system'),
  deviceValue: oneOrMore('Value of the device'),
  aaDeviceId: oneOrMore('Microsoft Entra device ID'),
  machineTags: oneOrMore('Tags'),
  lastSeen: oneOrMore('Last seen'),
  exposureLevel: oneOrMore('Exposure level'),
  onboardingStatus: oneOrMore('Onboarding status'),
  lastIpAddress: oneOrMore('Last IP address'),
  osPlatform: oneOrMore('Operating system'),
  riskScore: oneOrMore('Risk score'),
  rbacGroupId: oneOrMore('Device group ID'),
  healthStatus: someOf('Health', [
    'Active',
    'Inactive',
    'ImpairedCommunication',
    'NoSensorData',
    'NoSensorDataImpairedCommunication',
    'Unknown',
  ]),
  page,
  pageSize,
});

export const script = z.strictObject({
  id: machineId,
  comment: comment.optional(),
  parameters: z
    .strictObject({
      scriptName: text.meta({ title: 'Script', description: 'Its name in the live response library.' }),
      args: text.optional().meta({ title: 'Arguments' }),
    })
    .meta({ title: 'Parameters' }),
});

export const cancellation = z.strictObject({
  comment,
  actionId: id.meta({ title: 'Action ID' }),
});

export const actionList = z.strictObject({
  id: oneOrMore('ID'),
  machineId: oneOrMore('Machine ID'),
  requestor: oneOrMore('Requestor'),
  creationDateTimeUtc: oneOrMore('Created at'),
  status: someOf('Status', ['Pending', 'InProgress', 'Succeeded', 'Failed', 'TimeOut', 'Cancelled']),
  type: someOf('Type', [
    'RunAntiVirusScan',
    'Offboard',
    'LiveResponse',
    'CollectInvestigationPackage',
    'Isolate',
    'Unisolate',
    'StopAndQuarantineFile',
    'RestrictCodeExecution',
    'UnrestrictCodeExecution',
  ]),
  page,
  pageSize,
  sortField: z.string().optional().meta({ title: 'Sorted by' }),
  sortDirection: z.enum(['asc', 'desc']).default('desc').meta({ title: 'Order' }),
});

export const actionResults = z.strictObject({ id: id.meta({ title: 'Action ID' }) });

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type MachineAction = z.output<typeof machineAction>;
export type MachineList = z.output<typeof machineList>;
export type Script = z.output<typeof script>;
export type Cancellation = z.output<typeof cancellation>;
export type ActionList = z.output<typeof actionList>;
