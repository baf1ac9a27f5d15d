import { z } from 'zod';

export const config = z.strictObject({
  url: z.string().meta({ title: 'URL', description: 'Of the management console.' }),
});

export const secrets = z.strictObject({
  token: z.string().meta({ title: 'API token' }),
});

const given = (title: string) => z.string().min(1).meta({ title });
const text = (title: string) => z.string().meta({ title });
/** An id is one part of a path, which dots alone cannot be. */
const pathId = (title: string) => given(title).refine((id) => id !== '.' && id !== '..', 'is no id');

const script = z.strictObject({
  scriptId: text('Script ID'),
  outputDestination: z
    .enum(['Local', 'None', 'SentinelCloud', 'SingularityXDR'])
    .optional()
    .meta({ title: 'Output goes to', description: 'Left out: SentinelCloud.' }),
  apiKey: text('API key').optional(),
  inputParams: text('Input').optional(),
  outputDirectory: text('Output directory').optional(),
  password: text('Password of the output').optional(),
  passwordFromScope: z
    .strictObject({ scopeLevel: text('Scope level').optional(), scopeId: text('Scope ID').optional() })
    .optional()
    .meta({ title: 'Scope whose password is used' }),
  requiresApproval: z.boolean().optional().meta({ title: 'Wait for an approval' }),
  scriptName: text('Script name').optional(),
  scriptRuntimeTimeoutSeconds: z.coerce
    .number()
    .optional()
    .meta({ title: 'Time for the script, in seconds' }),
  singularityxdrKeyword: text('Singularity XDR keyword').optional(),
  singularityxdrUrl: text('Singularity XDR URL').optional(),
  taskDescription: text('Description of the task').optional(),
});

export const executeParams = z.strictObject({
  filter: z
    .strictObject({ ids: given('Agent IDs').optional(), uuids: given('Agent UUIDs').optional() })
    .meta({ title: 'Agents', description: 'One of IDs and UUIDs.' }),
  script: script.meta({ title: 'Script' }),
  alertIds: z
    .array(z.string())
    .optional()
    .meta({ title: 'Alert IDs', description: 'Of the alerts that this is about; not sent.' }),
});

const optional = <Schema extends z.ZodType>(schema: Schema, title: string, description?: string) =>
  schema
    .nullable()
    .default(null as never)
    .meta({ title, ...(description !== undefined && { description }) });

export const scriptsParams = z.strictObject({
  query: optional(z.string(), 'Query'),
  osTypes: optional(z.string(), 'Operating systems', 'Of linux, macos, windows; with commas between them.'),
  scriptType: optional(z.string(), 'Types', 'Of action, artifactCollection, dataCollection; with commas.'),
  cursor: optional(z.string(), 'Cursor', 'The `nextCursor` of the page before.'),
  groupIds: optional(z.string(), 'Group IDs'),
  ids: optional(z.string(), 'Script IDs'),
  isAvailableForArs: optional(z.boolean(), 'Available for auto response'),
  limit: optional(z.number().min(1).max(1000), 'Limit'),
  siteIds: optional(z.string(), 'Site IDs'),
  skip: optional(z.number(), 'Skip'),
  skipCount: optional(z.boolean(), 'Do not count'),
  sortBy: optional(z.string(), 'Sort by'),
  sortOrder: optional(z.string(), 'Sort order'),
});

export const statusParams = z.looseObject({ parentTaskId: text('Parent task ID') });

export const resultsParams = z.strictObject({ taskIds: z.array(z.string()).meta({ title: 'Task IDs' }) });

export const downloadResultsParams = z.strictObject({ taskId: given('Task ID') });

export const fetchFilesParams = z.strictObject({
  agentId: pathId('Agent ID'),
  zipPassCode: z.string().min(10).meta({ title: 'Password of the archive' }),
  files: z.array(z.string().min(1)).meta({ title: 'Files' }),
});

export const downloadFileParams = z.strictObject({
  agentId: pathId('Agent ID'),
  activityId: pathId('Activity ID'),
});

export const activitiesParams = z
  .strictObject({
    accountIds: given('Account IDs').optional(),
    activityTypes: text('Activity types').optional(),
    activityUuids: given('Activity UUIDs').optional(),
    agentIds: given('Agent IDs').optional(),
    alertIds: given('Alert IDs').optional(),
    countOnly: z.boolean().optional().meta({ title: 'Only count' }),
    createdAt__between: given('Created between').optional(),
    createdAt__gt: given('Created after').optional(),
    createdAt__gte: given('Created at or after').optional(),
    createdAt__lt: given('Created before').optional(),
    createdAt__lte: given('Created at or before').optional(),
    cursor: given('Cursor').optional(),
    groupIds: given('Group IDs').optional(),
    ids: given('Activity IDs').optional(),
    includeHidden: z.boolean().optional().meta({ title: 'Include hidden ones' }),
    limit: z.number().optional().meta({ title: 'Limit' }),
    ruleIds: given('Rule IDs').optional(),
    siteIds: given('Site IDs').optional(),
    skip: z.number().optional().meta({ title: 'Skip' }),
    skipCount: z.boolean().optional().meta({ title: 'Do not count' }),
    sortBy: given('Sort by').optional(),
    sortOrder: given('Sort order').optional(),
    threatIds: given('Threat IDs').optional(),
    userEmails: given('User emails').optional(),
    userIds: given('User IDs').optional(),
  })
  .optional();

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type ScriptRun = z.output<typeof executeParams>;
export type FetchedFiles = z.output<typeof fetchFilesParams>;
export type FetchedFile = z.output<typeof downloadFileParams>;
