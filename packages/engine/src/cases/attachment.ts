import type { NewAttachment } from '@patchbay/kit';
import type { StoredAttachment } from '../store/index.ts';
import { ensureCount, ensureText, LIMITS, refuse } from './limits.ts';
import { versionOf } from './version.ts';

/** An attachment with its version as clients see it. */
export type Attachment = Omit<StoredAttachment, 'version' | 'ordinal'> & { version: string };

export function attachmentOf({ version, ordinal, ...stored }: StoredAttachment): Attachment {
  return { ...stored, version: versionOf(version) };
}

/** Throws where it is not as an attachment may be. */
export function checkAttachment(attachment: NewAttachment): void {
  if (attachment.type !== 'alert') {
    ensureText('comment', attachment.comment, LIMITS.comment);
    return;
  }
  const [ids, indices] = [alertIds(attachment), [attachment.index].flat()];
  if (ids.length !== indices.length) {
    refuse(
      `Received an alert attachment with ${ids.length} ids and ${indices.length} indices: there must be one index for each id.`,
    );
  }
  ensureCount('alertId', ids, LIMITS.alerts, 1);
  for (const id of ids) ensureText('alertId', id, LIMITS.alertId);
  for (const index of indices) ensureText('index', index, Number.POSITIVE_INFINITY);
}

export function alertIds(attachment: NewAttachment): string[] {
  return attachment.type === 'alert' ? [attachment.alertId].flat() : [];
}

/**
 * What there is to attach: without alerts that the case has, or that come twice, and without attachments that then hold
 * nothing.
 */
export function withoutKnown(
  attachments: readonly NewAttachment[],
  known: ReadonlySet<string>,
): NewAttachment[] {
  const seen = new Set(known);
  return attachments.flatMap((attachment): NewAttachment[] => {
    if (attachment.type !== 'alert') return [attachment];
    const indices = [attachment.index].flat();
    const left = alertIds(attachment)
      .map((id, place) => ({ id, index: indices[place] ?? '' }))
      .filter(({ id }) => !seen.has(id) && seen.add(id));
    if (left.length === 0) return [];
    if (typeof attachment.alertId === 'string') return [attachment];
    return [{ ...attachment, alertId: left.map(({ id }) => id), index: left.map(({ index }) => index) }];
  });
}
