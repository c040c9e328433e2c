import type { Credential, SignedInActor } from '../../src/auth/actor.js';
import type { RoleName } from '../../src/auth/permissions.js';

const EPOCH = new Date(0);

export interface ActorOptions {
  id?: string;
  credential?: Partial<Credential>;
  gameVersionId?: number | null;
  from?: Date;
  until?: Date | null;
}

/** A signed-in actor that holds the given roles. */
export function actorWith(roles: readonly RoleName[], options: ActorOptions = {}): SignedInActor {
  const { id = '1', credential, gameVersionId = null, from = EPOCH, until = null } = options;
  return {
    kind: 'SIGNED_IN',
    user: { id, handle: `user${id}`, isBot: false },
    credential: {
      kind: 'SESSION',
      id: 's1',
      name: null,
      permissions: 'ALL',
      gameVersionIds: null,
      expiresAt: null,
      provenAt: null,
      ...credential,
    },
    grants: roles.map((role) => ({ role, gameVersionId, from, until })),
  };
}
