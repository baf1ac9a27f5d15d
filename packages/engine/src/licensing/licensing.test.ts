import type { LicenseType } from '@patchbay/kit';
import { describe, expect, it } from 'vitest';
import { ForbiddenError } from '../errors/index.ts';
import { ensureActionsLicensed, ensureTypeLicensed, type License, licenseState } from './index.ts';

const LEVELS: LicenseType[] = ['basic', 'standard', 'gold', 'platinum', 'enterprise', 'trial'];
const pairs = LEVELS.flatMap((has, rank) =>
  LEVELS.map((needs, minimum) => [has, needs, rank >= minimum ? 'valid' : 'invalid'] as const),
);

describe('licenseState', () => {
  it.each(pairs)('of a %s licence for a type that needs %s is %s', (type, minimum, state) => {
    expect(licenseState({ type, status: 'active' }, minimum)).toBe(state);
  });

  it.each(['expired', 'unavailable'] as const)('is %s whatever the level', (status) => {
    for (const type of LEVELS) expect(licenseState({ type, status }, 'basic')).toBe(status);
  });
});

describe('ensureTypeLicensed', () => {
  it.each<[License, string]>([
    [
      { type: 'basic', status: 'active' },
      'Action type .webhook is disabled because your basic license does not support it. Please upgrade your license.',
    ],
    [
      { type: 'standard', status: 'active' },
      'Action type .webhook is disabled because your standard license does not support it. Please upgrade your license.',
    ],
    [
      { type: 'platinum', status: 'expired' },
      'Action type .webhook is disabled because your platinum license has expired.',
    ],
    [
      { type: 'trial', status: 'unavailable' },
      'Action type .webhook is disabled because license information is not available at this time.',
    ],
  ])('refuses a gold type to the licence %j', (license, message) => {
    expect(() => ensureTypeLicensed(license, '.webhook', 'gold')).toThrow(new ForbiddenError(message));
  });

  it.each(['gold', 'platinum', 'enterprise', 'trial'] as const)(
    'allows a gold type to a %s licence',
    (type) => {
      expect(() => ensureTypeLicensed({ type, status: 'active' }, '.webhook', 'gold')).not.toThrow();
    },
  );
});

describe('ensureActionsLicensed', () => {
  it.each(LEVELS)('allows connectors to an active %s licence', (type) => {
    expect(() => ensureActionsLicensed({ type, status: 'active' })).not.toThrow();
  });

  it.each<[License, string]>([
    [
      { type: 'gold', status: 'unavailable' },
      'Actions is unavailable - license information is not available at this time.',
    ],
    [{ type: 'gold', status: 'expired' }, 'You cannot use actions because your gold license has expired.'],
  ])('refuses them to the licence %j', (license, message) => {
    expect(() => ensureActionsLicensed(license)).toThrow(new ForbiddenError(message));
  });
});
