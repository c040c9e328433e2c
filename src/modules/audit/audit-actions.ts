/** Everything that the audit log knows, by whom it is read. */
export const AUDIT_ACTIONS = [
  'user.sign_up',
  'user.create',
  'user.suspend',
  'user.reinstate',
  'user.erase',
  'user.merge',
  'user.export',
  'bot.create',
  'bot.delete',
  'session.start',
  'session.revoke',
  'session.revoke_others',
  'session.end',
  'password.change',
  'password.recover',
  'presence.prove',
  'totp.enable',
  'totp.disable',
  'recovery_codes.create',
  'passkey.add',
  'passkey.remove',
  'identity.link',
  'identity.unlink',
  'identity.move',
  'identity.confirm',
  'identity.admin_link',
  'identity.admin_unlink',
  'merge_code.create',
  'api_token.create',
  'api_token.rotate',
  'api_token.revoke',
  'api_token.leak',
  'role.grant',
  'role.revoke',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What readers see who may read the log but no private data: moderators. */
export const MODERATION_ACTIONS: readonly AuditAction[] = [
  'user.suspend',
  'user.reinstate',
  'role.grant',
  'role.revoke',
];
