import type { Command } from './command.js';

const line = ({ names: [name], usage, summary }: Command): string =>
  `!${[name, usage].filter(Boolean).join(' ')}: ${summary}`;

/** The commands that tell of the others. */
export const helpOf = (commands: () => readonly Command[]): Command => ({
  names: ['help'],
  usage: '[command or *]',
  summary: 'Says what the commands do.',
  async run({ words: [asked], url }) {
    if (asked === '*') return commands().map(line);
    if (asked === undefined) {
      const names = commands().map(({ names: [name] }) => name);
      return [
        `Commands: ${names.join(' ')}`,
        `!help <command> says more, !help * says all. !!<command> answers in the channel. The same and more on the web: ${url}`,
      ];
    }
    const name = asked.replace(/^!+/, '').toLowerCase();
    const found = commands().find(({ names }) => names.includes(name));
    return [found === undefined ? `There is no command ${name}.` : line(found)];
  },
});

export const more: Command = {
  names: ['more'],
  usage: '[clear]',
  summary: 'Tells more of a long answer, or forgets it.',
  async run(call) {
    if (call.words[0] === 'clear') {
      call.clearMore();
      return ['Forgotten.'];
    }
    const lines = call.more();
    return lines.length === 0 ? ['There is nothing more.'] : lines;
  },
};

export const about: Command = {
  names: ['about'],
  usage: '',
  summary: 'Says what this is.',
  async run({ url }) {
    return [
      `I look up and propose the readable names of Minecraft's classes, methods, fields and parameters (MCP). The same on the web: ${url}`,
    ];
  },
};
