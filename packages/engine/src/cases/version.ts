/** A version as clients see it, in the shape that the reference has for them. */
export function versionOf(version: number): string {
  return Buffer.from(JSON.stringify([version, 1])).toString('base64');
}
