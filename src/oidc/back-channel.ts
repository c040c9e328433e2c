import { post, TIME_LIMIT } from '../modules/webhooks/post.js';
import type { WebhookTargets } from '../modules/webhooks/targets.js';

/**
 * The only requests that the provider sends: word of a sign-out (OpenID Connect Back-Channel Logout 1.0), to addresses that strangers
 * registered. So they go the way of webhooks: to public hosts alone, without redirects, within a time.
 * @throws Error where there was no answer
 */
export async function callBack(url: string, options: RequestInit, targets: WebhookTargets): Promise<Response> {
  const { method, body, headers, signal } = options;
  if (method !== 'POST' || !(body instanceof URLSearchParams))
    throw new Error('The provider asks nobody for anything.');
  const type = new Headers(headers).get('content-type') ?? 'application/x-www-form-urlencoded';
  const call = { url, body: body.toString(), headers: { 'content-type': type, 'user-agent': 'mcp-webservice' } };
  const outcome = await post({ ...call, targets, timeLimit: TIME_LIMIT, stop: signal ?? undefined });
  if (outcome === 'STOPPED' || 'error' in outcome) {
    throw new Error(outcome === 'STOPPED' ? 'The call was stopped.' : outcome.error);
  }
  return new Response(null, { status: outcome.status });
}
