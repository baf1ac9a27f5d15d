import { type PrivilegeSet, privilegesOf, type RoleKibana, union } from '@patchbay/engine/access';
import { z } from 'zod';
import { roleElasticsearch, roleKibana } from './role-schema.ts';

const names = z.array(z.string());

/** As in a role of Elasticsearch; `kibana` is the shorter way to write what `applications` says. */
const descriptor = z.looseObject({
  cluster: names.default([]),
  applications: z
    .array(z.looseObject({ application: z.string(), privileges: names, resources: names }))
    .default([]),
  kibana: roleKibana.default([]),
});

export const roleDescriptors = z.record(z.string(), descriptor);

/** The same in Kibana's two parts of a role. */
export const kibanaRoleDescriptors = z
  .record(
    z.string(),
    z.strictObject({ elasticsearch: roleElasticsearch.loose().optional(), kibana: roleKibana.default([]) }),
  )
  .transform(
    (given): RoleDescriptors =>
      Object.fromEntries(
        Object.entries(given).map(([name, { elasticsearch, kibana }]) => [
          name,
          { ...elasticsearch, cluster: elasticsearch?.cluster ?? [], applications: [], kibana },
        ]),
      ),
  );

export type RoleDescriptors = z.output<typeof roleDescriptors>;

const KIBANA = /^(kibana-.*|\*)$/;

/** What an API key with these descriptors may do at most; undefined when there are none, and nothing is taken away. */
export function privilegesOfDescriptors(given: RoleDescriptors): PrivilegeSet | undefined {
  const descriptors = Object.entries(given);
  if (descriptors.length === 0) return undefined;
  return union(
    descriptors.map(([name, { cluster, applications, kibana }]) =>
      privilegesOf({
        // A descriptor's name is only a label: it must not make a superuser.
        name: `descriptor ${name}`,
        metadata: {},
        elasticsearch: { cluster },
        kibana: [
          ...kibana,
          ...applications.filter(({ application }) => KIBANA.test(application)).map(fromApplication),
        ],
      }),
    ),
  );
}

function fromApplication({
  privileges,
  resources,
}: {
  privileges: string[];
  resources: string[];
}): RoleKibana {
  const spaces = resources.flatMap((resource) => {
    if (resource === '*') return ['*'];
    return resource.startsWith('space:') ? [resource.slice('space:'.length)] : [];
  });
  const base = privileges.flatMap((privilege) => {
    if (['*', 'all', 'space_all'].includes(privilege)) return ['all'];
    return privilege === 'read' || privilege === 'space_read' ? ['read'] : [];
  });
  const feature: Record<string, string[]> = {};
  for (const privilege of privileges) {
    const [, id, name] = /^feature_([a-zA-Z]\w*)\.(.+)$/.exec(privilege) ?? [];
    if (id !== undefined && name !== undefined) feature[id] = [...(feature[id] ?? []), name];
  }
  return { spaces, base, feature };
}
