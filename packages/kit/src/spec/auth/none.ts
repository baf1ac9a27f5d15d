import { z } from 'zod';
import { defineAuthType } from './auth-type.ts';

export const none = defineAuthType({
  id: 'none',
  title: 'None',
  fields: z.strictObject({}),
  client: ({ http }) => http,
});
