import type { Command } from 'commander';

const WIDTH = 80;

/** The page that shows every command's help, in Markdown. */
export function commandReference(program: Command): string {
  return `# The command line

Generated from the commands' own help by \`npm run docs\`.

\`\`\`
./bin/patchbay connectors list           # sets itself up first, on the host's Node 20 or newer
npm run -s patchbay -- connectors list   # the same; paths are seen from the project's folder
\`\`\`

Results go to standard output, everything else to standard error. With \`--json\` standard output is JSON and nothing else; it
is empty where a command fails before it has a result. Colours and questions are for terminals only: where a question cannot
be asked, the command does nothing and exits 2. \`NO_COLOR\` is heeded.

**Who calls.** Connectors, spaces, users and API keys are a running server's. \`--url\`
(\`PATCHBAY_URL\`) says where it is. \`--user NAME\` (\`PATCHBAY_USER\`) asks for the password, or takes \`PATCHBAY_PASSWORD\`;
\`--api-key\` asks for a key, or takes \`PATCHBAY_API_KEY\`, which also counts where no user is given. No secret is ever an
argument: every process of the machine can read those.

**Without a server.** \`users reset-password\`, \`keys rotate --offline\` and \`store\` work on the store itself: of a SQLite file the
server must be stopped, and they say so when it is not; on PostgreSQL servers may go on.

${sections(program)}`;
}

function sections(program: Command): string {
  return withDescendants(program)
    .map((command) => `## ${pathOf(command)}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\`\n`)
    .join('\n');
}

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trimEnd();
}
