/**
 * A moment as Elasticsearch's date math writes it, in milliseconds; undefined: it is none. `now-7d/d`, `2026-01-31||+1M`, or a date
 * that may leave out what is behind the year. In UTC unless it says otherwise.
 * https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options#date-math
 */
export function dateMath(text: string, now: Date, { isEnd = false } = {}): number | undefined {
  const [anchor, math] = text.startsWith('now') ? ['now', text.slice('now'.length)] : dateAndMath(text);
  let moment = anchor === 'now' ? now.getTime() : dateOf(anchor, isEnd);
  if (moment === undefined || !/^(?:[+-]\d+[yMwdhHms]|\/[yMwdhHms])*$/.test(math)) return undefined;
  for (const [, sign, count, unit = '', rounded = ''] of math.matchAll(STEP)) {
    moment =
      sign === undefined
        ? rounding(moment, rounded, isEnd)
        : shifted(moment, Number(`${sign}${count}`), unit);
  }
  // Farther away than any date is.
  return Number.isNaN(moment) ? undefined : moment;
}

const STEP = /([+-])(\d+)([yMwdhHms])|\/([yMwdhHms])/g;

const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/;

const UNITS = ['y', 'M', 'd', 'h', 'm', 's'] as const;

function dateAndMath(text: string): [string, string] {
  const at = text.indexOf('||');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + '||'.length)];
}

function dateOf(text: string, isEnd: boolean): number | undefined {
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction, zone = 'Z'] =
    found;
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}.${(fraction ?? '0').padEnd(3, '0').slice(0, 3)}`;
  const moment = Date.parse(`${written}Z`);
  // The thirtieth of February is none, though JavaScript takes it for one in March.
  if (Number.isNaN(moment) || new Date(moment).toISOString().slice(0, -1) !== written) return undefined;
  const parts = found.slice(1, 7).filter((part) => part !== undefined).length;
  const unit = UNITS[parts - 1];
  const whole = isEnd && fraction === undefined && unit !== undefined ? rounding(moment, unit, true) : moment;
  return whole - offsetMs(zone);
}

function offsetMs(zone: string): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  if (sign === undefined) return 0;
  return Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function shifted(moment: number, count: number, unit: string): number {
  const date = new Date(moment);
  if (unit === 'y' || unit === 'M') {
    const day = date.getUTCDate();
    date.setUTCDate(1);
    date.setUTCMonth(date.getUTCMonth() + (unit === 'y' ? 12 * count : count));
    // A month later than the 31st is the last of a month that is shorter.
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    date.setUTCDate(Math.min(day, last));
    return date.getTime();
  }
  return moment + count * (FIXED_MS[unit] ?? 0);
}

const FIXED_MS: Readonly<Record<string, number>> = {
  w: 7 * 24 * 3_600_000,
  d: 24 * 3_600_000,
  h: 3_600_000,
  H: 3_600_000,
  m: 60_000,
  s: 1000,
};

/** The first or the last millisecond of the unit that a moment is in. A week begins on Monday. */
function rounding(moment: number, unit: string, isEnd: boolean): number {
  const start = startOf(moment, unit);
  return isEnd ? shifted(start, 1, unit) - 1 : start;
}

function startOf(moment: number, unit: string): number {
  const date = new Date(moment);
  if (unit === 'y') return Date.UTC(date.getUTCFullYear(), 0);
  if (unit === 'M') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  if (unit === 'w') {
    const day = startOf(moment, 'd');
    return shifted(day, -((date.getUTCDay() + 6) % 7), 'd');
  }
  const length = FIXED_MS[unit] ?? 1;
  return Math.floor(moment / length) * length;
}
