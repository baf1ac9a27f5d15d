import type { z } from 'zod';
import type { ActionContext, ValidationContext } from './action-context.ts';
import type { CaseIncident } from './cases/index.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import type { Logger } from './logger.ts';
import type { AuthorizationCode } from './oauth/index.ts';
import {
  type SubActionMaker,
  type SubActions,
  subAction,
  subActionParams,
  subActionRunner,
} from './sub-action.ts';
import type { TemplateRenderer } from './template/index.ts';

export type LicenseType = 'basic' | 'standard' | 'gold' | 'platinum' | 'enterprise' | 'trial';

/** Which parts of a system may use a type; `supported_feature_ids` in the API. */
export type FeatureId =
  | 'alerting'
  | 'cases'
  | 'uptime'
  | 'siem'
  | 'endpointSecurity'
  | 'generativeAIForSecurity'
  | 'generativeAIForObservability'
  | 'generativeAIForSearchPlayground'
  | 'workflows'
  | 'agentBuilder';

/** What the hooks around saving a connector are given. `secrets` is absent after a delete. */
export interface HookContext {
  connectorId: string;
  config: unknown;
  secrets?: unknown;
  log: Logger;
  elasticsearch: Elasticsearch;
  isUpdate: boolean;
}

/** A connector that could be, for reference pages and tests. It validates; the hosts that it names need not exist. */
export interface ConnectorExample {
  /** Its name. */
  name: string;
  config?: unknown;
  secrets?: unknown;
  /** Of one run. A type with sub-actions may give several. */
  params: Record<string, unknown> | readonly Record<string, unknown>[];
}

/** Where a rule was made, and by which part of a system its type is. */
export interface RuleOrigin {
  consumer?: string;
  producer?: string;
}

/** What a rule knows where it runs a system action. Alerts are their documents. */
export interface RuleFacts {
  rule: { id: string; name: string; tags?: readonly string[]; url?: string | undefined } & RuleOrigin;
  alerts: Record<'new' | 'ongoing' | 'recovered', readonly Readonly<Record<string, unknown>>[]>;
}

export interface RuleAction {
  params: z.ZodType;
  /** `given` is what `params` made of it. */
  toParams(given: unknown, facts: RuleFacts): Record<string, unknown>;
  /** What whoever saves such a rule must be allowed, as `privileges` of the type. */
  privileges?(rule: RuleOrigin): readonly string[];
}

/** Something that people are told by the system itself, such as that a connector is failing. */
export interface Notice {
  text: string;
  /** The same for what began and for its end. */
  key: string;
  /** What began under this key has ended. */
  isOver: boolean;
}

/** Everything about a type except what its schemas make typed. */
interface ConnectorTypeFacts {
  /** With its leading dot. */
  id: string;
  name: string;
  description?: string;
  /** The vendor's page. */
  docsUrl?: string;
  minimumLicense: LicenseType;
  features: readonly FeatureId[];
  subFeature?: 'endpointSecurity';
  /**
   * Of a type with a sub-feature: the sub-actions that its privilege is enough for when they are asked for over HTTP. The
   * others then take a superuser; rules and the like run them all. Left out: it is enough for any.
   */
  directSubActions?: readonly string[];
  isSystemActionType?: boolean;
  allowMultipleSystemActions?: boolean;
  /** Of a system type that rules use: what a rule's action gives, and the params that become of it. */
  ruleAction?: RuleAction;
  /**
   * Of a system type: what whoever a run is for must be allowed in its space besides running it, such as
   * `cases:observability/createCase`. Its error's text is that of a 403.
   */
  privileges?(params: Readonly<Record<string, unknown>>): readonly string[];
  /** The params of a notice, for a type that can tell one with no more than this. Left out: whoever wants one says them. */
  noticeParams?(notice: Notice): Record<string, unknown>;
  /** Of a type that cases are pushed by. */
  caseIncident?: CaseIncident;
  isDeprecated?: boolean;
  /**
   * Whether a connector with this config should be replaced by one with another. Asked whenever a connector is shown: the
   * config of a preconfigured one has been validated by nobody then. Left out: none should.
   */
  isConnectorDeprecated?(config: Readonly<Record<string, unknown>>): boolean;
  isExperimental?: boolean;
  source?: 'stack' | 'spec' | 'yml';
  /** Needed of a built-in type. */
  example?: ConnectorExample;
  /** Its connectors may use the OAuth authorization code flow, which they choose by `authType`. */
  authorizationCode?: AuthorizationCode;
  /** What results are named by, in place of the connector's id. */
  actionId?: string;
  /** Background attempts in all; left out: the configured default. */
  maxAttempts?: number;
  hooks?: {
    /** Its error is the answer; nothing is saved. */
    preSave?(context: HookContext): Promise<void>;
    /** Its error is logged only. */
    postSave?(context: HookContext & { wasSuccessful: boolean }): Promise<void>;
    /** Its error is logged only. */
    postDelete?(context: HookContext): Promise<void>;
    /**
     * Asked when connectors are listed: for which of these configs, of preconfigured connectors, there is what they stand for.
     * The others are not listed. After an error all are.
     */
    whichExist?(
      configs: readonly unknown[],
      context: { elasticsearch: Elasticsearch; signal: AbortSignal },
    ): Promise<readonly boolean[]>;
  };
}

