import { TOPICS, type Place, type Topic, type Wish } from '../announcements/channels.js';
import { PersonForIrcDocument } from '../generated/documents.js';
import { lacking, Refusal } from '../service/refusal.js';
import type { Call, Command } from './command.js';
import { versionOf } from './releases.js';

const USAGE = '[on or off] [staged, commits, releases or all] [version]';

const TOPIC_WORDS: Readonly<Record<Topic, string>> = {
  staged: 'what is proposed',
  commits: 'what is committed',
  releases: 'releases',
};

/** What is to be announced, or not any more. */
interface Wanted {
  on: boolean;
  topics: readonly Topic[];
  /** Null: of all versions. */
  version: string | null;
}

/** `on` may be left out. @throws Refusal for what is written otherwise */
function read(words: readonly string[]): Wanted {
  const first = words[0]!.toLowerCase();
  const rest = first === 'on' || first === 'off' ? words.slice(1) : words;
  const [topic = '', version = null, ...tooMany] = rest;
  const topics = TOPICS.filter((each) => ['all', each].includes(topic.toLowerCase()));
  if (topics.length === 0 || tooMany.length > 0) throw new Refusal(`Usage: !announce ${USAGE}`);
  return { on: first !== 'off', topics, version };
}

/** @throws Refusal where somebody may not commit, or the bot may not do so for them */
async function requireCommitter(call: Call): Promise<void> {
  const { viewer } = await call.act(PersonForIrcDocument, {});
  if (!viewer!.permissions.includes('MAPPING_COMMIT')) throw lacking('MAPPING_COMMIT', call.url);
}

/** @throws Refusal where there is no such version */
async function turnOn(call: Call, place: Place, { topics, version }: Wanted): Promise<void> {
  const name = version === null ? null : (await versionOf(call, version)).name;
  await call.channels.add(place, topics, name);
}

/** @throws Refusal where one version is to be left out of all */
async function turnOff({ channels }: Call, place: Place, { topics, version }: Wanted): Promise<void> {
  const ofAll = channels.of(place).find((each) => each.version === null && topics.includes(each.topic));
  if (version !== null && ofAll !== undefined) {
    const { topic } = ofAll;
    throw new Refusal(
      `${place.channel} is told of ${TOPIC_WORDS[topic]} in all versions: !announce off ${topic}, then on for each.`,
    );
  }
  await channels.remove(place, topics, version);
}

/** `#mcp is told of what is proposed (1.12.2, 1.16.5), releases (all versions).` */
function state({ channel }: Place, wishes: readonly Wish[]): string {
  const told = TOPICS.map((topic) => ({ topic, of: wishes.filter((each) => each.topic === topic) }))
    .filter(({ of }) => of.length > 0)
    .map(({ topic, of }) => `${TOPIC_WORDS[topic]} (${of.map(({ version }) => version ?? 'all versions').join(', ')})`);
  return told.length === 0 ? `${channel} is told of nothing.` : `${channel} is told of ${told.join(', ')}.`;
}

export const announce: Command = {
  names: ['announce'],
  usage: USAGE,
  summary: 'Says what this channel is told of unasked; turns that on and off, for those who may commit.',
  async run(call) {
    const { network, channel } = call.asker;
    if (channel === null) throw new Refusal('Say that in the channel that it is for.');
    const place = { network, channel };
    if (call.words.length > 0) {
      const wanted = read(call.words);
      await requireCommitter(call);
      await (wanted.on ? turnOn(call, place, wanted) : turnOff(call, place, wanted));
    }
    return [state(place, call.channels.of(place))];
  },
};
