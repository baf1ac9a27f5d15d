import { type Role, withoutDeprecated } from '@patchbay/engine/access';

/** Which part of a role was written for former versions of features is told in their own names, or in today's. */
export function roleAnswer(
  { name, description, metadata, elasticsearch, kibana }: Role,
  { replacesDeprecated = false } = {},
) {
  return {
    name,
    ...(description !== undefined && { description }),
    metadata,
    transient_metadata: { enabled: true },
    elasticsearch,
    kibana: kibana.map(({ base, feature, spaces }) => ({
      base,
      feature: replacesDeprecated ? withoutDeprecated(feature) : feature,
      spaces,
    })),
    _transform_error: [],
    _unrecognized_applications: [],
  };
}
