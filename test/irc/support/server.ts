import { chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificate } from './certificate.js';
import { Daemon, daemonUser } from './daemon.js';
import { HOST, inspircdConf, OPERATOR, type ServerSettings } from './daemon-settings.js';
import { connectPerson, type Person } from './person.js';

export const INSPIRCD = '/usr/sbin/inspircd';

/** An InspIRCd, which may run or not. */
export interface Server extends ServerSettings {
  daemon: Daemon;
}

/** Makes the folder of a daemon with its files, and hands all of it over to the user of the daemons. */
export async function makeFolder(folder: string, fill: () => Promise<unknown>): Promise<void> {
  await mkdir(folder);
  await fill();
  const { uid, gid } = daemonUser;
  if (uid === undefined || gid === undefined) return;
  for (const name of ['.', ...(await readdir(folder))]) await chown(join(folder, name), uid, gid);
}

/** Writes what a server needs; it does not run yet. */
export async function makeServer(settings: ServerSettings): Promise<Server> {
  const { folder, tlsPort } = settings;
  const conf = join(folder, 'inspircd.conf');
  await makeFolder(folder, async () => {
    await writeFile(conf, inspircdConf(settings));
    if (tlsPort !== null) await makeCertificate(folder, 'server');
  });
  return { ...settings, daemon: new Daemon([INSPIRCD, '--config', conf, '--nofork', '--nopid']) };
}

/** Starts a server and waits until it lets people in. */
export async function startServer({ daemon, port }: Server): Promise<void> {
  daemon.start();
  await daemon.until('lets people in', () => visit(port, async () => undefined));
}

let visits = 0;

/** Has somebody look in on a server, under a nick that nobody else has: the server may not yet know that the last visitor left. */
export async function visit<T>(port: number, look: (visitor: Person) => Promise<T>): Promise<T> {
  const visitor = await connectPerson({ host: HOST, port }, `visitor${++visits}`);
  try {
    return await look(visitor);
  } finally {
    visitor.quit();
  }
}

/** What parts a network of two servers. */
export interface Split {
  /** Of the second server, for clients. */
  port: number;
  /** Parts the two servers; the services stay with the first. */
  unlink(): Promise<void>;
  /** Links them again, and waits until each has heard of everybody on the other. */
  relink(): Promise<void>;
}

/** Waits until a server is alone in its network. */
const alone = ({ port, daemon }: Server): Promise<void> =>
  visit(port, (visitor) =>
    daemon.until('is alone', () => {
      visitor.raw('LUSERS');
      return visitor.waitFor(/^\S+ 251 .* on 1 servers$/, 200);
    }),
  );

/** Has an operator of the first server do it. */
export function makeSplit(first: Server, second: Server): Split {
  const asOperator = (work: (operator: Person) => Promise<unknown>) =>
    visit(first.port, async (operator) => {
      operator.raw(`OPER ${OPERATOR.name} ${OPERATOR.password}`);
      await operator.waitFor(/^\S+ 381 /);
      await work(operator);
    });
  return {
    port: second.port,
    async unlink() {
      await asOperator(async (operator) => operator.raw(`SQUIT ${second.name} :split`));
      await alone(second);
    },
    relink: () =>
      asOperator(async (operator) => {
        operator.raw(`CONNECT ${second.name}`);
        // What the second server answers itself comes after all that the link brings; without a link nobody answers.
        await first.daemon.until('is linked', () => {
          operator.raw(`TIME ${second.name}`);
          return operator.waitFor(/^\S+ 391 /, 200);
        });
      }),
  };
}
