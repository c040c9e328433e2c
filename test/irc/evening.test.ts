import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Permission, RoleName } from '../../src/auth/permissions.js';
import { undated } from './support/asker.js';
import { CHANNEL, startEvening, type Evening, type Modder } from './support/bridge.js';
import type { Line } from './support/line.js';
import { describeIrc } from './support/network.js';
import type { Person } from './support/person.js';

const BOT = 'mcpbot';
const PUBLISH = `mutation ($input: PublishReleaseInput!) { publishRelease(input: $input) { release { name } userErrors { message } } }`;

/** A line of the transcript: somebody says something, the bot answers, or something happens elsewhere. */
type Step =
  | { kind: 'SAID'; nick: string; text: string; line: string }
  | { kind: 'TOLD'; text: string; line: string }
  | { kind: 'ANNOUNCED'; text: string; line: string }
  | { kind: 'DONE'; line: string };

function stepOf(line: string): Step {
  const [, nick, said] = /^<(\w+)> (.*)$/.exec(line) ?? [];
  if (nick === BOT) return { kind: 'ANNOUNCED', text: said!, line };
  if (nick !== undefined) return { kind: 'SAID', nick, text: said!, line };
  const [, told] = new RegExp(`^-${BOT}- (.*)$`).exec(line) ?? [];
  return told === undefined ? { kind: 'DONE', line } : { kind: 'TOLD', text: told, line };
}

/** Days and numbers that differ from run to run. */
const steady = (text: string): string => undated([text])[0]!.replace(/(?<!\d)20\d{6}(?!\d)/g, 'DATE');

describeIrc("An old user's evening, as the README prints it", () => {
  let evening: Evening;
  let people: Record<string, Modder>;
  let reader: Person;
  beforeAll(async () => {
    evening = await startEvening({ bot: BOT });
    const acting = [Permission.MAPPING_PROPOSE, Permission.MAPPING_VOTE];
    people = {
      alice: await evening.modder('alice', { handle: 'alice', acting }),
      bob: await evening.modder('bob', { handle: 'bob', roles: [RoleName.MAINTAINER] }),
      carol: await evening.modder('carol', { handle: 'carol', roles: [RoleName.RELEASE_MANAGER], acting: [] }),
    };
    reader = await evening.stranger('reader');
  }, 90_000);
  afterAll(() => evening?.close());

  const happens: Record<string, () => Promise<unknown>> = {
    '* carol publishes a snapshot on the web': async () => {
      const { publishRelease } = await people['carol']!.account.query(PUBLISH, {
        input: { version: '0.0-sample', channel: 'SNAPSHOT' },
      });
      expect(publishRelease.userErrors).toEqual([]);
    },
  };

  const isOfBot = (command: string, line: Line) => line.command === command && line.nick === BOT;

  test('goes on line by line', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const [, transcript] = /```irc\n(.*?)```/s.exec(readme) ?? [];
    expect(transcript).toBeDefined();
    const steps = transcript!.trim().split('\n').map(stepOf);
    let speaker: Person | undefined;
    for (const step of steps) {
      if (step.kind === 'DONE') {
        await happens[step.line]!();
      } else if (step.kind === 'SAID') {
        const { irc } = people[step.nick]!;
        speaker = irc;
        const [, inPrivate] = new RegExp(`^/msg ${BOT} (.*)$`).exec(step.text) ?? [];
        irc.say(inPrivate === undefined ? CHANNEL : BOT, inPrivate ?? step.text);
      } else {
        const listener = step.kind === 'TOLD' ? speaker! : reader;
        const command = step.kind === 'TOLD' ? 'NOTICE' : 'PRIVMSG';
        const { text } = await listener.waitFor((line) => isOfBot(command, line), 30_000);
        const here = text.replaceAll(evening.service.url, 'http://localhost:4000');
        expect(steady(here), step.line).toBe(steady(step.text));
      }
    }
  }, 180_000);
});
