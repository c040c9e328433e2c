import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import pLimit from 'p-limit';
import { z } from 'zod';
import { AppError } from '../../shared/errors.js';
import { writeWholeFile } from '../../shared/whole-file.js';
import { sameName } from '../network/text.js';

/** What a channel can be told of. */
export const TOPICS = ['staged', 'commits', 'releases'] as const;
export type Topic = (typeof TOPICS)[number];

/** A channel of a network. */
export interface Place {
  network: string;
  channel: string;
}

const wish = z.strictObject({
  network: z.string().min(1),
  channel: z.string().startsWith('#'),
  topic: z.enum(TOPICS),
  /** The game version; null for all. */
  version: z.string().min(1).nullable(),
});

/** What a channel wants to be told of. */
export type Wish = z.infer<typeof wish>;

/** The file: `format` is for those who read it after its shape has changed. */
const contents = z.strictObject({ format: z.literal(1), wishes: z.array(wish) });

/** Which channels are told of what, kept in a file. */
export class Channels {
  private wishes: readonly Wish[] = [];
  private readonly inTurn = pLimit(1);

  /** @param onChange told after each change that is in the file */
  constructor(
    private readonly file: string,
    private readonly onChange: () => void,
  ) {}

  /** Reads the file; where there is none, no channel is told of anything. @throws AppError that names a file which can't be used */
  async open(): Promise<void> {
    const text = await readText(this.file);
    this.wishes = text === null ? [] : parse(this.file, text);
  }

  /** What a channel is told of. */
  of(place: Place): readonly Wish[] {
    return this.wishes.filter((each) => isOf(each, place));
  }

  /** The channels that are told of a topic in a version. */
  toldOf(topic: Topic, version: string): readonly Place[] {
    return this.wishes.filter((each) => each.topic === topic && (each.version === null || each.version === version));
  }

  /** Whether any channel is told of a topic. */
  isWanted(topic: Topic): boolean {
    return this.wishes.some((each) => each.topic === topic);
  }

  /** From now on tells a channel of topics. @param version null for all versions, which takes in those that were named before */
  add(place: Place, topics: readonly Topic[], version: string | null): Promise<void> {
    return this.change((wishes) => {
      const ofAll = this.of(place).filter((each) => each.version === null);
      const added = topics.filter((topic) => version === null || !ofAll.some((each) => each.topic === topic));
      return [...without(wishes, place, topics, version), ...added.map((topic) => ({ ...place, topic, version }))];
    });
  }

  /** Tells a channel no more of topics. @param version null for all that it is told of, of any version */
  remove(place: Place, topics: readonly Topic[], version: string | null): Promise<void> {
    return this.change((wishes) => without(wishes, place, topics, version));
  }

  /** Changes the wishes once they are in the file. */
  private change(next: (wishes: readonly Wish[]) => readonly Wish[]): Promise<void> {
    return this.inTurn(async () => {
      const wishes = next(this.wishes);
      const text = `${JSON.stringify({ format: 1, wishes }, null, 2)}\n`;
      await mkdir(dirname(this.file), { recursive: true });
      await writeWholeFile(this.file, (write) => write(Buffer.from(text)));
      this.wishes = wishes;
      this.onChange();
    });
  }
}

const isOf = (wish: Wish, { network, channel }: Place): boolean =>
  wish.network === network && sameName(wish.channel, channel);

const without = (
  wishes: readonly Wish[],
  place: Place,
  topics: readonly Topic[],
  version: string | null,
): readonly Wish[] =>
  wishes.filter(
    (each) => !(isOf(each, place) && topics.includes(each.topic) && (version === null || each.version === version)),
  );

/** The text of a file; null where there is none. @throws AppError that names it */
async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new AppError('BAD_USER_INPUT', `${file} can not be read: ${(error as Error).message}.`);
  }
}

/** @throws AppError that names the file, and the place in it that is wrong */
function parse(file: string, text: string): Wish[] {
  const fault = (why: string) =>
    new AppError('BAD_USER_INPUT', `${file} does not say which channels are told of what: ${why}.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw fault('it is no JSON');
  }
  const { data, error } = contents.safeParse(json);
  if (data !== undefined) return data.wishes;
  const { path, message } = error.issues[0]!;
  throw fault(`${path.join('.') || 'the whole'}: ${message}`);
}
