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

/** A DaemonSet for the first cluster, with that image and what else stands in its container. */
const daemonset = (image, more = '') => `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers:
      - name: c
        image: ${image}
${more}`;

/** Writes a text into the file in front and applies it. */
async function applyText(page, text) {
  await page.locator('.cm-content').first().fill(text);
  await page.locator('.edfoot .primary').click();
  await page.locator('.notice .command', { hasText: 'kubectl apply -f' }).waitFor();
}

/** The page with its editor, at a speed. */
async function openAt(open, speed, options) {
  const page = await open('', options);
  await page.locator('.cm-content').first().waitFor();
  await page.locator('.transport select').selectOption(speed);
  return page;
}

journey('a first image that cannot be pulled is told above the nodes, and on the node with its numbers', async ({ open }) => {
  const page = await openAt(open, '10×');
  await applyText(page, daemonset('example.com/team/agent:bad'));
  const banner = page.locator('.waiting.stuck');
  await banner.waitFor({ timeout: 60_000 });
  assert.match(await banner.innerText(), /9 of 9 nodes have no available pod: .*(ErrImagePull|ImagePullBackOff).*, 6 more\..*mend the template/s);
  assert.doesNotMatch(await banner.innerText(), /rollout undo/, 'there is nothing to go back to');
  await banner.getByRole('button', { name: 'Explain node-' }).click();
  await page.waitForFunction(() => document.activeElement.id === 'dock-panel');
  await page.locator('.node.sel .pod.s-broken').waitFor();
  await page.locator('#tab-events').click();
  await page.locator('.pod.s-broken').first().click();
  await page.getByRole('menuitem', { name: 'Explain node-a1' }).click();
  const trouble = page.locator('.explain .trouble');
  await trouble.waitFor();
  assert.match(await trouble.innerText(), /image cannot be pulled.*Container c wants example.com\/team\/agent:bad.*Correct the image/s);
  await page.getByText(/back-off (10|20|40|80|160)s, twice as long each time, up to 5m/).waitFor();
  assert.match(await trouble.innerText(), /The kubelet (tries again at \d\d:\d\d:\d\d|is trying again now)/);
});