type Validators<Config, Secrets, Params> = {
  config?(config: Config, context: ValidationContext): void;
  secrets?(secrets: Secrets, context: ValidationContext): void;
  /** Config and secrets beside each other. */
  connector?(
    connector: {
      config: Config;
      secrets: Secrets;
      /** As a caller gave them, before the schema filled in what was left out; absent where nobody gives any. */
      givenSecrets?: unknown;
    },
    context: ValidationContext,
  ): void;
  /** Before every run. */
  params?(params: Params, context: ValidationContext): void;
};

/** Whose params are rendered, for a type that builds them from more than templates. */
export interface RenderContext {
  connectorId: string;
  /** The variables as they are, not prepared for templates. */
  variables: Record<string, unknown>;
  now(): Date;
}

type RenderParams = (
  params: Record<string, unknown>,
  render: TemplateRenderer,
  /** Left out: a connector that is like any other of its type. */
  context?: RenderContext,
) => Record<string, unknown>;

/** A connector type as the engine handles it: one shape for plain and for sub-action types. */
export interface ConnectorType extends ConnectorTypeFacts {
  config: z.ZodType;
  secrets: z.ZodType;
  params: z.ZodType;
  /** What each named action wants, for a type that has them; null: anything. Checked when the action runs. */
  subActions?: Readonly<Record<string, z.ZodType | null>>;
  /** Run after the schemas, in this order, on create, on update and before every run; those of params before a run. */
  validate: Validators<unknown, unknown, unknown>;
  /** How the params of a rule's action are rendered. */
  renderParams: RenderParams;
  /** Returns the answer's `data` (undefined: none); throws `ActionError`, or anything else. */
  execute(context: ActionContext): Promise<unknown>;
}

interface Declaration<Config extends z.ZodType, Secrets extends z.ZodType, Params extends z.ZodType>
  extends ConnectorTypeFacts {
  config: Config;
  secrets: Secrets;
  validate?: Validators<z.output<Config>, z.output<Secrets>, z.output<Params>>;
  /** Left out: every string at any depth is rendered without escaping. */
  renderParams?: RenderParams;
}

/** A type with one action. */
export interface PlainDeclaration<
  Config extends z.ZodType,
  Secrets extends z.ZodType,
  Params extends z.ZodType,
> extends Declaration<Config, Secrets, Params> {
  params: Params;
  execute(
    context: ActionContext<z.output<Config>, z.output<Secrets>, z.output<Params>>,
  ): Promise<unknown> | unknown;
}

/** A type with several named actions, run with `{subAction, subActionParams}`. */
export interface SubActionDeclaration<Config extends z.ZodType, Secrets extends z.ZodType, Service>
  extends Declaration<Config, Secrets, typeof subActionParams> {
  /** Built anew for every run: state in it lives for one execution. */
  service?(context: ActionContext<z.output<Config>, z.output<Secrets>>): Service;
  subActions(
    action: SubActionMaker<z.output<Config>, z.output<Secrets>, Service>,
  ): SubActions<z.output<Config>, z.output<Secrets>, Service>;
}

/**
 * Declares a connector type. Everything else (validation, the types' list, forms, reference pages) reads this
 * declaration. A plain type has `params` and `execute`; a type with several named actions has `subActions`.
 */
export function defineConnectorType<
  Config extends z.ZodType,
  Secrets extends z.ZodType,
  Params extends z.ZodType,
>(declaration: PlainDeclaration<Config, Secrets, Params>): ConnectorType;
export function defineConnectorType<Config extends z.ZodType, Secrets extends z.ZodType, Service = undefined>(
  declaration: SubActionDeclaration<Config, Secrets, Service>,
): ConnectorType;
export function defineConnectorType(
  declaration:
    | PlainDeclaration<z.ZodType, z.ZodType, z.ZodType>
    | SubActionDeclaration<z.ZodType, z.ZodType, unknown>,
): ConnectorType {
  if (!declaration.id.startsWith('.'))
    throw new TypeError(`connector type id "${declaration.id}" must start with a dot`);
  const { validate = {}, renderParams = (params, render) => render.deep(params, 'none') } = declaration;
  if ('execute' in declaration) {
    const { execute } = declaration;
    return { ...declaration, validate, renderParams, execute: async (context) => execute(context) };
  }
  const { service, subActions: declare, ...rest } = declaration;
  const subActions = declare(subAction);
  return {
    ...rest,
    validate,
    renderParams,
    params: subActionParams,
    subActions: Object.fromEntries(Object.entries(subActions).map(([name, { params }]) => [name, params])),
    execute: subActionRunner(subActions, service),
  };
}
