import type { LicenseType } from '@patchbay/kit';
import { ForbiddenError } from '../errors/index.ts';

export interface License {
  type: LicenseType;
  status: 'active' | 'expired' | 'unavailable';
}

export type LicenseState = 'valid' | 'invalid' | 'expired' | 'unavailable';

/** Lowest first: a licence satisfies every minimum up to its own rank. */
const RANKS: readonly LicenseType[] = ['basic', 'standard', 'gold', 'platinum', 'enterprise', 'trial'];

export function licenseState(license: License, minimum: LicenseType): LicenseState {
  if (license.status !== 'active') return license.status;
  return RANKS.indexOf(license.type) >= RANKS.indexOf(minimum) ? 'valid' : 'invalid';
}

/** Throws the reference's 403 when the licence does not carry a connector type. */
export function ensureTypeLicensed(license: License, typeId: string, minimum: LicenseType): void {
  const reasons: Record<Exclude<LicenseState, 'valid'>, string> = {
    unavailable: 'license information is not available at this time.',
    expired: `your ${license.type} license has expired.`,
    invalid: `your ${license.type} license does not support it. Please upgrade your license.`,
  };
  const state = licenseState(license, minimum);
  if (state !== 'valid')
    throw new ForbiddenError(`Action type ${typeId} is disabled because ${reasons[state]}`);
}

/** Throws the reference's 403 when the licence does not carry connectors at all. Asked before every route. */
export function ensureActionsLicensed(license: License): void {
  const state = licenseState(license, 'basic');
  if (state === 'unavailable') {
    throw new ForbiddenError('Actions is unavailable - license information is not available at this time.');
  }
  if (state === 'expired') {
    throw new ForbiddenError(`You cannot use actions because your ${license.type} license has expired.`);
  }
}
