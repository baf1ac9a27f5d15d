import { CASE_OWNERS, ruleSchema } from '@patchbay/kit';
import { z } from 'zod';
import { timeWindowProblem } from './time-window.ts';

export const DEFAULT_MAXIMUM_CASES = 5;
export const MAXIMUM_CASES = 20;

const GROUPED_ALERTS_MAX = 20;
const ALERTS_IN_GROUP_MAX = 1000;
const COMMENTS_IN_GROUP_MAX = 5000;

const groupingBy = z.array(z.string()).max(1).meta({
  title: 'Group by',
  description: 'A field of alerts: one case for each value that it has. Empty: one case for all.',
});

const reopenClosedCases = z.boolean().default(false).meta({
  title: 'Reopen closed cases',
  description: 'Else a new case is made where the one at hand is closed.',
});

const timeWindow = z
  .string()
  .superRefine((text, context) => {
    const problem = timeWindowProblem(text);
    if (problem !== undefined) context.addIssue(problem);
  })
  .default('7d')
  .meta({
    title: 'Time window',
    description: 'A number and `m`, `h`, `d` or `w`: for so long alerts of a group go to the same case.',
  });

const templateId = z.string().nullable().default(null).meta({
  title: 'Template',
  description: 'The key of one of the owner’s configuration; one that is not there is passed over.',
});

const templateVersion = z
  .union([z.string(), z.number()])
  .optional()
  .meta({ title: 'Version of the template', description: 'Taken, and of no effect.' });

const autoPushCase = z.boolean().nullable().optional().meta({
  title: 'Push',
  description: 'Whether each case is pushed to its own connector at the end.',
});

/** What the action of a rule says. */
export const ruleParams = z.strictObject({
  subAction: z.literal('run'),
  subActionParams: z.strictObject({
    groupingBy,
    reopenClosedCases,
    timeWindow,
    templateId,
    templateVersion,
    maximumCasesToOpen: z
      .number()
      .optional()
      .meta({
        title: 'Most cases',
        description: `Of one run: ${DEFAULT_MAXIMUM_CASES}, or up to ${MAXIMUM_CASES}. Where there were more, all alerts go to one case.`,
      }),
    autoPushCase,
  }),
});

const alerts = z
  .array(
    z
      .record(z.string(), z.unknown())
      .refine(
        (alert) => Object.hasOwn(alert, '_id') && Object.hasOwn(alert, '_index'),
        'Alert ID and index must be defined',
      ),
  )
  .meta({ title: 'Alerts', description: 'Their documents, with `_id` and `_index`.' });

const comments = (title: string) => z.array(z.string()).max(COMMENTS_IN_GROUP_MAX).optional().meta({ title });

const groupedAlerts = z
  .array(
    z.strictObject({
      alerts: alerts.max(ALERTS_IN_GROUP_MAX),
      comments: comments('Comments'),
      assistantComments: comments('Comments of an assistant'),
      grouping: z.record(z.string(), z.unknown()).meta({ title: 'Grouping' }),
      title: z.string().optional().meta({ title: 'Title of the case' }),
    }),
  )
  .max(GROUPED_ALERTS_MAX)
  .nullable()
  .default(null)
  .meta({ title: 'Grouped alerts', description: 'In the place of grouping by a field.' });

/** What a run gets. */
export const runParams = z.strictObject({
  alerts,
  groupingBy,
  groupedAlerts,
  owner: z.enum(CASE_OWNERS).meta({ title: 'Owner of the cases' }),
  rule: ruleSchema,
  timeWindow,
  reopenClosedCases,
  templateId,
  templateVersion,
  maximumCasesToOpen: z
    .number()
    .min(1)
    .max(MAXIMUM_CASES)
    .default(DEFAULT_MAXIMUM_CASES)
    .meta({ title: 'Most cases' }),
  internallyManagedAlerts: z.boolean().nullable().default(null).meta({ title: 'Internally managed alerts' }),
  autoPushCase,
  source: z.string().optional().meta({ title: 'Source', description: '`attack`: attack discovery.' }),
});

export type RunParams = z.output<typeof runParams>;
export type Alert = RunParams['alerts'][number];
