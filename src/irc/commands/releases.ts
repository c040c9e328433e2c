import { coordinateOf } from '../answers/release.js';
import { count, coverageText, day } from '../answers/words.js';
import {
  LatestForIrcDocument,
  VersionForIrcDocument,
  VersionsForIrcDocument,
  type ReleaseForIrcFragment,
  type VersionForIrcFragment,
  type VersionForIrcQuery,
} from '../generated/documents.js';
import { Refusal } from '../service/refusal.js';
import type { Call, Command } from './command.js';

const CHANNELS = ['SNAPSHOT', 'STABLE'] as const;

/** `!latest [snapshot or stable] [version]`: the newest release of each channel that is still to be used. */
const latest: Command = {
  names: ['latest'],
  usage: '[snapshot or stable] [version]',
  summary: 'Tells the newest releases, and how builds name them.',
  async run(call) {
    const { words, url } = call;
    const asked = CHANNELS.filter((channel) => words.some((word) => word.toUpperCase() === channel));
    const channels = asked.length === 0 ? CHANNELS : asked;
    const version = words.find((word) => !CHANNELS.some((channel) => word.toUpperCase() === channel)) ?? null;
    const answer = await call.ask(LatestForIrcDocument, {
      version,
      snapshot: channels.includes('SNAPSHOT'),
      stable: channels.includes('STABLE'),
    });
    const lines = channels.map((channel) => {
      const newest = answer[channel]!.nodes.find(({ yanked }) => yanked === null);
      const what = `${channel.toLowerCase()} release${version === null ? '' : ` of ${version}`}`;
      return newest === undefined ? `There is no ${what}.` : releaseLine(newest);
    });
    return [...lines, `The Maven repository: ${url}/maven/`];
  },
};

function releaseLine(release: ReleaseForIrcFragment): string {
  const { name, publishedAt, entryCount } = release;
  return `${name}, ${day(publishedAt)}, ${count(entryCount)} entries: ${coordinateOf(release)}`;
}

/** `1.12.2 (current, frozen): methods 56 of 75, …` */
function versionLine({ name, isCurrent, frozen, isSample, coverage }: VersionForIrcFragment): string {
  const marks = [isCurrent && 'current', frozen && 'frozen', isSample && 'sample'].filter(Boolean).join(', ');
  return `${name}${marks === '' ? '' : ` (${marks})`}: ${coverageText(coverage)} named`;
}

const versions: Command = {
  names: ['versions'],
  usage: '',
  summary: 'Lists the game versions, and how far their naming has come.',
  async run(call) {
    const { gameVersions } = await call.ask(VersionsForIrcDocument, {});
    return gameVersions.nodes.map(versionLine);
  },
};

/** The version of a name; the current one where none is said. @throws Refusal that names the versions there are */
export async function versionOf(
  call: Call,
  name: string | undefined,
): Promise<NonNullable<VersionForIrcQuery['gameVersion']>> {
  const { gameVersion, gameVersions } = await call.ask(VersionForIrcDocument, { name: name ?? null });
  if (gameVersion !== null) return gameVersion;
  const known = gameVersions.nodes.map((version) => version.name).join(', ') || 'none';
  throw new Refusal(
    name === undefined
      ? `No game version is the current one, so one must be named. There is ${known}.`
      : `There is no game version ${JSON.stringify(name)}. There is ${known}.`,
  );
}

const version: Command = {
  names: ['version'],
  usage: '[version]',
  summary: 'Tells of a game version: the current one where none is named.',
  async run(call) {
    const found = await versionOf(call, call.words[0]);
    const { importedAt, releases } = found;
    const releaseCount = releases.totalCount === 1 ? '1 release' : `${count(releases.totalCount)} releases`;
    return [
      versionLine(found),
      `Imported on ${day(importedAt)}, ${releaseCount}: !latest ${found.name}, !exports ${found.name}`,
    ];
  },
};

const srg: Command = {
  names: ['srg'],
  usage: 'version',
  summary: 'Tells where the SRG names of a game version are.',
  atLeast: 1,
  async run(call) {
    const { name, exports } = await versionOf(call, call.words[0]);
    const files = exports.filter(({ format }) => format === 'SRG' || format === 'TSRG');
    return [
      `${name}: de.oceanlabs.mcp:mcp:${name}:srg@zip, in the Maven repository ${call.url}/maven/`,
      ...files.map(({ url }) => url),
    ];
  },
};

const exportFiles: Command = {
  names: ['exports'],
  usage: '[version]',
  summary: 'Tells where the names of a game version are as files.',
  async run(call) {
    const { name, exports } = await versionOf(call, call.words[0]);
    const { url, fileName: last } = exports.at(-1)!;
    const folder = url.slice(0, -last.length);
    return [
      `The names of ${name} as they are now: ${folder}`,
      `Files: ${exports.map(({ fileName }) => fileName).join(' ')}`,
      'Mappings have other names with ?from= and ?to= (obf, srg, mcp) behind the address; ?nodoc leaves comments out.',
    ];
  },
};

export const releaseCommands: readonly Command[] = [latest, versions, version, srg, exportFiles];
