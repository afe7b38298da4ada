// The page as a whole: it opens from any static host, in the right order, and keeps to itself.

import assert from 'node:assert/strict';

import { PREFIX } from './browser.mjs';
import { checkAccessibility, checkNoSidewaysScroll, journey } from './harness.mjs';

journey('the page opens from a sub-path and asks only for its own files', async ({ open }) => {
  const page = await open();
  assert.equal(new URL(page.url()).pathname, PREFIX);
  assert.match(await page.title(), /DaemonSet Lab/);
  assert.ok((await page.locator('body').innerText()).trim().length > 0, 'something stands on the page');
});

journey('the editor is loaded after the first paint, and is an editor then', async ({ open }) => {
  const page = await open('#/sandbox');
  await page.locator('.cm-content').first().waitFor();
  const { painted, asked } = await page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
    asked: performance.getEntriesByType('resource').find((entry) => /\/editor-[^/]*\.js$/.test(entry.name))?.startTime,
  }));
  assert.ok(asked > painted, `the chunk was asked for at ${asked} ms, the first paint was at ${painted} ms`);
});

for (const theme of ['light', 'dark']) {
  journey(`the editor and its search panel are accessible in the ${theme} theme`, async ({ open }) => {
    const page = await open('#/sandbox', { theme });
    const content = page.locator('.cm-content').first();
    await content.waitFor();
    await checkAccessibility(page, '.code-editor');
    await content.press('ControlOrMeta+f');
    await page.locator('.cm-search').waitFor();
    await checkAccessibility(page, '.code-editor');
  });
}

journey('the keyboard gets into the editor, indents there, and gets out again', async ({ open }) => {
  const page = await open('#/sandbox');
  const content = page.locator('.cm-content').first();
  await content.focus();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('\nlist:\nitem');
  assert.match((await content.locator('.cm-line').allInnerTexts()).join('\n'), /\nlist:\n  item$/, 'what follows a key is indented');
  await page.keyboard.press('Tab');
  assert.ok(await content.evaluate((element) => element.contains(document.activeElement)), 'Tab indents');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  assert.ok(!(await content.evaluate((element) => element.contains(document.activeElement))), 'Escape and then Tab leaves');
});

journey('without the editor chunk the manifest can still be edited', async ({ browser, address }) => {
  const page = await (await browser.newContext()).newPage();
  await page.route(/\/editor-[^/]*\.js$/, (route) => route.abort());
  await page.goto(`${address}#/sandbox`);
  const plain = page.locator('textarea.code-editor-plain').first();
  await plain.waitFor();
  await plain.fill('kind: DaemonSet\n');
  assert.equal(await plain.inputValue(), 'kind: DaemonSet\n');
  await page.context().close();
});

journey('a browser without JavaScript is told what the page needs', async ({ browser, address }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(address);
  assert.match(await page.locator('noscript').innerText(), /JavaScript/);
  await context.close();
});

journey('a program that cannot be fetched is said to be missing', async ({ browser, address }) => {
  const page = await (await browser.newContext()).newPage();
  await page.route(/\.wasm$/, (route) => route.abort());
  await page.goto(address);
  await page.locator('#boot-failed').waitFor({ state: 'visible' });
  await page.context().close();
});

journey('an engine that cannot be fetched is said to be missing, and the text can still be edited', async ({ browser, address }) => {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
  await page.route(/\/engine-[^/]*\.wasm$/, (route) => route.abort());
  await page.goto(`${address}#/sandbox`);
  const alert = page.getByRole('alert').filter({ hasText: 'Your text is kept' });
  await alert.waitFor();
  await page.locator('.cm-content').first().fill('kind: DaemonSet');
  await alert.getByRole('button', { name: 'Reload the page' }).click();
  await page.locator('.cm-content', { hasText: 'kind: DaemonSet' }).first().waitFor();
  await page.context().close();
});

journey('the page and the editor stand there before the engine has arrived', async ({ browser, address }) => {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
  let arrive;
  const arrived = new Promise((resolve) => { arrive = resolve; });
  await page.route(/\/engine-[^/]*\.wasm$/, async (route) => { await arrived; await route.continue(); });
  await page.goto(`${address}#/sandbox`);
  await page.locator('.cm-content').first().waitFor();
  assert.equal(await page.locator('.ghost').count(), 9);
  assert.equal(await page.locator('#stage').getAttribute('aria-busy'), 'true');
  // What is asked for meanwhile is done as soon as somebody can.
  await page.locator('.edfoot .primary').click();
  arrive();
  await page.locator('.pod').first().waitFor();
  assert.equal(await page.locator('.ghost').count(), 0);
  await page.context().close();
});

journey('nothing that was answered is lost by a reload', async ({ open }) => {
  const page = await open('#/sandbox');
  await page.locator('.node').first().waitFor();
  await page.locator('.edfoot .primary').click();
  await page.locator('.notice .command').waitFor();
  await page.reload();
  await page.locator('.dsbar .dsname', { hasText: 'kube-proxy' }).waitFor();
});

for (const width of [390, 1024, 1440]) {
  journey(`at ${width} px nothing is cut off sideways`, async ({ open }) => {
    const page = await open('#/sandbox', { width, height: 844 });
    await page.locator('.code-editor').first().waitFor({ state: 'attached' });
    await checkNoSidewaysScroll(page);
  });
}
