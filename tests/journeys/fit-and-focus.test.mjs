// That what is on the page fits into it, and that the focus and the sight stay where somebody works.

import assert from 'node:assert/strict';

import { journey } from './harness.mjs';

/** The page with its editor and with nodes. */
async function openWhole(open, options) {
  const page = await open('', options);
  await page.locator('.cm-content').first().waitFor({ state: 'attached' });
  await page.locator('.node').first().waitFor({ state: 'attached' });
  return page;
}

/** Chooses an item of the menu that a button opens, by keyboard. */
async function choose(page, button, item) {
  await button.press('Enter');
  await page.getByRole('menuitem', { name: item }).press('Enter');
}

const focused = (page) => page.evaluate(() => document.activeElement.dataset.node ?? document.activeElement.tagName);

for (const width of [800, 820, 900, 1024]) {
  for (const language of ['en-US', 'zh-CN']) {
    journey(`at ${width} px in ${language} the foot of the editor is whole`, async ({ open }) => {
      const page = await openWhole(open, { width, height: 700, language });
      const [pane, apply] = await Promise.all(['.editor', '.edfoot .primary'].map((part) => page.locator(part).boundingBox()));
      assert.ok(apply.x + apply.width <= pane.x + pane.width, `${apply.x} + ${apply.width}`);
      assert.ok(apply.y + apply.height <= 700);
    });
  }
}

journey('in a low window the dock leaves room for the nodes, and can be made higher from there', async ({ open }) => {
  const page = await openWhole(open, { width: 900, height: 600 });
  await page.locator('.dsbar .primary').click();
  await page.locator('.notice .command').waitFor();
  const height = async (part) => (await page.locator(part).boundingBox()).height;
  assert.ok(await height('.nodes') > 120, `${await height('.nodes')}`);
  const before = await height('.dock');
  await page.locator('.resize').press('ArrowUp');
  await page.waitForFunction((before) => document.querySelector('.dock').offsetHeight !== before, before);
  assert.equal(await height('.dock'), before + 20);
});

journey('a long line is wrapped, and stands further in than it begins', async ({ open }) => {
  const page = await openWhole(open);
  const image = page.locator('.cm-line', { hasText: 'image:' }).first();
  await image.scrollIntoViewIfNeeded();
  const { rows, right, inside } = await image.evaluate((line) => {
    const words = document.createRange();
    words.selectNodeContents(line);
    const rects = [...words.getClientRects()].filter((rect) => rect.width > 0);
    const later = rects.filter((rect) => rect.top > line.getBoundingClientRect().top + 15);
    const key = [...line.querySelectorAll('span')].find((span) => span.textContent.startsWith('image')).getBoundingClientRect();
    const left = Math.min(...later.map((rect) => rect.left));
    return { rows: later.length, right: Math.max(...rects.map((rect) => rect.right)), inside: left > key.left };
  });
  const pane = await page.locator('.editor').boundingBox();
  assert.ok(rows > 0 && inside);
  assert.ok(right <= pane.x + pane.width, `${right}`);
  await image.click();
  await page.keyboard.press('End');
  await page.keyboard.press('End');
  assert.equal(await page.locator('.cm-scroller').first().evaluate((it) => it.scrollLeft), 0);
});

journey('a first word that is longer than the line stays on the line of its indentation', async ({ open }) => {
  const page = await openWhole(open, { width: 390, height: 844 });
  await page.locator('.pane-switch button').nth(1).click();
  await page.locator('.cm-content').first().fill(`a:\n  b:\n    ${'long.'.repeat(20)}: 1\n`);
  const line = page.locator('.cm-line').nth(2);
  const first = await line.evaluate((it) => [...it.querySelectorAll('span')].find((span) => span.textContent.startsWith('long')).getClientRects()[0].top - it.getBoundingClientRect().top);
  assert.ok(first < 10, `${first}`);
});

journey('whoever comes into the editor by keyboard reads how to get out, whoever clicks does not', async ({ open }) => {
  const page = await openWhole(open);
  const hint = page.locator('.code-hint');
  assert.ok(!(await hint.isVisible()));
  await page.locator('.cm-content').first().click();
  assert.ok(!(await hint.isVisible()));
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+Tab');
  assert.ok(await page.locator('.cm-content').first().evaluate((it) => it === document.activeElement));
  assert.match(await hint.innerText(), /Escape and then Tab/);
  assert.ok(await hint.isVisible());
});

