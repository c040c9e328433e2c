import { inTime } from '../../shared/in-time.js';

/** How long the services of a network have for an answer, in milliseconds. */
const PATIENCE = 10_000;

/** Somebody who is logged in with the services: the name of the account, and its key there, which outlives the name. */
export interface ServicesAccount {
  name: string;
  /** The entity id; null where the services do not tell it. */
  id: string | null;
}

/** What the services say of a nick: its account, null for one that is not logged in; SILENT where they do not answer. */
export type Verdict = ServicesAccount | null | 'SILENT';

/** `alice -> alice ACC 3 AAAAAAAAB`: nick, account (`*` where logged out), level (3: logged in), entity id. Atheme 7.2, NickServ ACC. */
const ANSWER = /^(\S+) -> (\S+) ACC (\d)(?: (\S+))?$/;
const LOGGED_IN = '3';

interface Waiting {
  nick: string;
  resolve(verdict: Verdict): void;
}

/**
 * Asks NickServ who somebody is (`ACC <nick> *`). Each question has its answer: what nobody asked for is not heard, and the answers to
 * questions of one nick are taken in their order.
 */
export class NickServ {
  private readonly waiting = new Set<Waiting>();

  /** @param say sends a message to NickServ */
  constructor(private readonly say: (text: string) => Promise<void>) {}

  async accountOf(nick: string): Promise<Verdict> {
    let own: Waiting;
    const answer = new Promise<Verdict>((resolve) => {
      own = { nick, resolve };
      this.waiting.add(own);
    });
    // What waits to be sent is no silence of the services.
    await this.say(`ACC ${nick} *`);
    const verdict = await inTime(answer, PATIENCE);
    this.waiting.delete(own!);
    return verdict === 'LATE' ? 'SILENT' : verdict;
  }

  /** Takes a notice that is known to be of NickServ. */
  hear(text: string): void {
    const [, nick, account, level, id] = ANSWER.exec(text.trim()) ?? [];
    if (nick === undefined) return;
    // To the letter: which letters are one and the same differs between networks.
    const asked = [...this.waiting].find((waiting) => waiting.nick === nick);
    if (asked === undefined) return;
    this.waiting.delete(asked);
    asked.resolve(level === LOGGED_IN ? { name: account!, id: id ?? null } : null);
  }

  /** Gives up on what was asked: the connection is lost. */
  forget(): void {
    for (const asked of this.waiting) asked.resolve('SILENT');
    this.waiting.clear();
  }
}
