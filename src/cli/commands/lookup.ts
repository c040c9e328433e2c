import type { Command } from 'commander';
import { AppError } from '../../shared/errors.js';
import type { CliContext } from '../context.js';
import { LookupForShellDocument, type LookupForShellQuery } from '../generated/documents.js';
import { printable } from '../output.js';

type Entry = LookupForShellQuery['lookup'][number];
type Declared = Extract<Entry, { __typename: 'Method' }>['declarations']['nodes'][number];

const UNNAMED = '(unnamed)';

const declarationText = ({ owner, obf, obfDescriptor, srgDescriptor }: Declared, { srg, name }: Entry) =>
  [
    `  ${owner.obf}.${obf} => ${owner.srg}.${srg} => ${name ?? UNNAMED}`,
    ...(obfDescriptor === null ? [] : [`    ${obfDescriptor} => ${srgDescriptor ?? obfDescriptor}`]),
  ].join('\n');

/** One entry in the form that the old bot had: obf => srg => mcp, descriptors, parameters, comment. */
function entryText(entry: Entry): string {
  const lines: string[] = [`[${entry.version.name}] ${entry.__typename.toUpperCase()} ${entry.name ?? entry.srg}`];
  switch (entry.__typename) {
    case 'Class':
      lines.push(`  ${entry.obf} => ${entry.srg}`);
      break;
    case 'Method':
    case 'Field': {
      const { nodes, totalCount } = entry.declarations;
      lines.push(...nodes.map((declaration) => declarationText(declaration, entry)));
      if (totalCount > nodes.length) lines.push(`  and in ${totalCount - nodes.length} more classes`);
      break;
    }
    case 'Parameter':
      lines.push(
        `  ${entry.srg} => ${entry.name ?? UNNAMED}, of ${entry.method?.name ?? entry.method?.srg ?? 'no method'}`,
      );
  }
  if (entry.__typename === 'Method' && entry.parameters.length > 0) {
    lines.push(`  parameters: ${entry.parameters.map(({ srg, name }) => name ?? srg).join(', ')}`);
  }
  if (entry.documentation !== null)
    lines.push(...entry.documentation.split('\n').map((line) => `  | ${printable(line)}`));
  return lines.join('\n');
}

/** lookup. */
export function registerLookup(program: Command, context: () => CliContext): void {
  program
    .command('lookup')
    .summary('everything that a name can mean')
    .description(
      'Looks a name up in any spelling: func_70001_a, 70001, Block.getDrops, aow.a, net/minecraft/block/Block.',
    )
    .argument('<name>', 'the spelling')
    .option('--version <version>', 'the game version; the current one where none is given')
    .action(async (name: string, { version }: { version?: string }) => {
      const { query, output } = context();
      const { lookup } = await query(LookupForShellDocument, { name, version: version ?? null });
      if (lookup.length === 0)
        throw new AppError('NOT_FOUND', `Nothing is called ${name}${version ? ` in ${version}` : ''}.`);
      output.result(lookup, lookup.map(entryText).join('\n'));
    });
}
