import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Daemon } from './daemon.js';
import { athemeConf, type ServicesSettings } from './daemon-settings.js';
import type { Person } from './person.js';
import { makeFolder, visit } from './server.js';

export const ATHEME = '/usr/bin/atheme-services';

/** The services of a network, which may run or not; accounts outlive them. */
export interface Services {
  /** Ends them in good order. */
  stop(): Promise<void>;
  /** Ends them at once. Accounts of seconds ago are written first, which else would take minutes. */
  kill(): Promise<void>;
  /** Starts them and waits until NickServ answers. */
  start(): Promise<void>;
  /** Waits until NickServ answers. */
  ready(): Promise<void>;
}

/** @throws Error where NickServ does not answer at once */
async function askNickServ(visitor: Person): Promise<void> {
  visitor.say('NickServ', `ACC ${visitor.name}`);
  const answer = await visitor.waitFor(
    ({ command, tags }) => command === '401' || 'inspircd.org/service' in tags,
    1_000,
  );
  if (answer.command === '401') throw new Error('NickServ is not there.');
}

/** Writes what the services need; they do not run yet. */
export async function makeServices(folder: string, settings: ServicesSettings): Promise<Services> {
  const conf = join(folder, 'atheme.conf');
  await makeFolder(folder, () => writeFile(conf, athemeConf(settings)));
  const own = ['-l', join(folder, 'log'), '-p', join(folder, 'pid'), '-D', folder];
  const daemon = new Daemon([ATHEME, '-n', '-c', conf, ...own]);

  /** Which file the database is; null where there is none yet. Another takes its place whenever it is written. */
  const database = () =>
    stat(join(folder, 'services.db')).then(
      ({ ino }) => ino,
      () => null,
    );
  /** Writes the database, as Atheme does when it is told to read its settings again. */
  async function write(): Promise<void> {
    const old = await database();
    daemon.signal('SIGHUP');
    await daemon.until('has written its database', async () => {
      if ((await database()) === old) throw new Error('It is the old one.');
    });
  }
  const ready = () => daemon.until('answers', () => visit(settings.uplink.port, askNickServ));
  return {
    stop: () => daemon.end('SIGTERM'),
    async kill() {
      await write();
      await daemon.end('SIGKILL');
    },
    async start() {
      daemon.start();
      await ready();
    },
    ready,
  };
}
