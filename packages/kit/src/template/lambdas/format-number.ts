import { messageOf } from '../../errors.ts';

const DEFAULT_LOCALES = ['en-US'];

/** `number; locales; options`, by `Intl.NumberFormat`. Both semicolons must be there. */
export function formatNumber(text: string): string {
  const parts = /^([^;]*);([^;]*);(.*)$/s.exec(text);
  if (parts === null) throw new Error(`invalid format, missing semicolons: '${text}'`);
  const [given = '', locales = '', options = ''] = parts.slice(1).map((part) => part.trim());
  const number = Number.parseFloat(given);
  if (Number.isNaN(number)) throw new Error(`invalid number: '${given}'`);
  const wanted = optionsOf(options);
  try {
    return new Intl.NumberFormat(locales === '' ? DEFAULT_LOCALES : listOf(locales), wanted).format(number);
  } catch (cause) {
    throw new Error(`error formatting number: ${messageOf(cause)}`, { cause });
  }
}

function optionsOf(options: string): Intl.NumberFormatOptions {
  if (options === '') return {};
  return Object.fromEntries(
    listOf(options).map((option) => {
      const colon = option.indexOf(':');
      if (colon === -1) throw new Error(`invalid options: missing colon in option: '${option}'`);
      return [option.slice(0, colon).trim(), optionValue(option.slice(colon + 1).trim())];
    }),
  );
}

function optionValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number.parseFloat(text);
  return Number.isNaN(number) ? text : number;
}

function listOf(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}
