import {
  type ActionResult,
  type ConnectorType,
  type ValidationContext,
  ValidationError,
  validateConfig,
  validateConnector,
  validateParams,
  validateSecrets,
} from '@patchbay/kit';
import type { Connector } from '../catalog/index.ts';

export interface Input {
  config: unknown;
  secrets: unknown;
  params: unknown;
}

/** The validated input of a run. A refusal is a result. */
export type ReadInput = (
  type: ConnectorType,
  connector: Connector,
  secrets: unknown,
  params: unknown,
) => Input | ActionResult;

export function inputReader(validation: ValidationContext): ReadInput {
  /** Validated configs. A connector is the same object until it changes. */
  const configs = new WeakMap<Connector, unknown>();

  /** Params first, then config, secrets and the two together. */
  return (type, connector, secrets, params) => {
    const refused = (error: unknown, errorSource: 'user' | 'framework'): ActionResult => {
      if (!(error instanceof ValidationError)) throw error;
      return { actionId: connector.id, status: 'error', message: error.message, retry: false, errorSource };
    };
    let parsedParams: unknown;
    try {
      parsedParams = validateParams(type, params, validation);
    } catch (error) {
      return refused(error, 'user');
    }
    try {
      const config = configs.get(connector) ?? validateConfig(type, connector.config, validation);
      configs.set(connector, config);
      const input = { config, secrets: validateSecrets(type, secrets, validation), params: parsedParams };
      validateConnector(type, input, validation);
      return input;
    } catch (error) {
      return refused(error, 'framework');
    }
  };
}
