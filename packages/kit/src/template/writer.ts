import Mustache from 'mustache';
import { PARSED, type Spend, STEP } from './budget.ts';
import type { Context } from './context.ts';

type Parse = Parameters<Mustache.Writer['parse']>;
type RenderTokens = Parameters<Mustache.Writer['renderTokens']>;
/** Its kind, and the text or name in it. */
type Token = [kind: string, text: string];

interface Config {
  escape(value: unknown): string;
}

/** The library's writer with a budget, and without its cache of parsed templates, which has no bound. */
export class Writer extends Mustache.Writer {
  readonly #spend: Spend;

  constructor(spend: Spend) {
    super();
    this.#spend = spend;
    (this as unknown as { templateCache: undefined }).templateCache = undefined;
  }

  override parse(...[template, tags]: Parse): ReturnType<Mustache.Writer['parse']> {
    this.#spend(template.length * PARSED);
    return super.parse(template, tags);
  }

  override renderTokens(...args: RenderTokens): string {
    this.#spend(STEP);
    return super.renderTokens(...args);
  }

  override rawValue([, text]: Token): string {
    return this.#written(text);
  }

  override escapedValue([, name]: Token, context: Context, config: Config): string {
    return this.#written(config.escape(context.lookup(name)));
  }

  override unescapedValue([, name]: Token, context: Context): string {
    return this.#written(String(context.lookup(name) ?? ''));
  }

  #written(text: string): string {
    this.#spend(text.length);
    return text;
  }
}
