import { BadRequestError } from '@patchbay/engine/errors';
import { dateMath } from '@patchbay/engine/events';

/** A moment in a request, at `place` in it: a date or date math. Throws `BadRequestError`. */
export function moment(place: string, text: string, now: Date, { isEnd = false } = {}): Date {
  const found = new Date(dateMath(text, now, { isEnd }) ?? Number.NaN);
  if (Number.isNaN(found.getTime()) || found.getUTCFullYear() > 9999 || found.getUTCFullYear() < 0)
    throw new BadRequestError(
      `[request ${place}]: expected a date or date math such as now-1h, but got ${JSON.stringify(text)}`,
    );
  return found;
}
