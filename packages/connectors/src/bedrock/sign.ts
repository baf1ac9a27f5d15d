/** What a request is signed with. */
export interface Signer {
  accessKey: string;
  secret: string;
  region: string;
}

export interface SignableRequest {
  /** As it will be sent. */
  url: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * The headers of a POST, signed for Bedrock with AWS Signature Version 4 by AWS's own library.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export async function signed(
  { url, headers, body }: SignableRequest,
  { accessKey, secret, region }: Signer,
  signingDate: Date,
): Promise<Record<string, string>> {
  // Only now: most processes never sign one.
  const [{ SignatureV4 }, { Sha256 }] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@smithy/core/checksum'),
  ]);
  const { host, hostname, protocol, pathname, search, searchParams } = new URL(url);
  const signer = new SignatureV4({
    service: 'bedrock',
    region,
    credentials: { accessKeyId: accessKey, secretAccessKey: secret },
    sha256: Sha256,
    applyChecksum: false,
  });
  const request = await signer.sign(
    {
      method: 'POST',
      protocol,
      hostname,
      path: pathname,
      ...(search !== '' && { query: queryOf(searchParams) }),
      headers: { ...headers, host },
      body,
    },
    { signingDate },
  );
  // Whoever sends it names the host.
  const { host: _host, ...rest } = request.headers;
  return rest;
}

function queryOf(params: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...params.keys()].map((name) => [name, params.getAll(name)]));
}
