import { describe, expect, test } from 'vitest';
import type { SettingsError } from '../../src/app/env.js';
import { readSettings } from '../../src/app/env.js';

const serversOf = (IRC_SERVERS: string) => readSettings({ IRC_SERVERS, IRC_CLIENT_ID: 'client' }).IRC_SERVERS;

function faultOf(IRC_SERVERS: string): string {
  try {
    readSettings({ IRC_SERVERS, IRC_CLIENT_ID: 'client' });
  } catch (error) {
    return (error as SettingsError).faults.join('; ');
  }
  throw new Error(`${IRC_SERVERS} was taken.`);
}

describe('IRC_SERVERS', () => {
  test('names networks, each with its address, the bot there, and the channels', () => {
    expect(
      serversOf(`EsperNet=ircs://mcpbot:p%40ss%23@irc.esper.net/#mcp,#mcp-dev
                 Other=irc://[::1]:6669?services=services.other.org&pace=20`),
    ).toEqual([
      {
        name: 'EsperNet',
        host: 'irc.esper.net',
        port: 6697,
        tls: true,
        nick: 'mcpbot',
        password: 'p@ss#',
        channels: ['#mcp', '#mcp-dev'],
        services: null,
        pace: 1.25,
      },
      {
        name: 'Other',
        host: '::1',
        port: 6669,
        tls: false,
        nick: null,
        password: null,
        channels: [],
        services: 'services.other.org',
        pace: 20,
      },
    ]);
  });

  test.each([
    ['irc.esper.net', 'IRC_SERVERS: each is <name>=ircs://<host>/#<channel>'],
    ['Esper Net=ircs://irc.esper.net', 'IRC_SERVERS: each is'],
    ['EsperNet=https://irc.esper.net', 'EsperNet: not an address like ircs://host:6697/#channel'],
    ['EsperNet=ircs://', 'EsperNet: not an address'],
    ['EsperNet=ircs://a.example esperNet=ircs://b.example', 'esperNet stands there twice'],
    ['EsperNet=ircs://bot:pa#ss@irc.esper.net', 'EsperNet: '],
    ['EsperNet=ircs://irc.esper.net/#one,two', 'EsperNet: channels are written #one,#two'],
    ['EsperNet=ircs://irc.esper.net/#one,#t%0Dwo', 'EsperNet: channels are written #one,#two'],
    ['EsperNet=ircs://1bot@irc.esper.net', 'EsperNet: that is no nick'],
    ['EsperNet=ircs://irc.esper.net?pace=fast', 'EsperNet: pace is a number of lines a second'],
    ['EsperNet=ircs://irc.esper.net?services=a%20b', 'EsperNet: services is no host name'],
  ])('%s is refused', (text, fault) => {
    expect(faultOf(text)).toContain(fault);
    expect(faultOf(text)).not.toContain('ss@');
  });

  test('belongs to the client that the bot is to the service', () => {
    expect(() => readSettings({ IRC_SERVERS: 'EsperNet=ircs://irc.esper.net' })).toThrow(
      'IRC_CLIENT_ID: belongs to IRC_SERVERS',
    );
  });
});
