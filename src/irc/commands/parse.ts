/** A command as it was typed. */
export interface Typed {
  /** In lower case. */
  name: string;
  words: string[];
  /** Whether the answer is for everybody in the channel: `!!gm …`. */
  publicly: boolean;
}

/** `!gm name`, or `!!gm name` for an answer in the channel; in private the mark may be left out. */
const TYPED = /^(!{0,2})([a-z]+)(?:\s+(.*))?$/is;

/** The command in what somebody said; null for what is none. */
export function parseCommand(text: string, inChannel: boolean): Typed | null {
  const [, mark, name, rest = ''] = TYPED.exec(text.trim()) ?? [];
  if (name === undefined || (inChannel && mark === '')) return null;
  return { name: name.toLowerCase(), words: rest.split(/\s+/).filter(Boolean), publicly: inChannel && mark === '!!' };
}
