import { type ConnectorType, type OperatorSettings, withoutDisabledAuth } from '@patchbay/kit';
import { z } from 'zod';

/** What a form for connectors of a type needs: who it is, and its config and secrets as JSON Schema. */
export function connectorSpecAnswer(type: ConnectorType, settings: OperatorSettings) {
  const secrets = withoutDisabledAuth(type.secrets, settings);
  const schema = z.toJSONSchema(z.object({ config: type.config, secrets }), {
    unrepresentable: 'any',
    override: ({ jsonSchema }) => labelled(jsonSchema),
  });
  return {
    metadata: {
      id: type.id,
      displayName: type.name,
      description: type.description ?? '',
      docsUrl: type.docsUrl,
      minimumLicense: type.minimumLicense,
      supportedFeatureIds: type.features,
      isTechnicalPreview: type.isExperimental,
    },
    schema,
  };
}

/** Forms of the reference's clients read `label` and `helpText`. */
function labelled(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.title !== undefined) schema.label ??= schema.title;
  if (schema.description !== undefined) schema.helpText ??= schema.description;
}
