import type { Call } from '../commands/command.js';
import { NearestForIrcDocument, type MappingKind } from '../generated/documents.js';
import { Refusal } from '../service/refusal.js';
import { lastPart } from './ids.js';

/** The longest text that the service searches for, in characters. */
const MAX_SEARCH = 200;

export interface NothingInput {
  name: string;
  version: string | null;
  /** Null: of any kind. */
  kinds: MappingKind[] | null;
}

/** Says that nothing has a name, and which names come near. */
export async function nothingCalled(call: Call, { name, version, kinds }: NothingInput): Promise<Refusal> {
  const query = (lastPart(name) || name).slice(0, MAX_SEARCH);
  const { search } = await call.ask(NearestForIrcDocument, { query, version, kinds });
  const nearest = search.nodes.map(({ srg, name: called }) =>
    called === null || called === srg ? srg : `${called} (${srg})`,
  );
  const sentence = `Nothing is called ${name}${version === null ? '' : ` in ${version}`}.`;
  return new Refusal(nearest.length === 0 ? sentence : `${sentence} Did you mean ${nearest.join(', ')}?`);
}
