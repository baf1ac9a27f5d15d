import type { z } from 'zod';
import { settingGroups } from './settings/index.ts';
import { environmentName } from './sources.ts';

/** The page that lists every setting, in Markdown. */
export function configurationReference(): string {
  const sections = Object.entries(settingGroups).map(([title, group]) => {
    const rows = Object.entries<z.ZodType>(group).map(
      ([key, schema]) => `| \`${key}\` | ${code(defaultOf(schema))} | ${schema.description ?? ''} |`,
    );
    return `## ${title}\n\n| setting | default | what it does |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Configuration

Generated from the settings' schema by \`npm run docs\`.

Settings come from YAML files (\`npm start -- --config FILE\`, later files win), then from the keystore
(\`<path.data>/patchbay.keystore\`, made with \`patchbay keystore create\`; any setting, also
\`xpack.actions.preconfigured.<id>.secrets.<field>\`; its password, if it has one, in \`PATCHBAY_KEYSTORE_PASSWORD\`), then
from environment variables named as in
Kibana's container image: the key in capitals, dots as underscores (\`${environmentName('server.port')}\`,
\`${environmentName('xpack.actions.allowedHosts')}\`). Lists in a variable are JSON, or parts with commas between. In files,
\`\${NAME}\` and \`\${NAME:default}\` are replaced from the environment. \`ELASTIC_PASSWORD\` sets the password of the user
\`elastic\` on the very first start.

Durations are written \`500ms\`, \`60s\`, \`5m\`, \`1h\`; sizes \`512kb\`, \`1mb\`. A key below one of our prefixes that is
not known, or a value that is not possible, stops the start with one line for each: the key, what is allowed, what was found.
Keys of other parts of a kibana.yml, and those of the reference that mean nothing here, are named in a warning.

${sections.join('\n')}`;
}

function defaultOf(schema: z.ZodType): unknown {
  const parsed = schema.safeParse(undefined);
  return parsed.success ? parsed.data : undefined;
}

function code(value: unknown): string {
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``;
}
