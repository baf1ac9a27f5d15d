import { CASE_OWNERS } from '@patchbay/kit';
import { CASES_OPERATIONS, type PrivilegeSet } from '../access/index.ts';

/** The name under which Kibana registers its privileges in a cluster: of its index `.kibana`. */
export const APPLICATION = 'kibana-.kibana';

const EVERYWHERE = '*';
const toResource = (spaceId: string) => `space:${spaceId}`;

/** What a caller has to have in Elasticsearch, in the words of the actions that Kibana's privileges are made of. */
const READS = [
  'saved_object:action/get',
  'saved_object:action/find',
  'saved_object:action_task_params/create',
];
const WRITES = ['saved_object:action/create', 'saved_object:action/update', 'saved_object:action/delete'];
const ENDPOINT_SECURITY = 'api:actions:execute-endpoint-security-connectors';
const MANAGES_SPACES = 'space:manage';
const caseAction = (owner: string, operation: string) => `cases:${owner}/${operation}`;

const ACTIONS = [
  ...READS,
  ...WRITES,
  ENDPOINT_SECURITY,
  MANAGES_SPACES,
  ...CASE_OWNERS.flatMap((owner) => CASES_OPERATIONS.map((operation) => caseAction(owner, operation))),
];

/** The body of `POST /_security/user/_has_privileges`. https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-security-has-privileges */
export function privilegesQuestion(spaceIds: readonly string[]) {
  return {
    cluster: ['manage_security'],
    application: [
      { application: APPLICATION, privileges: ACTIONS, resources: [EVERYWHERE, ...spaceIds.map(toResource)] },
    ],
  };
}

/** Which action each resource allows, by resource. */
export type Allowed = Record<string, Record<string, boolean>>;

/** What the answer comes to. Of a space that it does not name, nothing is allowed. */
export function privilegesFrom(
  allowed: Allowed,
  spaceIds: readonly string[],
  facts: Pick<PrivilegeSet, 'superuser' | 'manageSecurity'>,
): PrivilegeSet {
  const places = [
    { spaces: [EVERYWHERE], actions: allowed[EVERYWHERE] ?? {} },
    ...spaceIds.map((id) => ({ spaces: [id], actions: allowed[toResource(id)] ?? {} })),
  ];
  return {
    ...facts,
    manageSpaces: allowed[EVERYWHERE]?.[MANAGES_SPACES] === true,
    grants: places.flatMap(({ spaces, actions }) => {
      const has = (names: readonly string[]) => names.every((name) => actions[name] === true);
      if (!has(READS)) return [];
      return [
        {
          spaces,
          actions: has(WRITES) ? ('all' as const) : ('read' as const),
          endpointSecurity: actions[ENDPOINT_SECURITY] === true,
        },
      ];
    }),
    cases: places.flatMap(({ spaces, actions }) =>
      CASE_OWNERS.flatMap((owner) => {
        const operations = CASES_OPERATIONS.filter((each) => actions[caseAction(owner, each)] === true);
        return operations.length === 0 ? [] : [{ spaces, owner, operations }];
      }),
    ),
  };
}
