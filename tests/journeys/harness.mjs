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
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { openPage, SCREENSHOTS, startBrowser, startServer } from './browser.mjs';

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
