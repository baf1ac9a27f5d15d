import { createRequire } from 'node:module';
import type { LongDateFormatKey, Moment } from 'moment-timezone';

const DEFAULT_TIME_ZONE = 'UTC';
const DEFAULT_FORMAT = 'YYYY-MM-DD hh:mma';
/** A nested format grows with every level; no format that people write comes near. */
const MAX_FORMAT_LENGTH = 1000;

/** `[text]` and `\x` are shown as they are: https://momentjs.com/docs/#/displaying/format/ */
const LITERAL = String.raw`\[[^[]*\]`;
const LONG = new RegExp(String.raw`${LITERAL}|\\?(?:LTS?|L{1,4}|l{1,4})`, 'g');
const TOKEN = new RegExp(
  [
    LITERAL,
    String.raw`\\?(?:eHHmm|[Hh]mm(?:ss)?|(?:DDD|[DMQWdwy])o)`,
    String.raw`\\?(?:D{1,4}|G{4,5}|M{1,4}|N{1,5}|S{1,9}|Y{4,6}|d{1,4}|g{4,5}|y{2,4})`,
    String.raw`\\?(?:GG|HH|WW|YY|ZZ|gg|hh|kk|mm|ss|ww|zz|[A-KM-Za-km-z])`,
    String.raw`\\.?`,
  ].join('|'),
  'g',
);

const require = createRequire(import.meta.url);

/** `date; time zone; format`. What follows a third semicolon is cut. */
export function formatDate(text: string): string {
  const [date = '', zone = '', format = ''] = text.split(';').map((part) => part.trim());
  return formatted(inZone(parsed(date), zone || DEFAULT_TIME_ZONE), format || DEFAULT_FORMAT);
}

function parsed(date: string): Date {
  if (date === '') throw new Error('date is empty');
  const time = new Date(date);
  if (Number.isNaN(time.getTime())) throw new Error(`invalid date "${date}"`);
  return time;
}

function inZone(date: Date, zone: string): Moment {
  // Loaded when first needed: the data of all time zones is the heaviest part of the process.
  const moment: typeof import('moment-timezone') = require('moment-timezone');
  if (moment.tz.zone(zone) === null) throw new Error(`unknown timeZone value "${zone}"`);
  return moment.tz(date, zone);
}

/**
 * Token for token, because the library keeps what it made of every format it ever saw, and a format may hold an
 * alert's values.
 */
function formatted(date: Moment, format: string): string {
  if (format.length > MAX_FORMAT_LENGTH) {
    throw new Error(
      `error evaluating moment format "${format}": longer than ${MAX_FORMAT_LENGTH} characters`,
    );
  }
  const locale = date.localeData();
  return format
    .replace(LONG, (token) => locale.longDateFormat(token as LongDateFormatKey) ?? token)
    .replace(TOKEN, (token) => {
      if (token.startsWith('[')) return token.slice(1, -1);
      return token.startsWith('\\') ? token.replaceAll('\\', '') : date.format(token);
    });
}
