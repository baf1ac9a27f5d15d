export { createSpaces, DEFAULT_SPACE_ID, type Space, type Spaces } from './spaces.ts';
