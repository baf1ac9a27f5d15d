const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

const MIN_MINUTES = 5;

/** The comma is the reference's: it is refused for what it is, no unit. */
const TIME_WINDOW = /^[1-9][0-9]*[d,w,h,m]$/;

/** Why a text is no time window; undefined: it is one. */
export function timeWindowProblem(text: string): string | undefined {
  const start = TIME_WINDOW.test(text) ? startOf(text, new Date(0)) : undefined;
  if (start === undefined) return 'Not a valid time window';
  if (text.endsWith('m') && Number.parseInt(text, 10) < MIN_MINUTES) {
    return `Time window should be at least ${MIN_MINUTES} minutes`;
  }
  return undefined;
}

/** Whether a moment lies before a window that ends now. Where either cannot be read, it does not. */
export function hasPassed(moment: string, timeWindow: string, now: Date): boolean {
  const start = startOf(timeWindow, now);
  return start !== undefined && Date.parse(moment) < start.getTime();
}

function startOf(timeWindow: string, now: Date): Date | undefined {
  const unit = UNITS[timeWindow.slice(-1) as keyof typeof UNITS];
  const start = new Date(now.getTime() - Number.parseInt(timeWindow, 10) * (unit ?? Number.NaN));
  return Number.isNaN(start.getTime()) ? undefined : start;
}