for (const [name, why] of [['fluentd.yaml', /There is a file fluentd.yaml already/], ['', /needs a name/], ['a b.yaml', /letters, digits/], ['$x', /letters, digits/]]) {
  journey(`a file cannot be called "${name}", and the page says why`, async ({ open }) => {
    const page = await openWhole(open);
    await page.locator('.edtabs > .menu-button').last().click();
    await page.getByRole('menuitem', { name: 'fluentd.yaml' }).click();
    await page.locator('[role=tab]', { hasText: 'kube-proxy.yaml' }).click();
    await page.keyboard.press('F2');
    await page.locator('.file-rename').fill(name);
    await page.keyboard.press('Enter');
    assert.match(await page.locator('.notice.bad .said').innerText(), why);
    await page.locator('.file-tab.on', { hasText: 'kube-proxy.yaml' }).waitFor();
  });
}

journey('after a pod is deleted by keyboard the focus is on its node', async ({ open }) => {
  const page = await openWhole(open);
  await page.locator('.transport select').selectOption('25×');
  await page.locator('.dsbar .primary').click();
  await page.locator('.pod.s-available').nth(8).waitFor();
  const name = await page.locator('.node-name').nth(4).innerText();
  const pod = page.locator('.node').nth(4).locator('.pod');
  const key = await pod.locator('.pod-name').innerText();
  await choose(page, pod, /^Delete/);
  await page.locator('.pod', { hasText: key }).waitFor({ state: 'detached', timeout: 60_000 });
  assert.equal(await focused(page), name);
});

journey('after a node is deleted by keyboard the focus is on its neighbour, and cards are as wide as before', async ({ open }) => {
  const page = await openWhole(open);
  const node = (index) => page.locator('.node').nth(index);
  const width = (await node(0).boundingBox()).width;
  const next = await page.locator('.node-name').nth(5).innerText();
  await choose(page, node(4).locator('.node-head .menu-button'), /^Delete/);
  await page.waitForFunction(() => document.querySelectorAll('.node').length === 8);
  await page.waitForFunction((next) => document.activeElement.dataset.node === next, next);
  assert.equal((await node(0).boundingBox()).width, width);
});

journey('what has just joined is scrolled into sight', async ({ open }) => {
  const page = await openWhole(open, { height: 700 });
  await page.locator('.toolbar [aria-haspopup=dialog]').first().click();
  await page.locator('.popover.form [type=submit]').click();
  await page.locator('.node').nth(9).waitFor({ state: 'attached' });
  const name = (await page.locator('.notice .said').innerText()).match(/\S*node-\S*\d/)[0];
  const seen = await page.locator(`.node:has([data-node="${name}"])`).evaluate((card) => {
    const [inner, outer] = [card.getBoundingClientRect(), card.closest('.nodes').getBoundingClientRect()];
    return inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  });
  assert.ok(seen, name);
});

journey('a form that opens on a value has it selected', async ({ open }) => {
  const page = await openWhole(open);
  await page.locator('.chip.fold').first().click();
  await page.locator('.node').first().locator('.chip', { hasText: 'os=linux' }).press('Enter');
  const field = page.locator('.popover.form [name=value]');
  await field.waitFor();
  await page.keyboard.type('windows');
  assert.equal(await field.inputValue(), 'windows');
});

journey('a cordoned node still counts its pods, and its taint may be broken after a sign only', async ({ open }) => {
  const page = await openWhole(open);
  await page.locator('.dsbar .primary').click();
  await page.locator('.pod.s-available').nth(8).waitFor({ timeout: 60_000 });
  await choose(page, page.locator('.node .node-head .menu-button').first(), 'Cordon');
  await page.locator('.node .status', { hasText: /cordoned · 1 pod/ }).waitFor();
  const chip = page.locator('.node').first().locator('.chip.taint');
  assert.equal(await chip.locator('wbr').count(), 1);
  assert.match(await chip.innerText(), /^unschedulable:NoSchedule$/);
});

journey('a minute without a change is told, and the clock shows tenths while it stands', async ({ open }) => {
  const page = await openWhole(open);
  const step = page.getByRole('button', { name: 'Step to the next change' });
  const idle = page.locator('.notice', { hasText: 'nothing changed' });
  const stepUntil = async (seen) => {
    for (let i = 0; i < 80 && !(await seen()); i += 1) {
      await step.click();
      await page.waitForTimeout(60);
    }
    assert.ok(await seen());
  };
  await page.locator('.dsbar .primary').click();
  await page.locator('.notice .command').waitFor();
  await stepUntil(async () => /:\d\d\.\d$/.test(await page.locator('.clock').innerText()));
  await stepUntil(async () => (await idle.count()) > 0);
});
