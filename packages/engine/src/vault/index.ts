export { isSealed } from './cipher.ts';
export { type KeyFile, readOrCreateKeyFile } from './key-file.ts';
export {
  createSecretReferences,
  isSecretReference,
  SecretReferenceError,
  type SecretReferences,
  withReferences,
} from './secret-references.ts';
export { type Descriptor, isVaultInUse, openVault, type Vault } from './vault.ts';
