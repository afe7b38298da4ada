// Takes pictures of the page at a route, in three widths, both themes and both languages: `cargo xtask screenshots '#/sandbox'`.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { openPage, SCREENSHOTS, startBrowser, startServer } from './browser.mjs';

const SIZES = [[1440, 900], [1024, 768], [390, 844]];
const LANGUAGES = { en: 'en-US', zh: 'zh-CN' };

const route = process.argv[2] ?? '';
const name = route.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'home';
const server = await startServer();
const browser = await startBrowser();
await mkdir(SCREENSHOTS, { recursive: true });
for (const [width, height] of SIZES) {
  for (const theme of ['light', 'dark']) {
    for (const [short, language] of Object.entries(LANGUAGES)) {
      const { page, trouble } = await openPage(browser, server.address, route, { theme, language, width, height });
      // The editor, if the route has one.
      await page.locator('.cm-content').first().waitFor({ timeout: 5_000 }).catch(() => {});
      const path = join(SCREENSHOTS, `${name}-${width}-${theme}-${short}.png`);
      await page.screenshot({ path });
      console.log(path, ...trouble);
      await page.context().close();
    }
  }
}
await browser.close();
await server.stop();
