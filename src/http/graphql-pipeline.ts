import { HeaderMap } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import type { Context } from '../graphql/context.js';
import { withRequestId } from '../graphql/plugins.js';
import type { GraphqlServer } from '../graphql/server.js';
import type { Reply } from './errors.js';
import type { GraphqlCall } from './graphql-answer.js';

/** Answers a call through Apollo Server's pipeline. */
export async function throughPipeline(graphql: GraphqlServer, call: GraphqlCall, context: Context): Promise<Reply> {
  const pipeline = await graphql.pipeline();
  const {
    status = 200,
    headers,
    body,
  } = await pipeline.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: call.method === 'POST' ? 'POST' : 'GET',
      headers: headersOf(call),
      search: searchOf(call.url),
      body: call.body,
    },
    context: async () => context,
  });
  // Incremental delivery is off: graphql 16 knows neither @defer nor @stream.
  if (body.kind !== 'complete') throw new Error('An answer in pieces was not asked for.');
  const text = status < 400 ? body.string : identified(body.string, call.requestId);
  return { status, headers: Object.fromEntries(headers), body: text };
}

function headersOf({ method, headers: given }: GraphqlCall): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // A read without a cookie or any other credential has nothing that another site could borrow: it needs no header to
  // prove that a browser asked before sending it. So a query can be a plain link.
  if (method !== 'POST' && given.cookie === undefined && given.authorization === undefined) {
    headers.set('apollo-require-preflight', 'no credentials');
  }
  return headers;
}

const searchOf = (url: string): string => {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
};

/** Refusals before the pipeline has begun pass no plugin, which adds the request id to all others. */
function identified(body: string, requestId: string): string {
  const result = JSON.parse(body) as FormattedExecutionResult;
  return JSON.stringify({ ...result, errors: result.errors?.map((error) => withRequestId(error, requestId)) });
}
