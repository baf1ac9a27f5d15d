import { BadRequestError } from '@patchbay/engine/errors';
import { dateMath } from '@patchbay/engine/events';

/** A date or date math; undefined: it is none, or farther away than any event. */
export function moment(text: string, now: Date, { isEnd = false } = {}): Date | undefined {
  const found = new Date(dateMath(text, now, { isEnd }) ?? Number.NaN);
  const isNear = found.getUTCFullYear() <= 9999 && found.getUTCFullYear() >= 0;
  return isNear ? found : undefined;
}

/** The same, at `place` in a request. Throws `BadRequestError`. */
export function momentAt(place: string, text: string, now: Date, side = {}): Date {
  const found = moment(text, now, side);
  if (found !== undefined) return found;
  throw new BadRequestError(
    `[request ${place}]: expected a date or date math such as now-1h, but got ${JSON.stringify(text)}`,
  );
}
