import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import { openBrowser } from '../support/browser.js';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
let browser: Browser | null;
let origin: string;
beforeAll(async () => {
  service = await startTestService();
  origin = await service.http.listen({ host: '127.0.0.1', port: 0 });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await service.close();
});

/** Opens a page and notes what it complains of and whom else it asks. */
async function open(path: string, options: { javaScriptEnabled?: boolean; width?: number } = {}) {
  const { javaScriptEnabled = true, width = 1200 } = options;
  const context = await browser!.newContext({ javaScriptEnabled, viewport: { width, height: 800 } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) faults.push(request.url());
  });
  await page.goto(origin + path);
  return { page, faults };
}

const overflow = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

describe('pages in a real browser', () => {
  beforeEach((context: TestContext) => {
    if (browser === null) context.skip('no Chromium on this machine');
  });

  test('GraphiQL runs the query of its address and knows the schema', async () => {
    const query = encodeURIComponent('{ lookup(name: "Plant.getHeight") { srg } }');
    const { page, faults } = await open(`/graphiql?query=${query}`);
    await page.getByLabel(/execute query/i).click();
    await page.getByText('func_2002_c').waitFor({ timeout: 20_000 });
    await page.getByLabel(/show documentation explorer/i).click();
    await page.getByText('Query', { exact: true }).first().waitFor({ timeout: 20_000 });
    expect(faults).toEqual([]);
  });

  test.each([
    ['a desk', 1200],
    ['a phone', 360],
  ])('the start page fits on %s, without script', async (_where, width) => {
    const { page, faults } = await open('/', { javaScriptEnabled: false, width });
    expect(await page.textContent('h1')).toBe('MCP WebService');
    expect(await page.textContent('body')).toContain('0.0-sample');
    const link = page.getByRole('link', { name: 'Try a query' });
    expect(await link.getAttribute('href')).toMatch(/^\/graphiql\?query=/);
    expect(faults).toEqual([]);
  });

  test('the start page needs no sideways scrolling on a phone', async () => {
    const { page } = await open('/', { width: 360 });
    expect(await overflow(page)).toBe(0);
  });
});
