/** One InspIRCd of a network. */
export interface ServerSettings {
  name: string;
  /** A digit and two characters; no two servers of a network have the same. */
  id: string;
  /** Where it keeps its files. */
  folder: string;
  /** For clients in plain text. */
  port: number;
  /** For clients over TLS, with `server.crt` and `server.key` of the folder; null for none. */
  tlsPort: number | null;
  /** For other servers and the services. */
  linkPort: number;
  /** The other InspIRCd, which it links to when an operator says so. */
  peer: { name: string; linkPort: number } | null;
  /** Whether messages say whose account they came from. */
  accountTag: boolean;
}

export const HOST = '127.0.0.1';

/** The nick and password of the operator of every server. */
export const OPERATOR = { name: 'root', password: 'of-the-operator' };

const SERVICES = 'services.test.local';
const LINK_PASSWORD = 'of-the-link';

const MODULES = [
  'spanningtree',
  'services_account',
  'cap',
  'ircv3',
  'ircv3_batch',
  'ircv3_capnotify',
  'ircv3_ctctags',
  'ircv3_echomessage',
  'ircv3_labeledresponse',
  'ircv3_msgid',
  'ircv3_servertime',
  'sasl',
  'botmode',
  'chghost',
  'hidechans',
  'namesx',
  'servprotect',
  'svshold',
  'uhnames',
];

const link = (name: string, port: number): string =>
  `<link name="${name}" ipaddr="${HOST}" port="${port}" allowmask="127.0.0.0/8" sendpass="${LINK_PASSWORD}" recvpass="${LINK_PASSWORD}">`;

const tls = (folder: string, port: number): string =>
  `<module name="ssl_gnutls"> <module name="sslinfo">
<sslprofile name="clients" provider="gnutls" certfile="${folder}/server.crt" keyfile="${folder}/server.key" hash="sha256" requestclientcert="yes">
<bind address="${HOST}" port="${port}" type="clients" sslprofile="clients">`;

/** Settings of InspIRCd 3.15, with no limit that many clients of one address would meet. */
export const inspircdConf = ({ name, id, folder, port, tlsPort, linkPort, peer, accountTag }: ServerSettings): string =>
  `<path configdir="${folder}" datadir="${folder}" logdir="${folder}" runtimedir="${folder}">
<server name="${name}" description="Of the tests" network="TestNet" id="${id}">
<admin name="Nobody" email="nobody@example.org" nick="nobody">
<bind address="${HOST}" port="${port}" type="clients">
<bind address="${HOST}" port="${linkPort}" type="servers">
${tlsPort === null ? '' : tls(folder, tlsPort)}
<connect name="all" allow="*" timeout="60" pingfreq="120" hardsendq="1M" softsendq="64K" recvq="32K" localmax="1000" globalmax="1000"
  resolvehostnames="no" fakelag="no" useident="no" commandrate="100000" threshold="1000">
<class name="all" commands="*" privs="*" usermodes="*" chanmodes="*" snomasks="*">
<type name="all" classes="all">
<oper name="${OPERATOR.name}" password="${OPERATOR.password}" host="*@*" type="all">
${link(SERVICES, linkPort)}
${peer === null ? '' : link(peer.name, peer.linkPort)}
<uline server="${SERVICES}" silent="yes">
<sasl target="${SERVICES}" requiressl="no">
${MODULES.map((module) => `<module name="${module}">`).join('\n')}
${accountTag ? '<module name="ircv3_accounttag">' : ''}
<options casemapping="rfc1459" defaultbind="ipv4" syntaxhints="no">
<performance netbuffersize="10240" somaxconn="128" quietbursts="yes">
`;

export interface ServicesSettings {
  uplink: Pick<ServerSettings, 'name' | 'port' | 'linkPort'>;
  /** Whether NickServ tells the ids of accounts. */
  showEntityId: boolean;
}

const SERVICES_MODULES = [
  'protocol/inspircd',
  'backend/opensex',
  'crypto/posix',
  'nickserv/main',
  'nickserv/cert',
  'nickserv/drop',
  'nickserv/ghost',
  'nickserv/group',
  'nickserv/identify',
  'nickserv/info',
  'nickserv/logout',
  'nickserv/register',
  'nickserv/set_core',
  'nickserv/set_accountname',
  'nickserv/status',
  'saslserv/main',
  'saslserv/plain',
  'saslserv/external',
];

/** A service that people talk to by a nick. */
const pseudoClient = (nick: string): string =>
  `${nick.toLowerCase()} { nick = "${nick}"; user = "${nick}"; host = "${SERVICES}"; real = "Of the tests"; };`;

/** Settings of Atheme 7.2, with no limit on how often one registers or asks. */
export const athemeConf = ({ uplink, showEntityId }: ServicesSettings): string =>
  `${SERVICES_MODULES.map((module) => `loadmodule "modules/${module}";`).join('\n')}
crypto { };
serverinfo {
  name = "${SERVICES}"; desc = "Of the tests"; numeric = "00A"; recontime = 1; netname = "TestNet";
  hidehostsuffix = "users.test.local"; adminname = "Nobody"; adminemail = "nobody@example.org"; registeremail = "nobody@example.org";
  hidden; mta = "/bin/true"; loglevel = { error; info; network; }; maxlogins = 100; maxusers = 0; mdlimit = 30;
  emaillimit = 10; emailtime = 300; auth = none; casemapping = rfc1459;
};
uplink "${uplink.name}" {
  host = "${HOST}"; send_password = "${LINK_PASSWORD}"; receive_password = "${LINK_PASSWORD}"; port = ${uplink.linkPort};
};
${pseudoClient('NickServ')}
${pseudoClient('SaslServ')}
general {
  helpchan = "#help"; silent; flood_msgs = 0; ratelimit_uses = 0; ratelimit_period = 60; kline_time = 7; vhost_change = 30;
  commit_interval = 5; default_clone_allowed = 1000; clone_time = 0; ${showEntityId ? 'show_entity_id;' : ''}
};
`;
