import { z } from 'zod';
import { clientAround, type HttpCall } from '../../http/index.ts';
import { type AuthContext, defineAuthType } from './auth-type.ts';
import { secret } from './field.ts';
import { wholeCall } from './whole-call.ts';

type Secrets = { accessKeyId: string; secretAccessKey: string };

/**
 * A key pair of AWS. Requests to its hosts are signed with Signature Version 4, by AWS's own library; others are sent as
 * they are. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export const awsCredentials = defineAuthType({
  id: 'aws_credentials',
  title: 'AWS credentials',
  fields: z.strictObject({
    accessKeyId: secret('Access key ID'),
    secretAccessKey: secret('Secret access key'),
  }),
  client: ({ http, now, secrets }) =>
    clientAround(http, async (call, send) => {
      const scope = scopeOf(new URL(call.url).hostname);
      return send(scope === undefined ? call : await signed(call, scope, { now, secrets }));
    }),
});

interface Scope {
  service: string;
  region: string;
}

/** Of `lambda.eu-west-1.amazonaws.com`, or of a thing in a service: `bucket.s3.eu-west-1.amazonaws.com`. */
function scopeOf(hostname: string): Scope | undefined {
  const [, service, region] = /([a-z0-9-]+)\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(hostname) ?? [];
  return service === undefined || region === undefined ? undefined : { service, region };
}

async function signed(
  call: HttpCall,
  { service, region }: Scope,
  { now, secrets }: Pick<AuthContext<Secrets>, 'now' | 'secrets'>,
): Promise<HttpCall> {
  const { url, body, options } = wholeCall(call, 'AWS');
  // Only now: most processes never sign one.
  const [{ SignatureV4 }, { Sha256 }] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@smithy/core/checksum'),
  ]);
  const isS3 = service === 's3';
  const signer = new SignatureV4({
    service,
    region,
    credentials: secrets,
    sha256: Sha256,
    // S3 wants the checksum in a header, and its paths as they are.
    applyChecksum: isS3,
    uriEscapePath: !isS3,
  });
  const { host, hostname, protocol, pathname, searchParams } = url;
  const request = await signer.sign(
    {
      method: call.method,
      protocol,
      hostname,
      path: pathname,
      query: Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)])),
      headers: { ...options.headers, host },
      body,
    },
    { signingDate: now() },
  );
  // Whoever sends it names the host.
  const { host: _host, ...headers } = request.headers;
  return { method: call.method, url: url.href, options: { ...options, headers } };
}
