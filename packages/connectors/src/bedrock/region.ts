const DEFAULT_REGION = 'us-east-1';

/** The region that the connector's requests are signed for. */
export function regionOf({ apiUrl, region }: { apiUrl: string; region?: string | undefined }): string {
  return region || regionIn(new URL(apiUrl).hostname) || DEFAULT_REGION;
}

/** `<anything>.<region>.amazonaws.com`; endpoints inside a VPC have a `vpce` after their region, China a `.cn`. */
function regionIn(hostname: string): string | undefined {
  return /\.([^.]+?)(?:\.vpce)?\.amazonaws\.com(?:\.cn)?$/.exec(hostname)?.[1];
}
