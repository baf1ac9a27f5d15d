import type { CaseOwner } from '@patchbay/kit';
import type { License } from '../licensing/index.ts';
import { licenseState } from '../licensing/index.ts';
import type { CaseStore, StoredCase } from '../store/index.ts';
import type { Doing } from './activity.ts';
import { type Asking, ensureMay } from './authorization.ts';
import { CasesError } from './cases-error.ts';
import { userOf } from './user.ts';

type Operation = Parameters<typeof ensureMay>[1];

/** Where one caller's business with the cases of one space is done. */
export interface Desk extends Asking {
  store: CaseStore;
  license: License;
  now(): Date;
}

/** Somebody else was faster this often: they are told so. */
export const MAX_ATTEMPTS = 5;

export function doingOf({ caller, now }: Desk): Doing {
  return { user: userOf(caller), at: now().toISOString() };
}

export function canAssign({ license }: Desk): boolean {
  return licenseState(license, 'platinum') === 'valid';
}

/** The case, if the caller may do this with it. */
export async function theCaseFor(desk: Desk, operation: Operation, id: string): Promise<StoredCase> {
  const [found] = await desk.store.get(desk.spaceId, [id]);
  if (found === undefined) throw noSuchCase(id);
  ensureMay(desk, operation, [found.owner]);
  return found;
}

export function noSuchCase(id: string): CasesError {
  return new CasesError(404, `Saved object [cases/${id}] not found`);
}

export function conflict(id: string): CasesError {
  return new CasesError(409, `Saved object [cases/${id}] conflict`);
}

export async function configuredFields({ store, spaceId }: Desk, owner: CaseOwner) {
  const [configuration] = await store.configurations(spaceId, [owner]);
  return configuration?.customFields ?? [];
}
