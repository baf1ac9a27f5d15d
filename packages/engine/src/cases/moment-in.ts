import { momentOf } from '@patchbay/kit';

const FROM_NOW = /^now(?:([+-])(\d{1,9})([smhdwMy]))?$/;

const MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** The moment that a text names: ISO 8601, or `now`, with a span before or after it. undefined: it names none. */
export function momentIn(text: string, now: Date): Date | undefined {
  const [isFromNow, sign, amount = '0', unit = 's'] = FROM_NOW.exec(text) ?? [];
  const moment =
    isFromNow === undefined ? momentOf(text) : shifted(now, unit, Number(`${sign ?? '+'}${amount}`));
  return moment === undefined || Number.isNaN(moment.getTime()) ? undefined : moment;
}

function shifted(now: Date, unit: string, amount: number): Date {
  if (unit in MS) return new Date(now.getTime() + amount * MS[unit as keyof typeof MS]);
  const date = new Date(now);
  if (unit === 'M') date.setUTCMonth(date.getUTCMonth() + amount);
  else date.setUTCFullYear(date.getUTCFullYear() + amount);
  return date;
}
