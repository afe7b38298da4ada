// The terminal: commands are typed and completed, wait and are interrupted, lead to the stage, and are remembered.

import assert from 'node:assert/strict';

import { checkAccessibility, checkNoSidewaysScroll, journey } from './harness.mjs';

const FILE = 'kube-proxy.yaml';

async function openTerminal(open, options) {
  const page = await open('#/sandbox', options);
  await page.locator('.node, .cell-button').first().waitFor();
  const phone = (options?.width ?? 1440) <= 760;
  const switches = phone ? page.locator('.pane-switch button') : page.getByRole('tab');
  await switches.filter({ hasText: /Terminal|终端/ }).click();
  const line = page.locator('#terminal-line');
  await line.waitFor();
  return { page, line, shown: page.locator('.terminal-lines') };
}

const waitFor = (page, shown, text) => page.waitForFunction(
  ([selector, wanted]) => document.querySelector(selector)?.innerText.includes(wanted), ['.terminal-lines', text]);

async function type(line, text) {
  await line.fill(text);
  await line.press('Enter');
}

journey('a command is typed, completed with Tab, and answered', async ({ open }) => {
  const { page, line, shown } = await openTerminal(open);
  assert.match(await shown.innerText(), /kubectl get nodes/, 'an empty terminal says what can be typed');
  await line.focus();
  await page.keyboard.type('kubec');
  await page.keyboard.press('Tab');
  await page.waitForFunction(() => document.getElementById('terminal-line').value === 'kubectl ');
  await page.keyboard.type('get ds -');
  await page.keyboard.press('Tab');
  const option = page.getByRole('option', { name: /^--all-namespaces/ });
  await option.waitFor();
  assert.equal(await line.getAttribute('aria-expanded'), 'true');
  await page.keyboard.press('ArrowDown');
  const active = await line.getAttribute('aria-activedescendant');
  assert.equal(await page.locator(`#${active}`).getAttribute('aria-selected'), 'true');
  await page.keyboard.press('Escape');
  await option.waitFor({ state: 'detached' });
  await page.keyboard.type('A');
  await page.keyboard.press('Enter');
  await waitFor(page, shown, 'No resources found');
  assert.equal(await line.inputValue(), '');
  // Up brings the line back, Ctrl+U takes it away.
  await page.keyboard.press('ArrowUp');
  assert.equal(await line.inputValue(), 'kubectl get ds -A');
  await page.keyboard.press('Control+u');
  assert.equal(await line.inputValue(), '');
});

journey("the editor's file is applied, and a printed name leads to the stage", async ({ open }) => {
  const { page, line, shown } = await openTerminal(open);
  await type(line, `kubectl apply -f ${FILE}`);
  await waitFor(page, shown, 'daemonset.apps/kube-proxy created');
  await page.locator('.dsbar:not(.empty)').waitFor();
  await type(line, 'kubectl rollout status ds kube-proxy -n kube-system');
  await waitFor(page, shown, 'successfully rolled out');
  await type(line, 'kubectl get nodes --no-headers');
  // Until the answer is there, the last link is the DaemonSet's.
  await waitFor(page, shown, ' Ready ');
  const link = shown.locator('button.link').last();
  const name = await link.innerText();
  await link.click();
  await page.waitForFunction((node) => document.activeElement?.getAttribute('data-node') === node, name);
  await page.getByRole('tab', { name: /Explain/ }).click();
  assert.match(await page.locator('.explain').innerText(), new RegExp(name));
});

journey('what watches is interrupted, and what complains is told apart', async ({ open }) => {
  const { page, line, shown } = await openTerminal(open);
  await type(line, 'kubectl get nodes -w');
  await waitFor(page, shown, 'Ready');
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  await line.press('Control+c');
  await waitFor(page, shown, '[exit 130]');
  await type(line, 'kubectl get nonsense');
  await shown.locator('.line.err', { hasText: 'nonsense' }).waitFor();
  assert.match(await shown.locator('.line.err').last().innerText(), /Error output:/, 'not by colour alone');
  assert.match(await shown.innerText(), /\[exit 1\]/);
  await line.press('Control+l');
  await page.waitForFunction(() => document.querySelectorAll('.terminal-lines .line').length === 0);
});

