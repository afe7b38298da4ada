// How long the terminal takes to answer in a large cluster: `node tests/journeys/terminal-speed.mjs [nodes] [words]`, after `cargo xtask build`; only
// the commands that have the words. For each the median and the least of several times, in milliseconds: until the engine's answer is there, until it
// is drawn. On a machine that is busy with other things the least says more.

import { openPage, startBrowser, startServer } from './browser.mjs';

const nodes = Number(process.argv[2] ?? 1000);
const words = process.argv[3] ?? '';
const TIMES = 9;
// What the cluster has before.
const FIRST = 9;
const server = await startServer({ compressed: true });
const browser = await startBrowser();
const { page, trouble } = await openPage(browser, server.address, '#/sandbox');
await page.locator('.node').first().waitFor();
await page.getByRole('tab', { name: 'Terminal' }).click();
const line = page.locator('#terminal-line');
await line.waitFor();

await page.locator('.toolbar button', { hasText: 'Add nodes' }).click();
await page.locator('.form [name=count]').fill(String(nodes - FIRST));
await page.locator('.form [type=submit]').click();
await page.waitForFunction((count) => document.querySelector('#stage').innerText.includes(`${count} nodes`), (nodes - FIRST).toLocaleString('en-US'), { timeout: 120_000 });

const agent = (name) => `kubectl apply -f - <<EOF
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      tolerations: [{operator: Exists}]
      containers: [{name: main, image: 'nginx:1.29', resources: {requests: {cpu: 10m, memory: 16Mi}}}]
EOF
`;
await page.locator('.transport select').selectOption({ index: await page.locator('.transport select option').count() - 1 });
const paste = (text) => page.evaluate((text) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  const field = document.getElementById('terminal-line');
  field.focus();
  field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}, text);
await paste(`${['one', 'two', 'three'].map(agent).join('')}kubectl rollout status ds three\nkubectl rollout status ds two\nkubectl rollout status ds one\necho all is there\n`);
await page.waitForFunction(() => /\nall is there\s*$/.test(document.querySelector('.terminal-lines').innerText), null, { timeout: 300_000 });
await page.getByRole('button', { name: /^(Pause|Stop the clock)/ }).first().click();
await page.waitForTimeout(1000);

const time = (command) => page.evaluate(async (command) => {
  const field = document.getElementById('terminal-line');
  field.value = command;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await new Promise((next) => setTimeout(next, 150));
  const begun = performance.now();
  const heard = new Promise((done) => engine.addEventListener('message', (event) => done([performance.now(), event.data.byteLength ?? event.data.length]), { once: true }));
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  const [at, bytes] = await heard;
  await new Promise((next) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = next; port2.postMessage(0); });
  document.querySelector('.terminal-lines').getBoundingClientRect();
  return [at - begun, performance.now() - begun, bytes];
}, command);

const commands = [
  'echo a', 'kubectl get pods -A', 'kubectl get pods -A -o wide', 'kubectl get pods -o name', 'kubectl get pods -l app=one', 'kubectl get pods --sort-by=.metadata.name',
  'kubectl get pods -A --field-selector spec.nodeName=node-500', 'kubectl get pods -A -o json', 'kubectl get pods -A -o yaml', 'kubectl get pods -o jsonpath={.items[*].metadata.name}',
  'kubectl get pods -o custom-columns=N:.metadata.name,IP:.status.podIP', 'kubectl get nodes', 'kubectl get nodes -o wide --show-labels', 'kubectl get ds -A', 'kubectl get events -A', 'kubectl events',
  'kubectl get all -A', 'kubectl describe ds one', 'kubectl describe nodes', 'kubectl describe pods', 'kubectl describe node node-500', 'kubectl get pods -A | wc -l', 'kubectl get pods -A | grep Running | head -n 3',
];
for (const command of commands.filter((it) => it.includes(words))) {
  await time('clear');
  const rows = [];
  for (let i = 0; i < TIMES; i += 1) rows.push(await time(command));
  const times = (index) => {
    const sorted = rows.map((row) => row[index]).sort((a, b) => a - b);
    return [sorted[Math.floor(TIMES / 2)], sorted[0]].map((time) => time.toFixed(0).padStart(5)).join('');
  };
  console.log(`${times(0)} ms answered ${times(1)} ms drawn ${String(rows[0][2]).padStart(9)} bytes  ${command}`);
}
if (trouble.length) console.log(trouble.join('\n'));
await browser.close();
await server.stop();
