// The whole page, in its main states: accessible in both themes and languages, and of use without a mouse.

import assert from 'node:assert/strict';

import { checkAccessibility, checkNoSidewaysScroll, journey } from './harness.mjs';

const apply = (page) => page.locator('.edfoot .primary').click();

/** What controls are called that have no other mark, in each language. */
const WORDS = {
  'en-US': { off: 'Switch the machine off', table: 'Table', legend: 'Legend', thousand: '1,000 nodes' },
  'zh-CN': { off: '关机', table: '表格', legend: '图例', thousand: '1000 个节点' },
};

/** Names of main states, and how a learner gets there from a fresh page whose controls have those names. */
const STATES = {
  'without a DaemonSet': async () => {},
  'with a rollout that is stuck and explained': async (page) => {
    await apply(page);
    await page.locator('.pod.s-available').nth(8).waitFor();
    await replaceText(page, BROKEN);
    await apply(page);
    await page.locator('.waiting.stuck').waitFor({ timeout: 60_000 });
    await page.locator('#tab-explain').click();
    await page.locator('.explain.alone .verdict').waitFor();
  },
  'with a pod in trouble that is explained': async (page) => {
    await replaceText(page, BROKEN);
    await apply(page);
    await page.locator('.waiting.stuck button').click({ timeout: 60_000 });
    await page.locator('.explain .trouble').waitFor();
  },
  'with a cluster that was changed behind the file': async (page) => {
    await apply(page);
    await page.locator('.pod.s-available').nth(8).waitFor();
    await replaceText(page, BROKEN);
    await apply(page);
    await page.locator('.waiting.stuck').waitFor({ timeout: 60_000 });
    await page.locator('.dsline .menu-button').click();
    await page.getByRole('menuitem').nth(1).click();
    await page.locator('.drift h3').waitFor();
  },
  'with a node selected that is switched off': async (page, words) => {
    await apply(page);
    await page.locator('.node .node-head .menu-button').first().click();
    await page.getByRole('menuitem', { name: words.off }).click();
    await page.locator('.node-name').first().click();
    await page.locator('.explain .machine').waitFor();
  },
  'as a table': async (page, words) => {
    await apply(page);
    await page.getByRole('button', { name: words.table }).click();
    await page.locator('.nodes-table .pod').first().waitFor();
  },
  'with a form open': async (page) => {
    await page.locator('.node .chip.add').first().click();
    await page.locator('.popover.form').waitFor();
  },
  'with a menu open': async (page) => {
    await page.locator('.toolbar .menu-button').first().click();
    await page.locator('.popover.menu').waitFor();
  },
  'with the legend open': async (page, words) => {
    await page.getByRole('button', { name: words.legend }).click();
    await page.locator('.popover.legend').waitFor();
  },
  'with events and problems': async (page) => {
    await apply(page);
    await page.locator('#tab-events').click();
    await page.locator('.events tbody tr').first().waitFor();
    await replaceText(page, 'kind: Daemonset\n');
    await page.locator('.problem').first().waitFor();
  },
  'with a thousand nodes': async (page, words) => {
    await page.locator('.toolbar .menu-button').first().click();
    await page.getByRole('menuitem', { name: words.thousand }).click();
    await page.locator('.cells canvas').first().waitFor();
  },
};

/** The first file's DaemonSet with an image that cannot be pulled. */
const BROKEN = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-proxy, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: kube-proxy}}
  template:
    metadata: {labels: {k8s-app: kube-proxy}}
    spec:
      containers: [{name: kube-proxy, image: "example.com/kube-proxy:bad"}]
`;

async function replaceText(page, text) {
  await page.locator('.cm-content').first().fill(text);
}

/** What fades in has its colours once nothing moves but what never stops. */
async function untilCalm(page) {
  await page.waitForFunction(() => {
    const moves = (one) => one.playState === 'running' && one.effect.getComputedTiming().endTime !== Infinity;
    return !document.getAnimations().some(moves);
  });
}

for (const theme of ['light', 'dark']) {
  for (const [language, words] of Object.entries(WORDS)) {
    for (const [name, reach] of Object.entries(STATES)) {
      journey(`${name}, the page is accessible in the ${theme} theme and in ${language}`, async ({ open }) => {
        const page = await open('#/sandbox', { theme, language });
        await page.locator('.cm-content').first().waitFor();
        await page.locator('.node').first().waitFor();
        assert.equal(await page.locator('html').getAttribute('lang'), language.startsWith('zh') ? 'zh-CN' : 'en');
        await page.locator('.transport select').selectOption('25×');
        await reach(page, words);
        await untilCalm(page);
        await checkAccessibility(page);
        await checkNoSidewaysScroll(page);
      });
    }
  }
}

journey('everything from the cluster to the manifest can be done with the keyboard alone', async ({ open }) => {
  const page = await open('#/sandbox');
  await page.locator('.cm-content').first().waitFor();
  // It arrives with the engine, maybe after the editor, which keeps what comes to it with Tab.
  await page.locator('.dsbar .primary').waitFor();
  const focused = (selector) => page.evaluate((wanted) => document.activeElement.matches(wanted), selector);
  /** Presses Tab until something that matches has the focus. */
  const tabTo = async (selector) => {
    for (let i = 0; i < 60; i += 1) {
      if (await focused(selector)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab never comes to ${selector}`);
  };
  await tabTo('.dsbar .primary');
  await page.keyboard.press('Enter');
  await page.locator('.pod').first().waitFor();
  assert.ok(await focused('#stage'), 'the focus stays on the stage');
  await tabTo('.node-name');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.locator('.node.sel .node-name', { hasText: 'node-a2' }).waitFor();
  await tabTo('.node .menu-button');
  await page.keyboard.press('ArrowDown');
  await page.locator('[role=menu]').waitFor();
  await page.getByRole('menuitem', { name: 'Cordon' }).press('Enter');
  await page.locator('.notice .command', { hasText: 'kubectl cordon node-a2' }).waitFor();
  await tabTo('[role=separator]');
  const height = Number(await page.getByRole('separator').getAttribute('aria-valuenow'));
  await page.keyboard.press('ArrowUp');
  assert.equal(Number(await page.getByRole('separator').getAttribute('aria-valuenow')), height + 20);
  await tabTo('[role=tab][aria-controls=dock-panel]');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await page.locator('.events').waitFor();
  await tabTo('.transport .primary');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Let time run' }).waitFor();
  await tabTo('.cm-content');
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('\n# mine');
  await page.keyboard.press('ControlOrMeta+Enter');
  await page.locator('.notice .command', { hasText: 'kubectl apply -f kube-proxy.yaml' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await tabTo('.edfoot .primary');
});
