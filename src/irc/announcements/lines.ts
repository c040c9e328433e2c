import { effect } from '../answers/change.js';
import { coordinateOf } from '../answers/release.js';
import { count, countText, KIND_WORD } from '../answers/words.js';
import type { ReleasePublishedForIrcSubscription } from '../generated/documents.js';
import type { Deed } from './gatherer.js';

type Release = ReleasePublishedForIrcSubscription['releasePublished'];

const VERBS = { staged: 'proposes', commits: 'commits' } as const;

/**
 * A deed in one line: `[1.12.2] alice proposes 1,500 names by mcpbot: 1,200 methods, 300 fields`. A single change is told in full:
 * `[1.12.2] alice proposes func_70001_a: getFoo => getBar (method)`.
 */
export function deedLine({ topic, version, by, via, what, counts, example }: Deed): string {
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const isOne = total === 1;
  const object = isOne ? example.srg : `${count(total)} ${what}`;
  // What an import is made by is no bot that acts for somebody.
  const bot = by === null || via === null ? '' : ` by ${via}`;
  const told = isOne ? `${effect(example)} (${KIND_WORD[example.kind]})` : countText(counts);
  return `[${version}] ${by ?? 'An import'} ${VERBS[topic]} ${object}${bot}: ${told}`;
}

/** `snapshot_20201028-1.16.3 is published: 236 changes since snapshot_20201027-1.16.3, de.oceanlabs.mcp:…` */
export function releaseLine(release: Release): string {
  const { name, changeCount, entryCount, previous } = release;
  const changes = `${count(changeCount)} ${changeCount === 1 ? 'change' : 'changes'}`;
  const news = previous === null ? `${count(entryCount)} entries` : `${changes} since ${previous.name}`;
  return `${name} is published: ${news}, ${coordinateOf(release)}`;
}
