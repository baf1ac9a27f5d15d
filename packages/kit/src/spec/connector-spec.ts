import type { z } from 'zod';
import type { ActionContext } from '../action-context.ts';
import type { ConnectorExample, FeatureId, LicenseType } from '../connector-type.ts';
import type { HttpClient, HttpResponse } from '../http/index.ts';
import type { AuthDefaults, AuthTypeId } from './auth/index.ts';

/** What a handler is given. Every request of `client` is authenticated by the connector's secrets. */
export interface SpecContext<Config>
  extends Pick<ActionContext, 'connector' | 'deliveryId' | 'log' | 'now' | 'signal'> {
  client: HttpClient;
  config: Config;
  secrets: Readonly<Record<string, unknown>>;
}

/** One named action. Its input is checked before the run begins; what it returns is the answer's `data`. */
export interface SpecAction<Config, Input extends z.ZodType> {
  description?: string;
  input: Input;
  handler(context: SpecContext<Config>, input: z.output<Input>): Promise<unknown> | unknown;
}

/** Whether the service can be reached with these credentials, and what it says. */
export interface SpecTestResult {
  ok: boolean;
  message?: string;
}

/** An auth type, by its id alone or with values for its fields. */
export type SpecAuthType =
  | AuthTypeId
  | {
      type: AuthTypeId;
      /** Of its fields; those that have one may be left out of the secrets. */
      defaults?: AuthDefaults;
      /** What the choice is called. */
      label?: string;
    };

export interface SpecMetadata {
  /** With its leading dot; letters, digits, `.`, `_` and `-`, at most 64 characters. */
  id: string;
  displayName: string;
  description: string;
  /** The vendor's page. */
  docsUrl?: string;
  minimumLicense: LicenseType;
  supportedFeatureIds: readonly FeatureId[];
  isTechnicalPreview?: boolean;
}

/** A connector type to an HTTP service, said in one place. */
export interface ConnectorSpec<Schema extends z.ZodObject, Inputs extends Record<string, z.ZodType>> {
  metadata: SpecMetadata;
  auth?: {
    /** One is chosen by the secrets' `authType`. Left out or empty: the service wants no authentication. */
    types?: readonly SpecAuthType[];
    /** Sent with every request, whatever the auth type. */
    headers?: Readonly<Record<string, string>>;
  };
  /** The config. Left out: it has no fields. */
  schema?: Schema;
  /** Fields of the config whose URLs must be of allowed hosts. */
  validateUrls?: { fields: readonly (keyof z.output<Schema> & string)[] };
  actions: {
    [Name in keyof Inputs & string]: SpecAction<z.output<Schema>, Inputs[Name]>;
  };
  /** Is the action `test`, without params. */
  test?: {
    description?: string;
    handler(context: SpecContext<z.output<Schema>>): Promise<SpecTestResult> | SpecTestResult;
  };
  /** The vendor's reason in an answer that is a failure; undefined: it gives none. */
  failureText?(response: HttpResponse): string | undefined;
  /** Needed of a built-in type. */
  example?: ConnectorExample;
}
