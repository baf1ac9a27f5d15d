import { messageOf } from '../../errors.ts';
import type { Spend } from '../budget.ts';
import { encodeUri, encodeUriComponent } from './encode-uri.ts';
import { evalMath } from './eval-math.ts';
import { formatDate } from './format-date.ts';
import { formatNumber } from './format-number.ts';
import { parseHjson } from './parse-hjson.ts';

interface Lambda {
  /** Of the rendered text and the object of the current section. Throws an error whose text is shown instead. */
  apply(text: string, view: unknown): string;
  trims?: 'before' | 'before and after';
}

const LAMBDAS: Record<string, Lambda> = {
  EvalMath: { apply: evalMath, trims: 'before' },
  ParseHjson: { apply: parseHjson, trims: 'before' },
  FormatDate: { apply: formatDate, trims: 'before and after' },
  FormatNumber: { apply: formatNumber, trims: 'before and after' },
  EncodeURI: { apply: encodeUri },
  EncodeURIComponent: { apply: encodeUriComponent },
};

/** What a call may cost beside its text: making a number's format is the dearest. */
const COST = 2000;

/** The functions that templates find beside their variables, used as sections: `{{#Name}} argument {{/Name}}`. */
export function lambdas({ spend, onError }: { spend: Spend; onError(text: string): void }): object {
  const entries = Object.entries(LAMBDAS).map(([name, lambda]) => [name, () => section(lambda)]);
  return Object.fromEntries(entries);

  /** Called by the library with the section's own text and what renders it. */
  function section({ apply, trims }: Lambda) {
    function render(this: unknown, text: string, renderText: (text: string) => string): string {
      const rendered = renderText(trims === undefined ? text : text.trim());
      const argument = trims === 'before and after' ? rendered.trim() : rendered;
      spend(COST + argument.length);
      const result = applied(() => apply(argument, this));
      spend(result.length);
      return result;
    }
    // A lambda that is used like a variable is nothing, not its source.
    return Object.assign(render, { toString: () => '' });
  }

  function applied(apply: () => string): string {
    try {
      return apply();
    } catch (error) {
      onError(messageOf(error));
      return messageOf(error);
    }
  }
}
