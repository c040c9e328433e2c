import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { Channels } from './announcements/channels.js';
import { openCall } from './call.js';
import { commandOf, newNameOf } from './commands/index.js';
import type { Command } from './commands/command.js';
import { parseCommand, type Typed } from './commands/parse.js';
import { spokenCode, voidCode } from './commands/link.js';
import { CommandLimits } from './limits.js';
import type { IrcConnection, Message } from './network/connection.js';
import { fold, wrap } from './network/text.js';
import { Pages } from './pages.js';
import { lacking, Refusal } from './service/refusal.js';
import { ServiceError, type Service } from './service/service.js';

/** How many commands are worked on at once, and how many of one person may wait. */
const AT_ONCE = 8;
const WAITING = 10;

export interface ListenerInput {
  service: Service;
  channels: Channels;
  log: Logger;
}

/** Hears what is said to the bot, and answers: in turn for each person, and not more than anybody may ask. */
export class Listener {
  private readonly limits = new CommandLimits();
  private readonly pages = new Pages();
  private readonly places = pLimit(AT_ONCE);
  /** What each person waits for: the last one's end, and how many there are. */
  private readonly turns = new Map<string, { last: Promise<void>; waiting: number }>();

  constructor(private readonly input: ListenerInput) {}

  /** Takes a message of a network. What is no command is not answered. */
  async hear(connection: IrcConnection, message: Message): Promise<void> {
    const { channel, text } = message;
    const code = channel === null ? null : spokenCode(text);
    const typed = parseCommand(text, channel !== null);
    const command = typed === null ? undefined : commandOf(typed.name);
    // Other bots of a channel have commands of their own.
    if (code === null && command === undefined && channel !== null && newNameOf(typed?.name) === undefined) return;
    const counted = await this.limits.count(connection.name, message);
    if (code !== null && counted !== 'LIMITED_ALREADY') return this.voidSpoken(connection, message, code);
    if (counted === 'LIMITED')
      await connection.notice(message.nick, 'You ask more than I can answer: wait half a minute.');
    if (counted !== 'TAKEN') return;
    await this.inTurn(`${connection.name} ${fold(message.nick)}`, async (reader) => {
      // Telling it takes its time: meanwhile others are answered.
      const lines = await this.places(() => this.answer(connection, message, reader, typed, command));
      for (const line of lines) {
        if (typed?.publicly === true) await connection.say(channel!, line);
        else await connection.notice(message.nick, line);
      }
    });
  }

  private async answer(
    connection: IrcConnection,
    message: Message,
    reader: string,
    typed: Typed | null,
    command: Command | undefined,
  ): Promise<readonly string[]> {
    if (typed === null || command === undefined) {
      const newName = newNameOf(typed?.name);
      return [newName === undefined ? 'I do not know that. Say: help' : `That is called !${newName} now.`];
    }
    const { words } = typed;
    if (words.length < (command.atLeast ?? 0)) return [`Usage: !${typed.name} ${command.usage}`];
    const { service, channels } = this.input;
    try {
      const call = openCall({ connection, service, channels, pages: this.pages, reader, message, words });
      const lines = (await command.run(call)).flatMap(wrap);
      return typed.name === 'more' ? lines : this.pages.open(reader, lines);
    } catch (error) {
      return this.refusal(error).flatMap(wrap);
    }
  }

  private refusal(error: unknown): readonly string[] {
    if (error instanceof Refusal) return error.lines;
    if (error instanceof ServiceError && error.code !== 'INTERNAL_SERVER_ERROR') {
      const { permission, message } = error;
      return permission === null ? [message] : lacking(permission, this.input.service.publicUrl).lines;
    }
    this.input.log.error({ err: error as Error }, 'A command failed');
    return ['That went wrong here. Those who run the service can see why in its log.'];
  }

  /** A code that others have read is nobody's proof any more (IR14). */
  private async voidSpoken(connection: IrcConnection, { nick }: Message, code: string): Promise<void> {
    try {
      await voidCode(this.input.service, connection.name, code);
    } catch (error) {
      this.input.log.warn({ err: error as Error }, 'A code that was said in public could not be ended');
    }
    await connection.notice(
      nick,
      'Others have read that code, so it counts no more. Take a new one, and say it to me in private.',
    );
  }

  /** Does work of one person after what the same person asked for before. Who asks for more than may wait is not heard. */
  private async inTurn(person: string, work: (person: string) => Promise<void>): Promise<void> {
    const turn = this.turns.get(person) ?? { last: Promise.resolve(), waiting: 0 };
    if (turn.waiting >= WAITING) return;
    turn.waiting += 1;
    this.turns.set(person, turn);
    turn.last = turn.last.then(() => work(person));
    await turn.last;
    turn.waiting -= 1;
    if (turn.waiting === 0) this.turns.delete(person);
  }
}