for (const [name, container, words] of [
  ['a crash loop', daemonset('nginx:crash'), /Container c ended with exit code 1 \(\d+ restarts so far\).*starts it at \d\d:\d\d:\d\d \(back-off/s],
  [
    'a probe that does not pass',
    daemonset('nginx:unready', '        readinessProbe: {httpGet: {port: 80}, periodSeconds: 5}\n'),
    /readinessProbe of container c, asked every 5 s, has failed \d+ times in a row.*statuscode: 503/s,
  ],
  ['a pod that does not fit', daemonset('nginx:1', '        resources: {requests: {cpu: "900"}}\n'), /No room on the node\..*Insufficient cpu.*Make room/s],
]) {
  journey(`${name} is explained on its node`, async ({ open }) => {
    const page = await openAt(open, '10×');
    await page.locator('#tab-explain').click();
    await page.locator('.node-name').first().click();
    await applyText(page, container);
    await page.locator('.explain .trouble', { hasText: words }).waitFor({ timeout: 60_000 });
    await page.locator('.waiting.stuck').waitFor({ timeout: 60_000 });
  });
}

journey('a selected node does not hide what the rollout waits for', async ({ open }) => {
  const page = await openAt(open, '25×');
  await applyText(page, daemonset('nginx:1'));
  await page.locator('.pod.s-available').nth(8).waitFor();
  await page.locator('#tab-explain').click();
  await page.locator('.node-name').nth(4).click();
  await applyText(page, daemonset('nginx:bad'));
  await page.locator('.waiting.stuck').waitFor({ timeout: 60_000 });
  await page.getByRole('heading', { name: 'Why does node-b2 have a pod of agent?' }).waitFor();
  const rollout = page.locator('.explain .of-rollout');
  await rollout.scrollIntoViewIfNeeded();
  assert.match(await rollout.innerText(), /What does the rollout of agent wait for\?.*At most 1 of 9 nodes.*8 nodes still have an old pod/s);
});

journey('what is applied while the clock stands says so, and lets it run', async ({ open }) => {
  const page = await openAt(open, '10×');
  await page.getByRole('button', { name: 'Pause' }).click();
  await applyText(page, daemonset('nginx:1'));
  const stands = page.locator('.notice .stands');
  assert.match(await stands.innerText(), /The clock stands/);
  await stands.getByRole('button', { name: 'Let time run' }).click();
  await stands.waitFor({ state: 'detached' });
  await page.locator('.pod.s-available').nth(8).waitFor();
});

journey('after an undo the file is told, and takes the image of the cluster', async ({ open }) => {
  const page = await openAt(open, '25×');
  for (const image of ['nginx:1.25', 'nginx:1.26']) {
    await applyText(page, daemonset(image));
    await page.locator('.pod.s-available').nth(8).waitFor();
    await page.locator('.rollout i').first().waitFor();
    assert.equal(await page.locator('.drift h3').count(), 0);
  }
  const colours = () => page.locator('.pod:not(.gone)').evaluateAll((pods) => [...new Set(pods.map((pod) => pod.className.match(/hue-\d/)[0]))]);
  await page.waitForFunction(() => document.querySelectorAll('.pod.hue-1.s-available').length === 9, undefined, { timeout: 60_000 });
  await page.locator('.dsline .menu-button').click();
  await page.getByRole('menuitem', { name: /rollout undo/ }).click();
  const drift = page.locator('.drift');
  await drift.locator('h3').waitFor();
  assert.match(await drift.innerText(), /containers\[0\]\.image\s+cluster: nginx:1\.25\s+file: nginx:1\.26/);
  await drift.getByRole('button', { name: 'Take the cluster’s' }).click();
  await drift.locator('h3').waitFor({ state: 'detached' });
  assert.match(await page.locator('.cm-content').first().innerText(), /image: nginx:1\.25/);
  await page.waitForFunction(() => document.querySelectorAll('.pod.hue-0.s-available').length === 9, undefined, { timeout: 60_000 });
  assert.deepEqual(await colours(), ['hue-0'], 'a revision keeps its colour');
  await page.locator('.notice').getByRole('button', { name: 'Undo' }).click();
  await drift.locator('h3').waitFor({ state: 'detached' });
  assert.match(await page.locator('.cm-content').first().innerText(), /image: nginx:1\.26/);
});

journey('the menu of the DaemonSet lists its revisions in the terminal', async ({ open }) => {
  const page = await openAt(open, '25×');
  await applyText(page, daemonset('nginx:1'));
  await page.locator('.pod.s-available').nth(8).waitFor();
  await page.locator('.dsline .menu-button').click();
  assert.equal(await page.getByRole('menuitem', { name: /rollout undo/ }).count(), 0, 'there is nothing to go back to');
  await page.getByRole('menuitem', { name: /rollout history/ }).click();
  await page.locator('.terminal-lines .line', { hasText: 'REVISION' }).waitFor();
});

journey('the legend has every sign that is on the stage', async ({ open }) => {
  const page = await openAt(open, '10×');
  await page.locator('.node .node-head .menu-button').nth(1).click();
  await page.getByRole('menuitem', { name: 'Switch the machine off' }).click();
  await page.locator('.node .node-head .menu-button').nth(2).click();
  await page.getByRole('menuitem', { name: 'Cordon' }).click();
  await applyText(page, daemonset('nginx:1'));
  const signs = () => page.evaluate(() => {
    const wanted = new Set();
    const marks = { '.node .dot': /^(ok|warn|bad|off)$/, '.node .pod': /^s-/, '.node .chip': /^(hit|fold|add|exec|sched|prefer|tolerated)$/, '.rollout i': /^(up|down)$/, '.node .why': /^(why|awaited)$/ };
    for (const [selector, mark] of Object.entries(marks)) {
      for (const one of document.querySelectorAll(selector)) {
        for (const name of one.classList) if (mark.test(name)) wanted.add(`${selector.split(' ').pop()}.${name}`);
      }
    }
    for (const one of document.querySelectorAll('.node')) if (one.classList.contains('off')) wanted.add('.node.off');
    return [...wanted];
  });
  const seen = new Set();
  for (let i = 0; i < 40; i += 1) {
    for (const sign of await signs()) seen.add(sign);
    await page.waitForTimeout(150);
  }
  assert.ok(seen.size > 8, [...seen].join());
  await page.getByRole('button', { name: 'Legend' }).click();
  const lacking = await page.evaluate((all) => all.filter((sign) => !document.querySelector(`.legend li ${sign}`)), [...seen]);
  assert.deepEqual(lacking, []);
});

journey('an edit that is interrupted leaves no tab, nor do two on one line', async ({ open }) => {
  const page = await openAt(open, '25×');
  await applyText(page, daemonset('nginx:1'));
  await page.locator('#tab-terminal').click();
  const line = page.locator('#terminal-line');
  const tabs = () => page.locator('.file-tabs [role=tab]').allInnerTexts();
  const run = async (text) => {
    await line.click();
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
  };
  await page.locator('.cm-scroller').first().evaluate((it) => it.scrollTo(0, 9999));
  await run('kubectl edit ds agent');
  await page.getByText(/The command waits for kubectl-edit-daemonset-agent.yaml/).waitFor();
  assert.equal(await page.locator('.cm-scroller').first().evaluate((it) => it.scrollTop), 0, 'it begins at its beginning');
  await line.click();
  await page.keyboard.press('Control+c');
  await page.getByText(/The command waits/).waitFor({ state: 'detached' });
  assert.deepEqual(await tabs(), ['kube-proxy.yaml']);
  await run('kubectl edit ds agent; kubectl edit ns default');
  for (const file of [/daemonset-agent.yaml/, /namespace-default.yaml/]) {
    await page.getByText(/The command waits for/).filter({ hasText: file }).waitFor();
    await page.locator('.edfoot .primary').click();
  }
  await page.getByText(/The command waits/).waitFor({ state: 'detached' });
  assert.deepEqual(await tabs(), ['kube-proxy.yaml']);
});

journey('on a phone cards take the whole width, and the last command one line', async ({ open }) => {
  const page = await open('', { width: 390, height: 844 });
  await page.locator('.dsbar .primary').click();
  await page.locator('.notice .command').waitFor();
  const box = (selector) => page.locator(selector).first().boundingBox();
  const [card, bar, notice] = [await box('.node'), await box('.rollout'), await box('.notice')];
  assert.equal(card.x + card.width, bar.x + bar.width);
  assert.ok(notice.height <= 40, `${notice.height}`);
});
