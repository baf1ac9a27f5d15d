import { type ConnectorType, defineConnectorType, type PlainDeclaration } from '@patchbay/kit';
import { z } from 'zod';

const config = z.strictObject({ url: z.string(), size: z.int().default(1) });
const secrets = z.strictObject({ token: z.string(), spare: z.string().optional() });
const params = z.strictObject({ message: z.string() });

export type NoteType = PlainDeclaration<typeof config, typeof secrets, typeof params>;

/** A made-up type: a note with a message. What a test is about is given; `execute` answers nothing by default. */
export function noteType(facts: Partial<NoteType> = {}): ConnectorType {
  return defineConnectorType<typeof config, typeof secrets, typeof params>({
    id: '.note',
    name: 'Note',
    minimumLicense: 'basic',
    features: ['alerting'],
    config,
    secrets,
    params,
    execute: () => undefined,
    ...facts,
  });
}
