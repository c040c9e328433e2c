import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeBase32 } from '@oslojs/encoding';
import { outcomeOf } from '../../support/client.js';
import { programOf, signInAgain, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  actionsOf,
  codeOf,
  CONFIRM_TOTP,
  CREATE_CODES,
  denials,
  DISABLE_TOTP,
  enableTotp,
  nextStep,
  PRESENCE_ONLY,
  START_TOTP,
  stopClock,
  VIEWER,
  wrongCode,
} from './support.js';

let service: TestService;
beforeAll(async () => {
  stopClock();
  service = await startTestService({ sample: false });
});
afterAll(async () => {
  vi.useRealTimers();
  await service.close();
});

describe('startTotp, confirmTotp, disableTotp', () => {
  it('SE8 are for a session whose person has just proven presence', async () => {
    expect(await denials(service, START_TOTP)).toEqual(PRESENCE_ONLY);
    expect(await denials(service, CONFIRM_TOTP, { input: { code: '000000' } })).toEqual(PRESENCE_ONLY);
    expect(await denials(service, DISABLE_TOTP)).toEqual(PRESENCE_ONLY);
  });

  it('turn the authenticator app on by its first code, and end all other sessions', async () => {
    const person = await signUp(service);
    const other = await signInAgain(service, person);
    const { startTotp } = await person.query(START_TOTP);
    const uri = new URL(startTotp.uri);
    expect(uri.protocol).toBe('otpauth:');
    expect(decodeURIComponent(uri.pathname)).toContain(`MCP WebService:${person.handle}`);
    expect(uri.searchParams.get('secret')).toBe(startTotp.secret);

    // A key that nobody has confirmed counts for nothing.
    expect((await person.query(VIEWER)).viewer.hasTotp).toBe(false);
    expect(outcomeOf(await signInAgain(service, person).then((again) => again.send(VIEWER)))).toBe('OK');

    const wrong = await person.query(CONFIRM_TOTP, { input: { code: wrongCode(startTotp.secret) } });
    expect(wrong.confirmTotp).toMatchObject({
      viewer: null,
      recoveryCodes: null,
      userErrors: [{ code: 'CODE_INVALID', path: ['code'] }],
    });
    const { confirmTotp } = await person.query(CONFIRM_TOTP, { input: { code: codeOf(startTotp.secret) } });
    expect(confirmTotp).toMatchObject({ viewer: { hasTotp: true, recoveryCodesLeft: 10 }, userErrors: [] });
    expect(confirmTotp.viewer.sessions).toHaveLength(1);
    expect(new Set(confirmTotp.recoveryCodes).size).toBe(10);
    expect((await other.send(VIEWER)).status).toBe(401);
    expect((await person.query(VIEWER)).viewer.hasTotp).toBe(true);
    expect(await actionsOf(person)).toEqual(expect.arrayContaining(['totp.enable', 'recovery_codes.create']));

    await expect(signInAgain(service, person)).rejects.toThrow('"viewer":null');
    for (const again of [START_TOTP, CONFIRM_TOTP]) {
      const answer = await person.send(again, { input: { code: codeOf(startTotp.secret, 1) } });
      expect(outcomeOf(answer)).toBe('ALREADY_EXISTS');
    }
  });

  it('replace a key that was never confirmed, and confirm none that was not started', async () => {
    const person = await signUp(service);
    expect(outcomeOf(await person.send(CONFIRM_TOTP, { input: { code: '123456' } }))).toBe('NOT_FOUND');
    const { startTotp: first } = await person.query(START_TOTP);
    const { startTotp: second } = await person.query(START_TOTP);
    expect(second.secret).not.toBe(first.secret);
    expect(outcomeOf(await person.send(CONFIRM_TOTP, { input: { code: codeOf(first.secret) } }))).toBe('CODE_INVALID');
    expect(outcomeOf(await person.send(CONFIRM_TOTP, { input: { code: codeOf(second.secret) } }))).toBe('OK');
  });

  it('are confirmed once by two codes in parallel', async () => {
    const person = await signUp(service);
    const { startTotp } = await person.query(START_TOTP);
    const outcomes = await Promise.all(
      [0, 1].map(async (offset) =>
        outcomeOf(await person.send(CONFIRM_TOTP, { input: { code: codeOf(startTotp.secret, offset) } })),
      ),
    );
    expect(outcomes.sort()).toEqual(['ALREADY_EXISTS', 'OK']);
    expect((await person.query(VIEWER)).viewer.recoveryCodesLeft).toBe(10);
  });

  it('turn it off again, and keep the recovery codes, which recover a lost password too', async () => {
    const person = await signUp(service);
    expect(outcomeOf(await person.send(DISABLE_TOTP))).toBe('NOT_FOUND');
    await person.query(START_TOTP);
    expect(outcomeOf(await person.send(DISABLE_TOTP))).toBe('NOT_FOUND');
    const first = await enableTotp(person);
    const { disableTotp } = await person.query(DISABLE_TOTP);
    expect(disableTotp.viewer).toEqual({ hasTotp: false, recoveryCodesLeft: 10 });
    expect((await actionsOf(person))[0]).toBe('totp.disable');
    await signInAgain(service, person);

    nextStep();
    const second = await enableTotp(person);
    expect(second.secret).not.toBe(first.secret);
    // There were some left.
    expect(second.recoveryCodes).toBeNull();
  });

  it('SE1 keep the key encrypted, bound to its account', async () => {
    const person = await signUp(service);
    const { secret } = await enableTotp(person);
    const key = Buffer.from(decodeBase32(secret));
    for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const)
      service.secrets.add(key.toString(encoding));
    const [row] = await service.db.query<{ key: Uint8Array }>(`SELECT key FROM totp WHERE user_id = $1`, [
      person.userId,
    ]);
    expect(Buffer.from(row!.key).includes(key)).toBe(false);
    expect(service.auth.keyring.decrypt('totp', row!.key, String(person.userId))).toEqual(key);
    expect(() => service.auth.keyring.decrypt('totp', row!.key, '1')).toThrow('opens this totp secret');
  });
});

describe('createRecoveryCodes', () => {
  it('SE8 is for a session whose person has just proven presence', async () => {
    expect(await denials(service, CREATE_CODES)).toEqual(PRESENCE_ONLY);
  });

  it('gives anybody ten codes, in place of those of before', async () => {
    const person = await signUp(service);
    const { createRecoveryCodes: first } = await person.query(CREATE_CODES);
    expect(first).toMatchObject({ userErrors: [] });
    expect(first.recoveryCodes).toHaveLength(10);
    const { createRecoveryCodes: second } = await person.query(CREATE_CODES);
    expect(second.recoveryCodes.filter((code: string) => first.recoveryCodes.includes(code))).toEqual([]);
    expect((await person.query(VIEWER)).viewer.recoveryCodesLeft).toBe(10);
    // A program may see how many there are; the codes are shown to nobody again.
    expect((await (await programOf(service, person)).query(VIEWER)).viewer.recoveryCodesLeft).toBe(10);
    expect((await actionsOf(person)).slice(0, 2)).toEqual(['recovery_codes.create', 'recovery_codes.create']);
  });
});
