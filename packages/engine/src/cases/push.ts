import type { ActionResult, Case } from '@patchbay/kit';
import { z } from 'zod';
import { can, ensureMayWithConnector } from '../access/index.ts';
import type { Catalog } from '../catalog/index.ts';
import { BadRequestError, ForbiddenError, NotFoundError } from '../errors/index.ts';
import type { Execution } from '../execution/index.ts';
import type { StoredAttachment, StoredCase } from '../store/index.ts';
import { activityOf, type Deed, type Doing } from './activity.ts';
import { attachmentOf } from './attachment.ts';
import { type CaseWithComments, caseOf } from './case-calls.ts';
import { CasesError, doing } from './cases-error.ts';
import { inStatus } from './changed-case.ts';
import { conflict, type Desk, doingOf, MAX_ATTEMPTS, theCaseFor } from './desk.ts';
import { type PushFacts, pushOf, toldBy } from './incident.ts';

export interface PushMeans {
  catalog: Pick<Catalog, 'resolve' | 'types'>;
  run: Execution['run'];
  /** Where people reach this server, without a trailing slash. */
  publicBaseUrl: string | undefined;
}

/** What every type that cases are pushed by answers. */
const pushed = z.object({ id: z.string(), title: z.string(), url: z.string() });

const APPS: Record<Case['owner'], string> = {
  cases: 'management/insightsAndAlerting',
  observability: 'observability',
  securitySolution: 'security',
};

export function pushCase(
  desk: Desk,
  means: PushMeans,
  { caseId, connectorId }: { caseId: string; connectorId: string },
): Promise<CaseWithComments> {
  return doing('Failed to push case', async () => {
    const theCase = await theCaseFor(desk, 'pushCase', caseId);
    const { connector, incident } = await pushable(desk, means, connectorId);
    const { attachments } = await desk.store.attachments({ caseId });
    const last = await lastPush(desk, caseId, connectorId);
    const facts: PushFacts = {
      theCase: caseOf(theCase),
      attachments,
      last,
      url: urlOf(theCase, means.publicBaseUrl),
    };
    const { caller, spaceId } = desk;
    const result = await means.run({
      spaceId,
      connectorId,
      params: { subAction: 'pushToService', subActionParams: pushOf(facts, incident) },
      source: {
        kind: 'saved_object',
        object: { type: 'cases', id: caseId },
        user: { name: caller.username, id: caller.profileUid },
        ...(caller.apiKey !== undefined && { apiKey: caller.apiKey }),
      },
      signal: new AbortController().signal,
    });
    const external = externalOf(result);
    const told = new Set(toldBy(attachments, last).map(({ id }) => id));
    return keep(desk, caseId, told, (current, done) => ({
      ...current,
      externalService: {
        connectorId,
        connectorName: connector.name,
        externalId: external.id,
        externalTitle: external.title,
        externalUrl: external.url,
        pushedAt: done.at,
        pushedBy: done.user,
      },
    }));
  });
}

/** The connector, if the caller may run it and cases can be pushed by it. */
async function pushable({ caller, spaceId }: Desk, { catalog }: PushMeans, connectorId: string) {
  if (!can(caller, 'execute', spaceId)) throw new ForbiddenError('Unauthorized to execute actions');
  const connector = (await catalog.resolve(spaceId, connectorId))?.connector;
  if (connector === undefined) throw new NotFoundError(`Saved object [action/${connectorId}] not found`);
  ensureMayWithConnector(caller, connector, 'execute');
  const incident = catalog.types.find(connector.typeId)?.caseIncident;
  if (incident === undefined) {
    throw new BadRequestError(`Cases cannot be pushed by connectors of the type ${connector.typeId}`);
  }
  return { connector, incident };
}

async function lastPush({ store }: Desk, caseId: string, connectorId: string): Promise<PushFacts['last']> {
  const { activity } = await store.activity({ caseId, types: ['pushed'], order: 'desc' });
  for (const { payload, createdAt } of activity) {
    const { externalService } = payload as { externalService: Case['externalService'] };
    if (externalService?.connectorId !== connectorId) continue;
    return { externalId: externalService.externalId, at: createdAt };
  }
  return undefined;
}

function urlOf({ id, owner, spaceId }: StoredCase, base: string | undefined): string | undefined {
  if (base === undefined) return undefined;
  const space = spaceId === 'default' ? '' : `/s/${spaceId}`;
  return `${base}${space}/app/${APPS[owner]}/cases/${encodeURIComponent(id)}`;
}

function externalOf(result: ActionResult): z.output<typeof pushed> {
  const failure = (text: string | undefined) => new CasesError(424, text || 'Error pushing to service');
  if (result.status === 'error') throw failure(result.serviceMessage ?? result.message);
  const read = pushed.safeParse(result.data);
  if (!read.success) throw failure(undefined);
  return read.data;
}

/** Writes down a push that has happened, also where somebody changed the case meanwhile. */
async function keep(
  desk: Desk,
  caseId: string,
  told: ReadonlySet<string>,
  withPush: (theCase: StoredCase, done: Doing) => StoredCase,
): Promise<CaseWithComments> {
  const { store, spaceId } = desk;
  for (let made = 0; made < MAX_ATTEMPTS; made++) {
    const done = doingOf(desk);
    const [current] = await store.get(spaceId, [caseId]);
    if (current === undefined) break;
    const { attachments } = await store.attachments({ caseId });
    const [configuration] = await store.configurations(spaceId, [current.owner]);
    const after = closedByPush(
      withPush({ ...current, updatedAt: done.at, updatedBy: done.user }, done),
      configuration?.closureType === 'close-by-pushing',
      done,
    );
    const lost = await store.commit(spaceId, {
      update: [after],
      updateAttachments: attachments.filter(({ id }) => told.has(id)).map((each) => asPushed(each, done)),
      activity: activityOf(current, deedsOf(current, after), done),
    });
    if (lost !== undefined) continue;
    const { attachments: comments } = await store.attachments({ caseId });
    return {
      theCase: caseOf({ ...after, version: after.version + 1 }),
      comments: comments.map(attachmentOf),
    };
  }
  throw conflict(caseId);
}

function closedByPush(theCase: StoredCase, closes: boolean, done: Doing): StoredCase {
  return closes && theCase.status !== 'closed' ? inStatus(theCase, 'closed', done) : theCase;
}

function asPushed(attachment: StoredAttachment, { at, user }: Doing): StoredAttachment {
  return { ...attachment, pushedAt: at, pushedBy: user };
}

function deedsOf(before: StoredCase, after: StoredCase): Deed[] {
  const closed: Deed = { type: 'status', action: 'update', payload: { status: after.status } };
  return [
    {
      type: 'pushed',
      action: 'push_to_service',
      payload: { externalService: after.externalService },
    },
    ...(before.status === after.status ? [] : [closed]),
  ];
}
