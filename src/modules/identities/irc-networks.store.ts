import { ACTOR_TABLES, ACTOR_USABLE } from '../../auth/actor.store.js';
import { statement, type Sql } from '../../db/index.js';

/** An IRC network, with the bot that one links an account there by. */
export interface IrcNetwork {
  name: string;
  botHandle: string;
}

const SPEAKERS = (now: string) =>
  `oauth_clients c ${ACTOR_TABLES('c.bot_id')} WHERE c.trusted AND ${ACTOR_USABLE(now)}`;

const NETWORKS = statement(
  'irc_networks',
  `SELECT DISTINCT ON (name) name, handle AS "botHandle"
     FROM (SELECT unnest(c.networks) AS name, u.handle, c.id FROM ${SPEAKERS('$1::timestamptz')}) spoken_for
    ORDER BY name, id`,
);

/** The networks that trusted bots speak for, by name. */
export const ircNetworks = (db: Sql, now: Date): Promise<IrcNetwork[]> => db.query<IrcNetwork>(NETWORKS, [now]);

const SPEAKS = statement(
  'irc_networks_speaks',
  `SELECT c.id FROM ${SPEAKERS('$3::timestamptz')} AND c.bot_id = $1 AND $2 = ANY(c.networks) LIMIT 1`,
);

/** Whether a bot speaks for a network: some trusted client of its does, and the bot may be used. */
export const speaksFor = async (db: Sql, botId: number, network: string, now: Date): Promise<boolean> =>
  (await db.query(SPEAKS, [botId, network, now])).length > 0;
