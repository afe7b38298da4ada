// The built page on a static host under a sub-path, and a real browser that looks at it.

import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

import { chromium } from 'playwright-core';

const DIST = 'dist';
/** The page must work from any sub-path. */
export const PREFIX = '/some/where/';
export const SCREENSHOTS = 'target/screenshots';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm', '.json': 'application/json', '.png': 'image/png',
};

/** As plain as a static host can be: no fallback, no redirects, nothing but files. `sent` tells what was sent, and when. */
export async function startServer({ folder = DIST, prefix = PREFIX, compressed = false } = {}) {
  const sent = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://host');
    const inside = normalize(pathname.slice(prefix.length) || 'index.html');
    const path = join(folder, inside);
    const served = pathname.startsWith(prefix) && !inside.startsWith('..') && path.startsWith(folder + sep);
    if (!served || !(await stat(path).catch(() => null))?.isFile()) {
      response.writeHead(404).end('Not found');
      return;
    }
    const content = await readFile(path);
    const body = compressed ? gzipSync(content, { level: 9 }) : content;
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', ...(compressed && { 'content-encoding': 'gzip' }) });
    response.end(body);
    sent.push({ name: inside, at: Date.now(), bytes: body.length });
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { sent, address: `http://127.0.0.1:${server.address().port}${prefix}`, stop: () => new Promise((done) => server.close(done).closeAllConnections()) };
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
