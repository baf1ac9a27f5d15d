/** How often an open session is kept from ending: the service ends one that is not used for ten minutes. */
const REFRESH_EVERY_MS = 5 * 60_000;
/** A session that is not used any longer is left to end. */
const IDLE_AFTER_MS = 10 * 60_000;

const ROOT = '/real-time-response/combined';

/** The part of the service that a session needs: sends JSON and gives the answer. */
type Post = (path: string, body: object) => Promise<unknown>;

/**
 * Opens a batch session on hosts, and keeps it open while `work` goes on; nothing of it outlives that. A session is never
 * closed: it ends by itself.
 */
export async function inRtrSession<Answer>(
  post: Post,
  hostIds: unknown,
  work: (batchId: unknown) => Promise<Answer>,
): Promise<Answer> {
  const batchId = batchIdIn(await post(`${ROOT}/batch-init-session/v1`, { host_ids: hostIds }));
  const refresh = () => {
    // A session that could not be refreshed is the command's to notice.
    post(`${ROOT}/batch-refresh-session/v1`, { batch_id: batchId }).catch(() => {});
  };
  const idle = setTimeout(() => clearInterval(refreshing), IDLE_AFTER_MS);
  const refreshing = setInterval(refresh, REFRESH_EVERY_MS);
  try {
    return await work(batchId);
  } finally {
    clearTimeout(idle);
    clearInterval(refreshing);
  }
}

function batchIdIn(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'batch_id' in answer ? answer.batch_id : undefined;
}