journey('several pasted lines run one after the other, and the last one stays to be finished', async ({ open }) => {
  const { page, line, shown } = await openTerminal(open);
  await line.focus();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', 'kubectl create ns one\nsleep 1\nkubectl get ns one -o name\nkubectl get no');
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await waitFor(page, shown, '\nnamespace/one');
  assert.equal(await line.inputValue(), 'kubectl get no');
});

journey('whoever reads the last lines goes on to see them, however fast they come', async ({ open }) => {
  const { page } = await openTerminal(open);
  await page.evaluate(async () => {
    const field = document.getElementById('terminal-line');
    for (let number = 1; number <= 80; number += 1) {
      const data = new DataTransfer();
      data.setData('text/plain', `echo line ${number}\nls\n`);
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
      await new Promise((next) => setTimeout(next, number % 7));
    }
  });
  await page.waitForFunction(() => {
    const lines = document.querySelector('.terminal-lines');
    return lines.innerText.includes('echo line 80') && lines.scrollHeight - lines.scrollTop - lines.clientHeight < 18;
  });
  await page.locator('.terminal-lines').evaluate((lines) => lines.scrollTo(0, 0));
  await waitFor(page, page.locator('.terminal-lines'), 'echo line 1\n');
  const isAtEnd = await page.locator('.terminal-lines').evaluate((lines) => lines.innerText.includes('echo line 80'));
  assert.equal(isAtEnd, false, 'who scrolls up reads older lines');
});

journey('an object is edited in the editor and handed back', async ({ open }) => {
  const { page, line, shown } = await openTerminal(open);
  await page.locator('.cm-content').first().waitFor();
  await type(line, 'kubectl edit ns default');
  await page.getByText(/The command waits for kubectl-edit-namespace-default.yaml/).waitFor();
  const editor = page.locator('.cm-content').first();
  await page.waitForFunction(() => document.querySelector('.cm-content').innerText.includes('Please edit the object below'));
  await editor.focus();
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.press('ControlOrMeta+f');
  await page.keyboard.press('Escape');
  await page.evaluate(() => document.querySelector('.cm-content').focus());
  // The last line of the metadata gets a sister.
  const text = await editor.innerText();
  assert.match(text, /kubernetes.io\/metadata.name: default/);
  const row = page.locator('.cm-line', { hasText: 'kubernetes.io/metadata.name: default' });
  await row.click();
  await page.keyboard.press('End');
  await page.keyboard.type('\nteam: lab');
  await page.keyboard.press('ControlOrMeta+Enter');
  await waitFor(page, shown, 'namespace/default edited');
  await type(line, 'kubectl get ns -l team=lab -o name');
  await shown.locator('.line.out', { hasText: /^namespace\/default$/ }).waitFor();
  await type(line, 'kubectl edit ns default');
  await page.getByText(/The command waits/).waitFor();
  await line.press('Control+c');
  await page.getByText(/The command waits/).waitFor({ state: 'detached' });
});

journey('what is done on the stage shows up as the command that does the same', async ({ open }) => {
  const { page, line, shown } = await openTerminal(open);
  await page.getByRole('button', { name: /^Apply/ }).first().click();
  await shown.locator('.line.stage', { hasText: 'kubectl apply -f' }).waitFor();
  await waitFor(page, shown, 'created');
  assert.match(await shown.locator('.line.stage').first().innerText(), /From the stage:/);
  await type(line, 'history');
  assert.doesNotMatch(await shown.innerText(), /\d  kubectl apply/, 'it was not typed');
});

