export { type KeyFile, readOrCreateKeyFile } from './key-file.ts';
export { type Descriptor, isVaultInUse, openVault, type Vault } from './vault.ts';
