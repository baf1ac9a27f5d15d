import { BadRequestError } from '@patchbay/engine/errors';
import type { NewAttachment } from '@patchbay/kit';
import { z } from 'zod';
import { owner } from './fields.ts';

const textOrList = z.union([z.string(), z.array(z.string())]);

const user = z.strictObject({ type: z.literal('user'), comment: z.string(), owner });

const alert = z.strictObject({
  type: z.literal('alert'),
  alertId: textOrList,
  index: textOrList,
  rule: z.strictObject({ id: z.string().nullable(), name: z.string().nullable() }),
  owner,
});

const actions = z.strictObject({
  type: z.literal('actions'),
  comment: z.string(),
  actions: z.strictObject({
    targets: z.array(z.strictObject({ hostname: z.string(), endpointId: z.string() })),
    type: z.string(),
  }),
  owner,
});

/** Of registered integrations, of which there are none here. */
const externalReference = z.looseObject({
  type: z.literal('externalReference'),
  externalReferenceAttachmentTypeId: z.string(),
  owner,
});

const persistableState = z.looseObject({
  type: z.literal('persistableState'),
  persistableStateAttachmentTypeId: z.string(),
  owner,
});

export const attachment = z.preprocess(
  asFormerly,
  z.discriminatedUnion('type', [user, alert, actions, externalReference, persistableState]),
);

const at = { id: z.string(), version: z.string() };

export const attachmentChange = z.preprocess(
  asFormerly,
  z.discriminatedUnion('type', [user.extend(at), alert.extend(at), actions.extend(at)]),
);

/** The newest forms, which all attachments have alike, as the ones before. */
function asFormerly(given: unknown): unknown {
  const { type, data, attachmentId, metadata, ...rest } = (given ?? {}) as Record<string, unknown>;
  if (type === 'comment' && typeof data === 'object' && data !== null) {
    return { ...rest, type: 'user', comment: (data as { content?: unknown }).content };
  }
  if (type === 'alert' && attachmentId !== undefined) {
    const { index, rule } = (metadata ?? {}) as { index?: unknown; rule?: unknown };
    return { ...rest, type, alertId: attachmentId, index, rule: rule ?? { id: null, name: null } };
  }
  return given;
}

/** Throws where nobody has registered such attachments. */
export function registered(given: z.output<typeof attachment>): NewAttachment {
  switch (given.type) {
    case 'externalReference':
      throw notRegistered(given.externalReferenceAttachmentTypeId);
    case 'persistableState':
      throw notRegistered(given.persistableStateAttachmentTypeId);
    default:
      return given;
  }
}

function notRegistered(id: string): BadRequestError {
  return new BadRequestError(`Attachment type ${id} is not registered.`);
}
