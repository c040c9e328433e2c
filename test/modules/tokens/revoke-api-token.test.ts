import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf } from '../../support/client.js';
import { forgetPresence, programOf, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import * as support from './support.js';
import { makeBot, mint, personWithToken, REVOKE, WHO } from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

describe('revokeApiToken', () => {
  it("SE2 SE8 is denied to everyone but the token's owner with a session", async () => {
    const { person, token } = await personWithToken(service);
    const other = await signUp(service, { roles: [RoleName.ADMIN] });
    const bot = await makeBot(person);
    const botToken = await mint(service, person, { bot: bot.id });
    const program = await programOf(service, person);
    const before = await support.stateOf(service);
    const outcomes = {
      nobody: outcomeOf(await service.client().send(REVOKE, { id: token.id })),
      other: outcomeOf(await other.send(REVOKE, { id: token.id })),
      otherOnBot: outcomeOf(await other.send(REVOKE, { id: botToken.id })),
      program: outcomeOf(await program.send(REVOKE, { id: token.id })),
      programOnBot: outcomeOf(await program.send(REVOKE, { id: botToken.id })),
      bot: outcomeOf(await botToken.program.send(REVOKE, { id: token.id })),
      foreignId: outcomeOf(await person.send(REVOKE, { id: person.id })),
    };
    expect(outcomes).toEqual({
      nobody: 'UNAUTHENTICATED',
      other: 'NOT_FOUND',
      otherOnBot: 'NOT_FOUND',
      program: 'FORBIDDEN',
      programOnBot: 'FORBIDDEN',
      bot: 'FORBIDDEN',
      foreignId: 'BAD_USER_INPUT',
    });
    expect(await support.stateOf(service)).toBe(before);
    expect((await token.program.send(WHO)).status).toBe(200);
  });

  it('SE3 ends the one that is named, without fresh presence, and no other', async () => {
    const { person, token } = await personWithToken(service, { token: { name: 'goes' } });
    const other = await mint(service, person, { name: 'stays' });
    await forgetPresence(service, person);
    const { revokeApiToken } = await person.query(REVOKE, { id: token.id });
    expect(revokeApiToken).toEqual({ viewer: { apiTokens: [{ name: 'stays' }] }, userErrors: [] });
    expect(await support.lastEvent(service)).toMatchObject({
      action: 'api_token.revoke',
      actorId: person.userId,
      subjectId: person.userId,
      detail: 'goes',
    });
    expect((await token.program.send(WHO)).status).toBe(401);
    expect((await other.program.send(WHO)).status).toBe(200);
    expect(outcomeOf(await person.send(REVOKE, { id: token.id }))).toBe('NOT_FOUND');
  });

  it('a token ends itself, and what follows in the request is anonymous', async () => {
    const person = await signUp(service);
    const bot = await makeBot(person);
    for (const given of [{}, { bot: bot.id }]) {
      const token = await mint(service, person, { name: 'self', ...given });
      const { data, errors } = await token.program.send(
        `mutation ($id: ID!) {
           first: revokeApiToken(input: { id: $id }) { viewer { permissions } userErrors { code } }
           second: revokeOtherSessions { viewer { permissions } } }`,
        { id: token.id },
      );
      expect(data).toEqual({ first: { viewer: null, userErrors: [] }, second: null });
      expect(errors).toMatchObject([{ path: ['second'], extensions: { code: 'UNAUTHENTICATED' } }]);
      expect(await support.lastEvent(service)).toMatchObject({
        action: 'api_token.revoke',
        actorId: given.bot === undefined ? person.userId : bot.userId,
        subjectId: person.userId,
        via: 'API token self',
      });
      expect((await token.program.send(WHO)).status).toBe(401);
    }
  });

  it("a bot's token is its owner's to end", async () => {
    const owner = await signUp(service);
    const { id, program } = await mint(service, owner, { bot: (await makeBot(owner)).id });
    expect(outcomeOf(await owner.send(REVOKE, { id }))).toBe('OK');
    expect((await program.send(WHO)).status).toBe(401);
  });
});

describe('node(id:) of API tokens', () => {
  const NODE = `query ($id: ID!) { node(id: $id) { __typename id ... on ApiToken { name owner { handle } } } }`;

  it('RB4 finds own ones and those of own bots, and nobody else does', async () => {
    const { person, token } = await personWithToken(service);
    const bot = await makeBot(person);
    const botToken = await mint(service, person, { name: 'of a bot', bot: bot.id });
    const admin = await signUp(service, { roles: [RoleName.ADMIN] });
    expect((await person.query(NODE, { id: token.id })).node).toMatchObject({
      name: 'ci',
      owner: { handle: person.handle },
    });
    expect((await person.query(NODE, { id: botToken.id })).node).toMatchObject({ owner: { handle: bot.handle } });
    expect((await botToken.program.query(NODE, { id: botToken.id })).node).toMatchObject({ name: 'of a bot' });
    expect((await botToken.program.query(NODE, { id: token.id })).node).toBeNull();
    for (const client of [service.client(), admin]) {
      expect((await client.query(NODE, { id: token.id })).node).toBeNull();
      expect((await client.query(NODE, { id: botToken.id })).node).toBeNull();
    }
    const none = Buffer.from('ApiToken:x').toString('base64url');
    expect((await person.query(NODE, { id: none })).node).toBeNull();
  });

  it('GQ17 costs the same number of statements for one token and for many, with owners and game versions', async () => {
    await support.addVersions(service, ['1.9', '1.10']);
    const owner = await signUp(service);
    const cost = async () => {
      const before = service.db.statementCount;
      await owner.query(`{ viewer { apiTokens { name permissions gameVersions { name } owner { handle } } } }`);
      return service.db.statementCount - before;
    };
    await mint(service, owner, { gameVersions: ['1.9'] });
    const one = await cost();
    for (let i = 0; i < 5; i++) {
      await mint(service, owner, { bot: (await makeBot(owner)).id, gameVersions: ['1.9', '1.10'] });
    }
    expect(await cost()).toBe(one);
  });
});
