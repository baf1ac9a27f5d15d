export { countSealed, type Rotation, rotateKeys, type SealedType, sealedTypes } from './rotate-keys.ts';
