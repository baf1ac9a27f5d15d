/** What the thread for age files is asked. */
export type AgeTask =
  | ({ kind: 'encrypt'; text: string } & ({ passphrase: string } | { recipients: readonly string[] }))
  | ({ kind: 'decrypt'; file: Uint8Array } & ({ passphrase: string } | { identities: readonly string[] }));

/** And what it answers. */
export type AgeAnswer =
  | { kind: 'done'; text: string }
  | { kind: 'noRecipient' | 'noIdentity' | 'notOpened' | 'tooCostly' | 'unreadable' };
