// What every journey needs: the built page on a static host under a sub-path, a real browser, and rules that hold on every page.
//
//   import { journey } from './harness.mjs';
//   journey('a learner does this and sees that', async ({ open }) => {
//     const page = await open('#/sandbox', { theme: 'dark', language: 'zh-CN', width: 390, height: 844 });
//     ...
//     await checkAccessibility(page);
//   });
//
// A journey fails when its page logs an error, throws, or asks any other host for anything; a picture of each of its pages is then left in
// target/screenshots.

import { AssertionError } from 'node:assert';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';

const DIST = 'dist';
/** The page must work from any sub-path. */
export const PREFIX = '/some/where/';
export const SCREENSHOTS = 'target/screenshots';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm', '.json': 'application/json', '.png': 'image/png',
};

/** As plain as a static host can be: no fallback, no redirects, nothing but files. */
export async function startServer(folder = DIST, prefix = PREFIX) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://host');
    const inside = normalize(pathname.slice(prefix.length) || 'index.html');
    const path = join(folder, inside);
    const served = pathname.startsWith(prefix) && !inside.startsWith('..') && path.startsWith(folder + sep);
    if (!served || !(await stat(path).catch(() => null))?.isFile()) {
      response.writeHead(404).end('Not found');
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
    createReadStream(path).pipe(response);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { address: `http://127.0.0.1:${server.address().port}${prefix}`, stop: () => new Promise((done) => server.close(done).closeAllConnections()) };
}

const BROWSERS = [
  '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** A browser with a profile of its own, without services of its own that would use the network. */
export async function startBrowser() {
  const executablePath = process.env.CHROME ?? BROWSERS.find((path) => existsSync(path));
  if (!executablePath) throw new Error('no Chromium or Chrome was found: name its program in the environment variable CHROME');
  const args = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath, args });
}

/** Opens a page in a fresh profile; `at` may be a route such as `#/sandbox` or a query such as `?embed`. */
export async function openPage(browser, address, at = '', { theme = 'light', language = 'en-US', width = 1440, height = 900, reducedMotion, ready = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale: language, colorScheme: theme, reducedMotion });
  const page = await context.newPage();
  const trouble = watch(page, new URL(address).origin);
  await page.goto(address + at);
  if (ready) await page.waitForFunction(() => !document.getElementById('boot'));
  return { page, trouble };
}

/** Everything that no page may do. */
function watch(page, origin) {
  const trouble = [];
  page.on('console', (message) => message.type() === 'error' && trouble.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => trouble.push(`thrown: ${error.stack ?? error}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(data|blob|about):/.test(url)) trouble.push(`asked another host: ${url}`);
  });
  page.on('response', (response) => response.status() >= 400 && trouble.push(`${response.status()}: ${response.url()}`));
  return trouble;
}

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A test with a real browser. Its body gets `open(at, options)`, see `openPage`, and the page's `address`. */
export function journey(name, body, { timeout = 120_000 } = {}) {
  test(name, { timeout }, async () => {
    const opened = [];
    const open = async (at, options) => {
      const { page, trouble } = await openPage(browser, server.address, at, options);
      opened.push({ page, trouble });
      return page;
    };
    try {
      await body({ open, browser, address: server.address });
      const trouble = opened.flatMap((one) => one.trouble);
      if (trouble.length) throw new AssertionError({ message: trouble.join('\n') });
    } catch (error) {
      await picture(name, opened.map((one) => one.page));
      throw error;
    } finally {
      for (const { page } of opened) await page.context().close();
    }
  });
}

async function picture(name, pages) {
  await mkdir(SCREENSHOTS, { recursive: true });
  const file = name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80);
  for (const [i, page] of pages.entries()) {
    const path = join(SCREENSHOTS, `failed-${file}-${i + 1}.png`);
    await page.screenshot({ path }).then(() => console.error(`picture: ${path}`), () => {});
  }
}

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** WCAG 2.2 AA as far as a program can tell, contrast included, on the page or the part that `selector` names. */
export async function checkAccessibility(page, selector = 'html') {
  // Through the debugger: the page's content security policy, rightly, lets no such script in.
  await page.evaluate(await readFile(axeSource, 'utf8'));
  const violations = await page.evaluate(async (part) => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await globalThis.axe.run(part, { runOnly: { type: 'tag', values: tags } });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.slice(0, 5).map((n) => `    ${n.html.slice(0, 200)}\n    ${n.failureSummary.replace(/\n/g, ' ')}`).join('\n')}`);
  }, selector);
  if (violations.length) throw new AssertionError({ message: `not accessible\n${violations.join('\n')}` });
}

/** Fails if the page can be scrolled sideways. */
export async function checkNoSidewaysScroll(page) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  if (content > window) throw new AssertionError({ message: `the page is ${content} px wide in a window of ${window} px` });
}
