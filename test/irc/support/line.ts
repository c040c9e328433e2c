/** One line of the IRC protocol, as it came. */
export interface Line {
  /** The values of tags, with escapes undone; an empty text for a tag without value. */
  tags: Readonly<Record<string, string>>;
  /** Who sent it, `nick!user@host` or the name of a server; empty where the line does not say. */
  source: string;
  /** The nick of the source, or the server's name. */
  nick: string;
  command: string;
  params: readonly string[];
  /** The last parameter, which is the text of messages. */
  text: string;
  /** The whole line without its tags. */
  plain: string;
}

const LINE = /^(?:@(?<tags>\S*) +)?(?<plain>(?::(?<source>\S*) +)?(?<command>\S*)(?<params>.*))$/s;

const ESCAPES: Readonly<Record<string, string>> = { ':': ';', s: ' ', r: '\r', n: '\n' };

function readTag(tag: string): [string, string] {
  const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(tag)!;
  return [name, value.replace(/\\(.?)/gs, (_, letter: string) => ESCAPES[letter] ?? letter)];
}

function readParams(text: string): string[] {
  const [, middle = '', last] = /^(.*?)(?: :(.*))?$/s.exec(text)!;
  const params = middle.split(' ').filter(Boolean);
  return last === undefined ? params : [...params, last];
}

/** Reads a line without its end (IRCv3 message tags, RFC 1459). */
export function readLine(line: string): Line {
  const { tags, source = '', plain = '', command = '', params: rest = '' } = LINE.exec(line)!.groups!;
  const params = readParams(rest);
  return {
    tags: Object.fromEntries((tags ?? '').split(';').filter(Boolean).map(readTag)),
    source,
    nick: source.split('!')[0]!,
    command,
    params,
    text: params.at(-1) ?? '',
    plain,
  };
}
