import {
  type Case,
  type CaseRecord,
  type Cases,
  type Logger,
  messageOf,
  type StoredCaseRecord,
} from '@patchbay/kit';
import { type Group, groupsOf, together } from './grouping.ts';
import { caseId, type GroupFacts, recordId } from './ids.ts';
import { newCase } from './new-case.ts';
import type { RunParams } from './schema.ts';
import { hasPassed } from './time-window.ts';

/** The most that a case may have. */
const ALERTS_MAX = 1000;

/** How many cases are attached to, or pushed, at once. */
const AT_ONCE = 5;

export interface CasesRun {
  params: RunParams;
  cases: Cases;
  spaceId: string;
  log: Logger;
  now(): Date;
}

/** A group with what is remembered of it. */
interface Remembered {
  group: Group;
  facts: GroupFacts;
  record: StoredCaseRecord;
}

type Opened = Remembered & { theCase: Case };

/** From alerts to cases. May be done again from its beginning at whatever point it failed. */
export async function openCases(run: CasesRun): Promise<void> {
  const groups = withinMaximum(groupsOf(run.params), run);
  if (groups.length === 0) return;
  const remembered = await advance(await remember(groups, run), run);
  const opened = await reopenOrReplace(await casesFor(remembered, run), run);
  await attach(opened, run);
  await push(opened, run);
}

function withinMaximum(groups: Group[], { params, log }: CasesRun): Group[] {
  const { maximumCasesToOpen, rule } = params;
  if (groups.length <= maximumCasesToOpen) return groups;
  log.warn(
    `[CasesConnector] the alerts of rule "${rule.id}" make ${groups.length} groups, more than the ${maximumCasesToOpen} cases that it may open: all go to one case`,
  );
  return [together(groups)];
}

/** Reads what is remembered of each group, and begins to remember those that are new. */
async function remember(groups: readonly Group[], { params, cases, spaceId, now }: CasesRun) {
  const { rule, owner } = params;
  const known = groups.map((group) => {
    const facts = { ruleId: rule.id, spaceId, owner, grouping: group.grouping };
    return { group, facts, id: recordId(facts) };
  });
  const found = await cases.records.get(known.map(({ id }) => id));
  const missing = known
    .filter(({ id }) => !found.some((record) => record.id === id))
    .map(
      ({ id, group: { grouping } }): CaseRecord => ({
        id,
        counter: 1,
        rules: [{ id: rule.id }],
        grouping,
        createdAt: now().toISOString(),
        updatedAt: null,
      }),
    );
  const all = [...found, ...(missing.length === 0 ? [] : await cases.records.create(missing))];
  return known.flatMap(({ group, facts, id }): Remembered[] => {
    const record = all.find((each) => each.id === id);
    return record === undefined ? [] : [{ group, facts, record }];
  });
}

/** Goes on to the next case where the window of the present one has passed. */
async function advance(remembered: readonly Remembered[], run: CasesRun): Promise<Remembered[]> {
  const advanced: Remembered[] = [];
  for (const each of remembered) {
    const { updatedAt, createdAt } = each.record;
    const isOver = hasPassed(updatedAt ?? createdAt, run.params.timeWindow, run.now());
    advanced.push(isOver ? await withNextCounter(each, run) : each);
  }
  return advanced;
}

async function withNextCounter(each: Remembered, { cases, now }: CasesRun): Promise<Remembered> {
  const { record } = each;
  const next = { ...record, counter: record.counter + 1, updatedAt: now().toISOString() };
  return { ...each, record: await cases.records.update(next) };
}

/** The case of each group; one that is not there, because it never was or somebody has deleted it, is made. */
async function casesFor(remembered: readonly Remembered[], { params, cases }: CasesRun): Promise<Opened[]> {
  if (remembered.length === 0) return [];
  const known = remembered.map((each) => ({ ...each, id: caseId(each.facts, each.record.counter) }));
  const found = await cases.get(known.map(({ id }) => id));
  const missing = known.filter(({ id }) => !found.some((theCase) => theCase.id === id));
  if (missing.length > 0) {
    const configuration = await cases.configuration(params.owner);
    const { canBeAssigned } = cases;
    const created = await cases.create(
      missing.map(({ id, group, record: { counter } }) => ({
        id,
        ...newCase({ params, group, counter, configuration, canBeAssigned }),
      })),
    );
    found.push(...created);
  }
  return known.flatMap(({ id, ...each }): Opened[] => {
    const theCase = found.find((one) => one.id === id);
    return theCase === undefined ? [] : [{ ...each, theCase }];
  });
}

/** What is closed is opened again, or another takes its place. What is closed even then is left alone. */
async function reopenOrReplace(opened: readonly Opened[], run: CasesRun): Promise<Opened[]> {
  const closed = opened.filter(({ theCase }) => theCase.status === 'closed');
  if (closed.length === 0) return [...opened];
  const instead = run.params.reopenClosedCases ? await reopen(closed, run) : await replace(closed, run);
  return [...opened, ...instead].filter(({ theCase }) => theCase.status !== 'closed');
}

async function reopen(closed: readonly Opened[], { cases }: CasesRun): Promise<Opened[]> {
  const reopened = await cases.update(
    closed.map(({ theCase: { id, version } }) => ({ id, version, status: 'open' })),
  );
  return closed.flatMap((each) => {
    const theCase = reopened.find(({ id }) => id === each.theCase.id);
    return theCase === undefined ? [] : [{ ...each, theCase }];
  });
}

async function replace(closed: readonly Opened[], run: CasesRun): Promise<Opened[]> {
  const next: Remembered[] = [];
  for (const { theCase, ...each } of closed) next.push(await withNextCounter(each, run));
  return casesFor(next, run);
}

async function attach(opened: readonly Opened[], { params, cases, log }: CasesRun): Promise<void> {
  const hasRoom = ({ theCase, group }: Opened) => theCase.totalAlerts + group.alerts.length <= ALERTS_MAX;
  const full = opened.filter((each) => !hasRoom(each));
  if (full.length > 0) {
    const ids = full.map(({ theCase }) => theCase.id).join(',');
    const total = full.reduce((sum, { group }) => sum + group.alerts.length, 0);
    log.warn(
      `Cases with ids "${ids}" contain more than ${ALERTS_MAX} alerts. The new alerts will not be attached to the cases. Total new alerts: ${total}`,
    );
  }
  const { owner, source } = params;
  const rule =
    source === 'attack' ? { id: null, name: null } : { id: params.rule.id, name: params.rule.name };
  await someAtOnce(opened.filter(hasRoom), ({ theCase, group: { alerts, comments } }) =>
    cases.attach(theCase.id, [
      ...comments.map((comment) => ({ type: 'user' as const, comment, owner })),
      {
        type: 'alert',
        alertId: alerts.map(({ _id }) => String(_id)),
        index: alerts.map(({ _index }) => String(_index)),
        rule,
        owner,
      },
    ]),
  );
}

/** A push that fails is no failure of the run: the case is there. */
async function push(opened: readonly Opened[], { params, cases, log }: CasesRun): Promise<void> {
  if (params.autoPushCase !== true) return;
  await someAtOnce(opened, async ({ theCase: { id, connector } }) => {
    try {
      await cases.push(id, connector.id);
    } catch (error) {
      log.debug(`Failed to auto-push case (id: ${id}): ${messageOf(error)}`);
    }
  });
}

async function someAtOnce<T>(list: readonly T[], work: (each: T) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < list.length; start += AT_ONCE) {
    await Promise.all(list.slice(start, start + AT_ONCE).map(work));
  }
}
