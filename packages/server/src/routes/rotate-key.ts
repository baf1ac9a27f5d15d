import { BadRequestError, TooManyRequestsError } from '@patchbay/engine/errors';
import { countSealed, rotateKeys, sealedTypes } from '@patchbay/engine/key-rotation';
import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import type { System } from '../system.ts';
import { authorizeSecurity } from './security/access.ts';

const MAX_BATCH = 10_000;

const querystring = z.strictObject({
  batch_size: z.coerce.number().int().min(100).max(MAX_BATCH).default(MAX_BATCH),
  type: z.enum(sealedTypes).optional(),
});

/** Everything sealed under a former key is sealed anew under the present one. */
export function rotateKeyRoutes(app: App, { store, vault, log }: System): void {
  const config = { access: 'public' } as const;
  let isRotating = false;

  app.post(
    '/api/encrypted_saved_objects/_rotate_key',
    { schema: { querystring }, config: { ...config, audit: 'encryption_key_rotate' } },
    async (request) => {
      authorizeSecurity(request);
      if (!vault.hasFormerKeys) {
        throw new BadRequestError(
          'Kibana is not configured to support encryption key rotation. Update `kibana.yml` to include `xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys` to rotate your encryption keys.',
        );
      }
      if (isRotating) throw new TooManyRequestsError('Encryption key rotation is in progress already.');
      isRotating = true;
      try {
        const { batch_size: batchSize, type } = request.query;
        return await rotateKeys({ store, vault, log, batchSize, type });
      } finally {
        isRotating = false;
      }
    },
  );

  app.get('/api/patchbay/keys', { config }, async (request) => {
    authorizeSecurity(request);
    const { total, otherwise } = await countSealed(store, vault);
    return { total, under_former_keys: otherwise, is_rotating: isRotating };
  });
}
