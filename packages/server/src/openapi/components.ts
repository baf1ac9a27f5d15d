import { z } from 'zod';
import {
  callerAnswer,
  invalidatedApiKeysAnswer,
  newApiKeyAnswer,
  roleAnswer,
  userAnswer,
} from '../wire/access-answers.ts';
import {
  accessTokenAnswer,
  authorizationStartAnswer,
  authorizationStatusAnswer,
  connectorAnswer,
  connectorSettingsAnswer,
  connectorSpecAnswer,
  connectorTypeAnswer,
  executionResultAnswer,
  listedConnectorAnswer,
} from '../wire/connector-answers.ts';
import {
  deliveriesChangedAnswer,
  deliveryAnswer,
  deliveryListAnswer,
  enqueuedAnswers,
} from '../wire/delivery-answers.ts';
import { errorAnswer } from '../wire/error-answer.ts';
import {
  healthAnswer,
  keyRotationAnswer,
  sealedCountAnswer,
  spaceAnswer,
  statusAnswer,
} from '../wire/system-answers.ts';

/** The schemas that the document names, by name. */
export const components = {
  error: errorAnswer,
  connector: connectorAnswer,
  listed_connector: listedConnectorAnswer,
  connector_list: z.array(listedConnectorAnswer),
  connector_type: connectorTypeAnswer,
  connector_type_list: z.array(connectorTypeAnswer),
  connector_spec: connectorSpecAnswer,
  connector_settings: connectorSettingsAnswer,
  execution_result: executionResultAnswer,
  enqueued_deliveries: enqueuedAnswers,
  delivery: deliveryAnswer,
  delivery_list: deliveryListAnswer,
  deliveries_changed: deliveriesChangedAnswer,
  access_token: accessTokenAnswer,
  authorization_start: authorizationStartAnswer,
  authorization_status: authorizationStatusAnswer,
  name_list: z.array(z.string()),
  space: spaceAnswer,
  space_list: z.array(spaceAnswer),
  role: roleAnswer,
  role_list: z.array(roleAnswer),
  user: userAnswer,
  user_list: z.array(userAnswer),
  caller: callerAnswer,
  new_api_key: newApiKeyAnswer,
  invalidated_api_keys: invalidatedApiKeysAnswer,
  key_rotation: keyRotationAnswer,
  sealed_count: sealedCountAnswer,
  status: statusAnswer,
  health: healthAnswer,
} satisfies Record<string, z.ZodType>;
