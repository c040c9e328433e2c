import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser of this machine; null where there is none, which only CI takes for a failure. */
export async function openBrowser(): Promise<Browser | null> {
  const executablePath = process.env.CHROMIUM ?? PATHS.find((path) => existsSync(path));
  if (executablePath === undefined) {
    if (process.env.CI !== undefined) throw new Error('CI must have Chromium: apt-get install chromium.');
    return null;
  }
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'];
  return chromium.launch({ executablePath, args });
}

/** Keeps a picture of a page, for people to look at: in SCREENSHOT_DIR, or below the project. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOT_DIR ?? 'test-artifacts/screenshots';
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Waits until what a page opens with has the focus: a browser gives it a moment after the page is loaded. */
export const focused = (page: Page): Promise<void> => page.locator('[autofocus]:focus').waitFor();
