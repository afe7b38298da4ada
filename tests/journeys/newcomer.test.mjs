// What somebody does who sees the page for the first time.

import assert from 'node:assert/strict';

import { journey } from './harness.mjs';

/** Opens the menu of the first node. */
async function openNodeMenu(page) {
  await page.locator('.node .node-head .menu-button').first().click();
  await page.locator('.popover.menu').waitFor();
}

for (const [item, title] of [['Add a label', /New label/], ['Add a taint', /New taint/]]) {
  for (const way of ['mouse', 'keyboard']) {
    journey(`"${item}" in a node's menu opens its form by ${way}`, async ({ open }) => {
      const page = await open();
      await openNodeMenu(page);
      const entry = page.getByRole('menuitem', { name: item });
      await (way === 'mouse' ? entry.click() : entry.press('Enter'));
      const form = page.getByRole('dialog', { name: title });
      await form.waitFor();
      // Long enough for whatever would close it again.
      await page.waitForTimeout(300);
      assert.ok(await form.evaluate((element) => element.contains(document.activeElement)), 'the focus is in the form');
      await page.keyboard.press('Escape');
      await form.waitFor({ state: 'detached' });
      assert.ok(await page.evaluate(() => document.activeElement.matches('.menu-button')), 'the focus is back on the button');
    });
  }
}

journey('a new name for a file can be given from its menu', async ({ open }) => {
  const page = await open();
  await page.locator('.file-tabs ~ .menu-button, .file-tabs + * .menu-button').first().click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.locator('.file-rename').waitFor();
  await page.waitForTimeout(300);
  assert.ok(await page.locator('.file-rename').evaluate((field) => field === document.activeElement));
});

for (const system of ['light', 'dark']) {
  for (const chosen of ['light', 'dark']) {
    journey(`the ${chosen} theme has its own ground and text on a ${system} system`, async ({ open }) => {
      const page = await open('', { theme: system });
      const seen = await page.evaluate((theme) => {
        document.documentElement.dataset.theme = theme;
        const { backgroundColor, color } = getComputedStyle(document.documentElement);
        const body = getComputedStyle(document.body);
        return { ground: backgroundColor, text: color, bodyText: body.color, bodyGround: body.backgroundColor };
      }, chosen);
      const [ground, text] = chosen === 'dark' ? ['rgb(14, 19, 27)', 'rgb(231, 236, 244)'] : ['rgb(244, 246, 250)', 'rgb(22, 32, 46)'];
      assert.deepEqual(seen, { ground, text, bodyText: text, bodyGround: 'rgba(0, 0, 0, 0)' });
    });
  }
}

journey('a clock that was stopped stands after a reload', async ({ open }) => {
  const page = await open();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Let time run' }).waitFor();
  await page.reload();
  await page.locator('.node').first().waitFor();
  const time = await page.locator('.clock').innerText();
  await page.waitForTimeout(700);
  assert.equal(await page.locator('.clock').innerText(), time);
  assert.ok(await page.getByRole('button', { name: 'Let time run' }).isVisible());
});

journey('a refused label leaves the whole form in a small window', async ({ open }) => {
  const page = await open('', { height: 600 });
  await page.locator('.node .chip.add').last().click();
  const form = page.locator('.popover.form');
  await form.locator('[name=key]').fill('not a key!');
  await form.locator('[type=submit]').click();
  await form.locator('.refused').waitFor();
  const box = await form.boundingBox();
  assert.ok(box.y >= 0 && box.y + box.height <= 600, `${box.y} to ${box.y + box.height}`);
});

journey('the dot on a tab means that its text is not applied', async ({ open }) => {
  const page = await open();
  const dot = page.getByRole('img', { name: 'not applied yet' });
  await dot.waitFor();
  await page.locator('.edfoot .primary').click();
  await dot.waitFor({ state: 'detached' });
});

journey('the focus stays on the stage when what was pressed there is gone', async ({ open }) => {
  const page = await open();
  await page.locator('.dsbar.empty .primary').press('Enter');
  await page.locator('.dsbar.empty').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.id), 'stage');
});

journey('another effect of a taint is told as the two commands that it takes', async ({ open }) => {
  const page = await open();
  await openNodeMenu(page);
  await page.getByRole('menuitem', { name: 'Add a taint' }).click();
  const form = page.locator('.popover.form');
  await form.locator('[name=key]').fill('maintenance');
  await form.locator('[type=submit]').click();
  await page.locator('.node .chip', { hasText: 'maintenance' }).first().click();
  await form.locator('select').selectOption('NoExecute');
  await form.locator('[type=submit]').click();
  await page.locator('.notice .command', { hasText: /maintenance:NoExecute.* && kubectl taint .*maintenance:NoSchedule-/ }).waitFor({ timeout: 5000 });
});

journey('the time for which a node has not been ready goes on', async ({ open }) => {
  const page = await open();
  await openNodeMenu(page);
  await page.getByRole('menuitem', { name: 'Switch the machine off' }).click();
  const status = page.locator('.node .status', { hasText: /not ready/ }).first();
  await status.waitFor({ timeout: 60_000 });
  const seconds = async () => (await status.innerText()).match(/not ready · (.*)/)[1];
  const first = await seconds();
  await page.waitForTimeout(1500);
  assert.notEqual(await seconds(), first);
});