journey('the history and the cluster are there again after a reload', async ({ open }) => {
  const { page, line, shown } = await openTerminal(open);
  await type(line, 'kubectl create ns remembered');
  await waitFor(page, shown, 'namespace/remembered created');
  await type(line, 'kubectl label ns remembered a=b');
  await waitFor(page, shown, 'namespace/remembered labeled');
  await page.reload();
  await line.waitFor();
  await page.locator('.node, .cell-button').first().waitFor();
  await line.press('Control+r');
  await line.fill('create');
  await page.getByText('kubectl create ns remembered').waitFor();
  await line.press('Escape');
  await type(line, 'kubectl get ns remembered --show-labels');
  await waitFor(page, shown, 'a=b');
  await type(line, 'history | head -n 1');
  await waitFor(page, shown, '1  kubectl create ns remembered');
});

journey('the keyboard gets into the line and out of it again', async ({ open }) => {
  const { page, line } = await openTerminal(open);
  const isThere = () => line.evaluate((element) => element === document.activeElement);
  await line.focus();
  await page.keyboard.press('Tab');
  assert.ok(!(await isThere()), 'there is nothing to complete, so Tab leaves');
  await line.focus();
  await page.keyboard.type('kubectl get ');
  await page.keyboard.press('Tab');
  await page.locator('#terminal-list').waitFor();
  assert.ok(await isThere(), 'Tab completes');
  await page.keyboard.press('Escape');
  await page.locator('#terminal-list').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.getElementById('terminal-line').hasAttribute('data-leave'));
  await page.keyboard.press('Tab');
  assert.ok(!(await isThere()), 'Escape and then Tab leaves');
});

journey('the links in the lines are reached with arrow keys and are no stops of Tab', async ({ open }) => {
  const { page, line, shown } = await openTerminal(open);
  await type(line, 'kubectl get nodes --no-headers');
  await shown.locator('button.link').first().waitFor();
  assert.equal(await shown.locator('button:not([tabindex="-1"])').count(), 0);
  await shown.focus();
  await page.keyboard.press('Enter');
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  const last = await shown.locator('button.link').last().innerText();
  assert.equal(await focused(), last);
  await page.keyboard.press('ArrowUp');
  assert.notEqual(await focused(), last);
  await page.keyboard.press('Escape');
  assert.ok(await shown.evaluate((element) => element === document.activeElement));
});

journey('a candidate is chosen with a click, and the line keeps the focus', async ({ open }) => {
  const { page, line } = await openTerminal(open);
  await line.focus();
  await line.fill('kubectl get ds -');
  await line.press('Tab');
  await page.getByRole('option', { name: /^--all-namespaces/ }).click();
  await page.waitForFunction(() => document.getElementById('terminal-line').value.includes('--all-namespaces'));
  assert.ok(await line.evaluate((element) => element === document.activeElement));
});

journey('Ctrl-C right behind Enter is not lost', async ({ open }) => {
  const { page, line, shown } = await openTerminal(open);
  await line.fill('kubectl get nodes -w');
  await line.press('Enter');
  await line.press('Control+c');
  await waitFor(page, shown, '[exit 130]');
  await type(line, 'echo a && echo b; echo c');
  await waitFor(page, shown, '\na\nb\nc');
});

for (const [theme, language, width, height] of [['light', 'en-US', 1440, 900], ['dark', 'zh-CN', 1440, 900], ['light', 'zh-CN', 390, 844], ['dark', 'en-US', 390, 844]]) {
  journey(`the terminal is accessible and keeps wide tables to itself (${theme}, ${language}, ${width})`, async ({ open }) => {
    const { page, line, shown } = await openTerminal(open, { theme, language, width, height });
    await checkAccessibility(page);
    await type(line, 'kubectl get nodes -o wide --show-labels');
    await waitFor(page, shown, 'kubernetes.io/hostname=');
    await type(line, 'kubectl get nothing');
    await waitFor(page, shown, '[exit 1]');
    await line.fill('kubectl get ');
    await line.press('Tab');
    await page.locator('#terminal-list [role=option]').first().waitFor();
    await checkAccessibility(page);
    await checkNoSidewaysScroll(page);
    const [content, seen] = await shown.evaluate((element) => [element.scrollWidth, element.clientWidth]);
    assert.ok(content > seen, 'the pane scrolls sideways');
  });
}
