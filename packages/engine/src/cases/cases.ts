import type { Cases as CasesOfRun } from '@patchbay/kit';
import type { Principal } from '../access/index.ts';
import type { Catalog } from '../catalog/index.ts';
import type { Execution } from '../execution/index.ts';
import type { License } from '../licensing/index.ts';
import type { CaseStore, ReferenceStore } from '../store/index.ts';
import { attachmentCalls } from './attachment-calls.ts';
import { caseCalls } from './case-calls.ts';
import type { CasesClient } from './client.ts';
import { configurationCalls } from './configuration-calls.ts';
import type { Desk } from './desk.ts';
import { findCases } from './find.ts';
import { casesOfRun } from './of-run.ts';
import { pushCase } from './push.ts';

export interface Cases {
  clientOf(caller: Principal, spaceId: string): CasesClient;
  /** For a run that somebody is answered for. */
  ofRun(caller: Principal, spaceId: string): CasesOfRun;
}

export interface CasesOptions {
  store: { cases: CaseStore; references: ReferenceStore };
  catalog: Pick<Catalog, 'resolve' | 'types'>;
  license: License;
  publicBaseUrl: string | undefined;
  /** Runs the connectors that cases are pushed by. */
  run: Execution['run'];
  now(): Date;
}

export function createCases(options: CasesOptions): Cases {
  const { store, catalog, license, now } = options;

  function deskOf(caller: Principal, spaceId: string): Desk {
    return { caller, spaceId, store: store.cases, license, now };
  }

  function clientAt(desk: Desk): CasesClient {
    return {
      cases: caseCalls(desk),
      find: (given) => findCases(desk, given),
      attachments: attachmentCalls(desk),
      configuration: configurationCalls(desk, { catalog, references: store.references }),
      push: (given) => pushCase(desk, options, given),
    };
  }

  return {
    clientOf: (caller, spaceId) => clientAt(deskOf(caller, spaceId)),
    ofRun(caller, spaceId) {
      const desk = deskOf(caller, spaceId);
      return casesOfRun(desk, clientAt(desk));
    },
  };
}
