import { describe, expect, test } from 'vitest';
import { NAMES, providerInTest, refusal } from './support.js';

const ODD_IDS = {
  GITHUB: [undefined, null, 0, -1, 1.5, 2 ** 53, '583231', 'octocat', true, [583231], { id: 583231 }],
  DISCORD: [
    undefined,
    null,
    80351110224678,
    '',
    '1',
    'nelly',
    '08035111022467891',
    ' 80351110224678912',
    '80351110224678912\n',
    '-8035111022467891',
    '٨٠٣٥١١١٠٢٢٤٦٧٨٩١٢',
    '803511102246789120000',
    ['80351110224678912'],
  ],
} as const;

describe.each(NAMES)('the account at %s', (name) => {
  const provider = providerInTest(name);
  const loginField = name === 'GITHUB' ? 'login' : 'username';
  const refused = async () =>
    refusal(provider.client().profile(await provider.begin()), () => provider.server.secrets());

  test.each<unknown>(ODD_IDS[name])('OA7: its id can not be %o', async (id) => {
    provider.server.account.id = id;
    expect(await refused()).toMatch(/\(profile\).* id of the account is missing or odd\.$/);
  });

  test.each<unknown>([undefined, null, 17, '', ' \u200b\u202e\0 ', ['octocat']])(
    'OA8: its login name can not be %o',
    async (login) => {
      provider.server.misbehave('user', { changes: { [loginField]: login } });
      expect(await refused()).toMatch(/\(profile\).* login name is missing or odd\.$/);
    },
  );

  test('OA8: its login name can not be 10 kB long', async () => {
    provider.server.account.login = 'x'.repeat(10_000);
    expect(await refused()).toMatch(/\(profile\).* login name is missing or odd\.$/);
  });

  test.each([
    ['octo\u0000\u0007\u001b[31mcat', 'octo[31mcat'],
    ['octo\r\nADMIN\u2028cat\u0085', 'octoADMINcat'],
    ['\u202eevil\u202c \u2066x\u2069', 'evil x'],
    ['o\u200bc\u200dt\ufeffo\u00adc\u3164at', 'octocat'],
    ['octo\ud800cat', 'octocat'],
    ['  Ünïcode 名前 \u{1f600}  ', 'Ünïcode 名前 \u{1f600}'],
    ['<b>&"\'', '<b>&"\''],
    ['\u{1f600}'.repeat(150), '\u{1f600}'.repeat(100)],
    [`${'x'.repeat(99)} y`, 'x'.repeat(99)],
  ])('a login name of %j is shown as %j', async (login, displayName) => {
    provider.server.account.login = login;
    const profile = await provider.client().profile(await provider.begin());
    expect(profile.displayName).toBe(displayName);
  });
});
