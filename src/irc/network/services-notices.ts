import type { MessageEvent } from 'irc-framework';

/** What tells notices of the network's services from those of anybody who calls themselves so. */
export interface ServicesSource {
  /** The host name of NickServ where the settings say it. */
  host: string | null;
}

/** InspIRCd marks what comes from a server of services, which no client can. */
const SERVICE_TAG = 'inspircd.org/service';

/** Whether a notice is NickServ's own. */
export const isOfNickServ = ({ nick, hostname, tags }: MessageEvent, { host }: ServicesSource): boolean =>
  nick.toLowerCase() === 'nickserv' && (SERVICE_TAG in tags || (host !== null && hostname === host));
