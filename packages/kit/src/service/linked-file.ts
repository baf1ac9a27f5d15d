import { StreamedData } from '../streamed-data.ts';
import type { FailureReading, ServiceContext } from './service-call.ts';
import { serviceStreamer } from './service-stream.ts';
import { ensureAllowed, ensureHttpUrl } from './service-url.ts';

/** Object stores, and what stands before them, refuse a GET that has one. */
const NO_BODY = new Uint8Array();

/**
 * The file that a service's answer links to, passed on as it arrives. Whoever knows such a link may read the file: texts and
 * log lines have its origin only, which `reading` is given, and nothing of the connector's goes there.
 */
export async function linkedFile(
  context: ServiceContext,
  link: string,
  reading: (shownUrl: string) => FailureReading,
): Promise<StreamedData> {
  ensureHttpUrl(link);
  const shown = `${new URL(link).origin}/[redacted]`;
  ensureAllowed(shown, context.allowedHosts, 'error configuring connector action');
  const stream = serviceStreamer(context, reading(shown));
  const { body, headers } = await stream({ url: link, isUrlSecret: true, bytes: NO_BODY });
  return new StreamedData(body, headers['content-type'] ?? 'application/octet-stream');
}
